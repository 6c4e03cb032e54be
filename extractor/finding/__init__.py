"""Finding fields: the boxes, combs and writing lines of a page that no template describes."""

from extractor.finding.find import find_fields
from extractor.finding.found import FoundField
from extractor.finding.page import black_on_white, is_inverted

__all__ = ["FoundField", "black_on_white", "find_fields", "is_inverted"]
