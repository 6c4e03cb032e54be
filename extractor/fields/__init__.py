"""Fields: one clean picture each, snapped to the printed box, printed lines removed."""

from extractor.fields.locate import FieldImage, locate
from extractor.fields.whole import whole_field

__all__ = ["FieldImage", "locate", "whole_field"]
