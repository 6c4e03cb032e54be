"""Finding fields: the boxes, combs and rulings to write on of a page that no template describes."""

from extractor.finding.field_search import find_fields, printed_extent
from extractor.finding.found_field import FoundField

__all__ = ["FoundField", "find_fields", "printed_extent"]
