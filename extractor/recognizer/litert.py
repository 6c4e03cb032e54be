"""The engine for CPUs: the int8 model through LiteRT, which imports in milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from extractor.errors import ModelError
from extractor.recognizer.calibration import Calibration
from extractor.recognizer.card import model_bytes, read_card, read_ctc_card
from extractor.recognizer.ctc import check_outputs, frame_scores
from extractor.recognizer.int8 import Int8Network
from extractor.recognizer.softmax import log_softmax
from extractor.values import Crops, Floats, Gray

BATCHES = (8, 64)
"""Crops at a time: as many as there are, the smallest size for what is left over. Each is made ready once, and takes
memory by its size."""


class LitertRecognizer:
    """The int8 model in `folder` on `threads` threads. Not for use from several threads at once.

    Raises ModelError where the folder holds no whole model.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        card = read_card(folder)
        self.classes: tuple[str, ...] = card.classes
        self.calibration: Calibration = card.calibration
        self._temperature = card.temperature.get("litert", 1.0)
        try:
            self._network = Int8Network(model_bytes(folder, card, "litert"), threads)
            first = self._network.logits(np.zeros((BATCHES[0], *self._network.size), np.uint8))
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"The model in {folder} cannot be run by LiteRT ({error}); train it again.") from None
        if first.size != BATCHES[0] * len(self.classes):
            raise ModelError(f"The model in {folder} has another number of classes than its card; train it again.")

    def log_probabilities(self, crops: Crops) -> Floats:
        """Natural log of each class's probability, shape (n, classes), for crops of shape (n, 28, 28)."""
        logits = np.empty((len(crops), len(self.classes)), np.float32)
        start = 0
        while start < len(crops):
            size = next((size for size in reversed(BATCHES) if size <= len(crops) - start), BATCHES[0])
            part = crops[start : start + size]
            batch = np.zeros((size, *self._network.size), np.uint8)
            batch[: len(part)] = part
            logits[start : start + len(part)] = self._network.logits(batch).reshape(size, -1)[: len(part)]
            start += len(part)
        return log_softmax(logits, self._temperature)


class LitertCtc:
    """The int8 CTC network in `folder`. Not for use from several threads at once. Raises ModelError."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        card = read_ctc_card(folder)
        self.classes: tuple[str, ...] = card.classes
        self.calibration: Calibration = card.calibration
        self._temperature = card.temperature.get("litert", 1.0)
        try:
            network = Int8Network(model_bytes(folder, card, "litert"), threads)
            check_outputs(folder, card, network.logits)
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"The model in {folder} cannot be run by LiteRT ({error}); train it again.") from None
        self._logits = network.logits

    def log_probabilities(self, lines: Sequence[Gray]) -> list[Floats]:
        """As `CtcRecognizer` says."""
        return frame_scores(lines, self._logits, len(self.classes) + 1, self._temperature)
