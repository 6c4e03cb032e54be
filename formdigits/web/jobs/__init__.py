"""Jobs of the web page: submitted, read here or by the queue's workers, looked at and written out."""
