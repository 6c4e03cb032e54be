"""Jobs of any size, read by workers on many machines: Celery on Redis carries word of chunks, SQL the truth."""
