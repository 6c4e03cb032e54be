"""The commands of the queue, one per file."""
