"""How the sample forms are drawn and filled; nothing here is part of the installed program."""
