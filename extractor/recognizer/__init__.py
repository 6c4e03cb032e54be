"""Recogniser engines: crops of symbols in, log-probabilities out."""

from extractor.recognizer.base import CROSS, DASH, JUNK, Recognizer
from extractor.recognizer.calibration import Calibration
from extractor.recognizer.load import load_recognizer

__all__ = ["CROSS", "DASH", "JUNK", "Calibration", "Recognizer", "load_recognizer"]
