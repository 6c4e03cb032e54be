"""A picture of the page with what was read drawn beside the ink."""

from extractor.overlay.draw import draw_overlay
from extractor.overlay.save import write_overlay

__all__ = ["draw_overlay", "write_overlay"]
