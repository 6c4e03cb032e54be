"""Naming found fields and columns after the print beside them."""

from extractor.finding.naming.field_names import identifier, name_fields, numbered, phrase_boxes
from extractor.finding.naming.print_reader import PlaceReader, read_places, remembered, unread

__all__ = [
    "PlaceReader",
    "identifier",
    "name_fields",
    "numbered",
    "phrase_boxes",
    "read_places",
    "remembered",
    "unread",
]
