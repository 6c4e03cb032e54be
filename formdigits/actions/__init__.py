"""What each command does, once its options are known: `commands/read.py` calls `actions/read.py`."""
