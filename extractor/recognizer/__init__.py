"""Recogniser engines: crops of symbols or text lines in, log-probabilities out."""

from extractor.recognizer.base import CROSS, DASH, JUNK, Recognizer
from extractor.recognizer.calibration import Calibration
from extractor.recognizer.engines import load_ctc, load_recognizer

__all__ = ["CROSS", "DASH", "JUNK", "Calibration", "Recognizer", "load_ctc", "load_recognizer"]
