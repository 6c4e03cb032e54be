"""The actions of the queue."""
