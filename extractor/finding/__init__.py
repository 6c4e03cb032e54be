"""Finding fields: the boxes, combs and rulings to write on of a page that no template describes."""

from extractor.finding.field_search import find_fields
from extractor.finding.found_field import FoundField
from extractor.finding.work_page import black_on_white, is_inverted

__all__ = ["FoundField", "black_on_white", "find_fields", "is_inverted"]
