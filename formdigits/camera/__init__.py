"""The camera as people use it: sources, the grabber's thread, window or terminal, the rows written."""
