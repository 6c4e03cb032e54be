"""Fields: one clean picture each, snapped to the printed box, printed lines removed."""

from extractor.fields.cut import Cut, cut_out
from extractor.fields.locate import (
    FieldImage,
    Ground,
    Levels,
    clean,
    ground_of,
    ground_on,
    levels_of,
    locate,
    locate_all,
)
from extractor.fields.whole import whole_field

__all__ = [
    "Cut",
    "FieldImage",
    "Ground",
    "Levels",
    "clean",
    "cut_out",
    "ground_of",
    "ground_on",
    "levels_of",
    "locate",
    "locate_all",
    "whole_field",
]
