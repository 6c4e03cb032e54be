"""Naming found fields and columns after the print beside them."""

from extractor.finding.naming.field_names import Phrase, identifier, name_fields, numbered, page_phrases
from extractor.finding.naming.print_reader import read_print

__all__ = ["Phrase", "identifier", "name_fields", "numbered", "page_phrases", "read_print"]
