"""Naming found fields after the print beside them."""

from extractor.finding.naming.field_names import Phrase, name_fields, numbered, page_phrases

__all__ = ["Phrase", "name_fields", "numbered", "page_phrases"]
