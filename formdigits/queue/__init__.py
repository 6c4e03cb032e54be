"""What the commands of the queue do."""
