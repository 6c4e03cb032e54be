"""The engine for GPUs, and the reference: the float model through TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from extractor.errors import ModelError
from extractor.recognizer.calibration import Calibration
from extractor.recognizer.card import Card, CtcCard, checked_copy, read_card, read_ctc_card
from extractor.recognizer.ctc import check_outputs, frame_scores
from extractor.recognizer.softmax import log_softmax
from extractor.values import Crops, Floats, Gray

BATCH = 1024


class KerasRecognizer:
    """The float model in `folder`. Raises ModelError where it is not whole or TensorFlow is not installed."""

    def __init__(self, folder: Path) -> None:
        card = read_card(folder)
        self.classes: tuple[str, ...] = card.classes
        self.calibration: Calibration = card.calibration
        self._temperature = card.temperature.get("keras", 1.0)
        self._logits = _logits(folder, card)

    def log_probabilities(self, crops: Crops) -> Floats:
        """Natural log of each class's probability, shape (n, classes), for crops of shape (n, 28, 28)."""
        logits = np.empty((len(crops), len(self.classes)), np.float32)
        for start in range(0, len(crops), BATCH):
            part = crops[start : start + BATCH]
            logits[start : start + len(part)] = self._logits(part).reshape(len(part), -1)
        return log_softmax(logits, self._temperature)


class KerasCtc:
    """The float CTC network in `folder`, through TensorFlow. Raises ModelError."""

    def __init__(self, folder: Path) -> None:
        card = read_ctc_card(folder)
        self.classes: tuple[str, ...] = card.classes
        self.calibration: Calibration = card.calibration
        self._temperature = card.temperature.get("keras", 1.0)
        self._logits = _logits(folder, card)
        check_outputs(folder, card, self._logits)

    def log_probabilities(self, lines: Sequence[Gray]) -> list[Floats]:
        """As `CtcRecognizer` says."""
        return frame_scores(lines, self._logits, len(self.classes) + 1, self._temperature)


def _logits(folder: Path, card: Card | CtcCard) -> Callable[[NDArray[np.uint8]], Floats]:
    """The network in `folder`: from pictures, shape (n, height, width), to what it says of each."""
    try:
        import keras
        import tensorflow as tf
    except ImportError:
        raise ModelError(
            "The engine 'keras' needs TensorFlow; run 'pip install formdigits[tensorflow]' or use 'litert'."
        ) from None
    with checked_copy(folder, card, "keras") as path:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    # Traced once for any number of pictures; `predict` would build a data pipeline on every call.
    signature = [tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)]
    run = tf.function(lambda pictures: model(pictures, training=False), input_signature=signature)
    return lambda pictures: np.asarray(run(pictures[..., None].astype(np.float32)), np.float32)
