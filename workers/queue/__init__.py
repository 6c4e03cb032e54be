"""Jobs of any size, read by workers on many machines. Celery on Redis carries messages; the truth is in SQL."""
