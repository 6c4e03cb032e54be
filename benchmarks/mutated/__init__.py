"""Files that were damaged on their way, pushed through the web page and `formdigits read`."""
