"""Fields: one clean picture each, snapped to the printed box, rulings removed."""

from extractor.fields.beside import boxes_of
from extractor.fields.cut import Cut, cut_out
from extractor.fields.locate import (
    FieldImage,
    Levels,
    PageInk,
    clean,
    levels_of,
    locate,
    locate_all,
    page_ink_by_levels,
    page_ink_of,
)
from extractor.fields.single_field import as_single_field

__all__ = [
    "Cut",
    "FieldImage",
    "Levels",
    "PageInk",
    "as_single_field",
    "boxes_of",
    "clean",
    "cut_out",
    "levels_of",
    "locate",
    "locate_all",
    "page_ink_by_levels",
    "page_ink_of",
]
