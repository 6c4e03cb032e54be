"""Reading video: frames in, what is seen in them out. `session` is its face; there are no threads and no windows."""

from extractor.video.session import Session
from extractor.video.sight import Guidance, Sight

__all__ = ["Guidance", "Session", "Sight"]
