"""Fields: one clean picture each, snapped to the printed box, printed lines removed."""

from extractor.fields.locate import FieldImage, locate

__all__ = ["FieldImage", "locate"]
