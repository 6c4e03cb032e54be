"""What every recogniser engine offers: symbols in, log-probability per class out."""

from __future__ import annotations

from typing import Protocol

from extractor.recognizer.calibration import Calibration
from extractor.values import Crops, Floats

CROSS, DASH, JUNK = "cross", "dash", "junk"
"""Classes that every model has after its alphabet: a struck-out cell, a dash, 'not one whole symbol'."""


class Recognizer(Protocol):
    """An engine with a model loaded."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The alphabet's symbols in order, then `cross`, `dash` and `junk`."""
        ...

    @property
    def calibration(self) -> Calibration:
        """How raw probabilities of free strings become calibrated ones (from the model's card)."""
        ...

    def log_probabilities(self, crops: Crops) -> Floats:
        """Natural log of each class's probability, shape (n, classes), for crops of shape (n, 28, 28)."""
        ...
