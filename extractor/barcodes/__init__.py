"""Barcodes of a page: those of fields, and those that say which sheet it is and which way up it lies."""
