"""Recogniser engines: crops of symbols in, log-probabilities out."""

from extractor.recognizer.base import CROSS, DASH, JUNK, Recognizer
from extractor.recognizer.calibration import Calibration

__all__ = ["CROSS", "DASH", "JUNK", "Calibration", "Recognizer"]
