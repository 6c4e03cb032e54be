"""The commands of the queue, one a file."""
