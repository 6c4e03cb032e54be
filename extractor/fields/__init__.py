"""Fields: one clean picture each, snapped to the printed box, printed lines removed."""

from extractor.fields.locate import FieldImage, locate, locate_all
from extractor.fields.whole import whole_field

__all__ = ["FieldImage", "locate", "locate_all", "whole_field"]
