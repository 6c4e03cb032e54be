"""Finding fields: the boxes, combs, rulings to write on and tables of a page that no template describes."""

from extractor.finding.field_search import FoundPage, find_fields, find_page, printed_extent
from extractor.finding.found_field import FoundField
from extractor.finding.tables import FoundColumn, FoundTable

__all__ = ["FoundColumn", "FoundField", "FoundPage", "FoundTable", "find_fields", "find_page", "printed_extent"]
