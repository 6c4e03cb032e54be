"""The live camera: frames in, what is seen in them out. `session` is the core, without threads or windows."""

from formdigits.camera.session import Session
from formdigits.camera.sight import Guidance, Sight

__all__ = ["Guidance", "Session", "Sight"]
