"""The networks that read whole lines: a model folder of their own inside that of the symbols."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from extractor.errors import ModelError
from extractor.recognizer.calibration import Calibration
from extractor.recognizer.card import LineCard, model_bytes, read_line_card
from extractor.recognizer.int8 import Int8Network
from extractor.recognizer.softmax import log_softmax
from extractor.values import Floats, Gray

FOLDER, SECOND = "lines", "second_lines"
"""Where a symbols' model has the one that reads lines of its alphabet, if there is one, and another beside that for
other sides of them."""

STEP = 16
"""Lines are padded to widths that this divides, so that few shapes of network have to be made ready."""

STRIDE, FRAMES = 4, 2
"""Columns of a line to one column of features, and answers (frames) that each of those gives."""


class LineRecognizer(Protocol):
    """An engine with a line model loaded."""

    @property
    def classes(self) -> tuple[str, ...]:
        """What a frame may say besides CTC's blank: the alphabet's symbols and delimiters."""
        ...

    @property
    def calibration(self) -> Calibration:
        """How raw probabilities of strings become calibrated ones (from the model's card)."""
        ...

    def log_probabilities(self, lines: Sequence[Gray]) -> list[Floats]:
        """Natural log of each class's probability in each frame, shape (frames, classes + 1), the blank last, for
        each of `lines`, shapes (HEIGHT, its width)."""
        ...


def frames_of(width: int) -> int:
    """How many frames a line of `width` columns gives."""
    return -(-width // STRIDE) * FRAMES


class LitertLines:
    """The int8 line model in `folder`. Not for use from several threads at once. Raises ModelError."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        card = read_line_card(folder)
        self.classes: tuple[str, ...] = card.classes
        self.calibration: Calibration = card.calibration
        self._temperature = card.temperature.get("litert", 1.0)
        try:
            network = Int8Network(model_bytes(folder, card, "litert"), threads)
            checked(folder, card, network.logits)
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"The model in {folder} cannot be run by LiteRT ({error}); train it anew.") from None
        self._logits = network.logits

    def log_probabilities(self, lines: Sequence[Gray]) -> list[Floats]:
        return frames_in(lines, self._logits, len(self.classes) + 1, self._temperature)


def load_lines(folder: Path, engine: str = "litert", threads: int = 1, *, name: str = FOLDER) -> LineRecognizer | None:
    """The line model `name` of the symbols' model in `folder`; None where it has none. Raises ModelError."""
    inside = folder / name
    if not inside.is_dir():
        return None
    if engine == "keras":
        from extractor.recognizer.keras import KerasLines

        return KerasLines(inside)
    return LitertLines(inside, threads)


def frames_in(
    lines: Sequence[Gray], logits: Callable[[NDArray[np.uint8]], Floats], outputs: int, temperature: float
) -> list[Floats]:
    """The log-probabilities of each line's frames by `logits`, which answers with `outputs` numbers a frame.

    Each line by itself: a line costs so much more than the call that batches would gain nothing."""
    found: list[Floats] = []
    for line in lines:
        height, width = line.shape
        padded = np.zeros((1, height, -(-width // STEP) * STEP), np.uint8)
        padded[0, :, :width] = line
        answers = logits(padded).reshape(-1, outputs)[: frames_of(width)]
        found.append(log_softmax(answers, temperature))
    return found


def checked(folder: Path, card: LineCard, logits: Callable[[NDArray[np.uint8]], Floats]) -> None:
    """Raises ModelError where the network in `folder` is not the one that its card describes."""
    answers = logits(np.zeros((1, card.height, STEP), np.uint8))
    if answers.size != frames_of(STEP) * (len(card.classes) + 1):
        raise ModelError(f"The model in {folder} has another number of classes than its card; train it anew.")
