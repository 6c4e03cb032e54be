"""A job's report: its sentences and its picture, the same for the web page and for files."""
