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

CROPS_TOGETHER = 4
"""Crops that go through the network at a time: one alone costs hardly more, and more cost as much each."""


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
            first = self._network.logits(np.zeros((CROPS_TOGETHER, *self._network.size), np.uint8))
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"The model in {folder} cannot be run by LiteRT ({error}); train it again.") from None
        if first.size != CROPS_TOGETHER * len(self.classes):
            raise ModelError(f"The model in {folder} has another number of classes than its card; train it again.")

    def log_probabilities(self, crops: Crops) -> Floats:
        """Natural log of each class's probability, shape (n, classes), for crops of shape (n, 28, 28)."""
        padded = np.zeros((-(-len(crops) // CROPS_TOGETHER) * CROPS_TOGETHER, *self._network.size), np.uint8)
        padded[: len(crops)] = crops
        logits = np.empty((len(padded), len(self.classes)), np.float32)
        for start in range(0, len(padded), CROPS_TOGETHER):
            part = slice(start, start + CROPS_TOGETHER)
            logits[part] = self._network.logits(padded[part]).reshape(CROPS_TOGETHER, -1)
        return log_softmax(logits[: len(crops)], self._temperature)


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
