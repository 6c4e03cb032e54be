"""Recogniser engines: crops of symbols in, log-probabilities out."""

from extractor.recognizer.base import CROSS, DASH, JUNK, Recognizer

__all__ = ["CROSS", "DASH", "JUNK", "Recognizer"]
