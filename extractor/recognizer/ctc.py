"""CTC networks, which read a string whole: what their engines offer, and how a text line becomes frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from extractor.errors import ModelError
from extractor.recognizer.calibration import Calibration
from extractor.recognizer.card import CtcCard
from extractor.recognizer.softmax import log_softmax
from extractor.values import Floats, Gray

CTC_FOLDER, SECOND_CTC_FOLDER = "ctc", "second_ctc"
"""The folders inside a model's folder that hold its CTC network, if it has one, and the one for every other view."""

WIDTH_STEP = 16
"""Text lines are padded to widths that this divides, so that the network is seldom made ready for another shape."""

STRIDE, FRAMES = 4, 2
"""Columns of a text line to one column of features, and answers (frames) that each of those gives."""


class CtcRecognizer(Protocol):
    """An engine with a CTC network loaded."""

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
        each of the text `lines`, shapes (HEIGHT, its width)."""
        ...


def frames_of(width: int) -> int:
    """How many frames a text line of `width` columns gives."""
    return -(-width // STRIDE) * FRAMES


def frame_scores(
    lines: Sequence[Gray], logits: Callable[[NDArray[np.uint8]], Floats], outputs: int, temperature: float
) -> list[Floats]:
    """The log-probabilities of each text line's frames by `logits`, which gives `outputs` numbers per frame.

    Each line by itself: a line costs so much more than the call that batches would gain nothing. Those of one width
    come one after the other, as the network is made ready for each width anew."""
    if not lines:
        return []
    widths = [-(-line.shape[1] // WIDTH_STEP) * WIDTH_STEP for line in lines]
    found: list[Floats] = [np.zeros((0, outputs), np.float32)] * len(lines)
    for place in sorted(range(len(lines)), key=widths.__getitem__):
        height, width = lines[place].shape
        padded = np.zeros((1, height, widths[place]), np.uint8)
        padded[0, :, :width] = lines[place]
        found[place] = logits(padded).reshape(-1, outputs)[: frames_of(width)]
    return np.split(log_softmax(np.concatenate(found), temperature), np.cumsum([len(one) for one in found])[:-1])


def check_outputs(folder: Path, card: CtcCard, logits: Callable[[NDArray[np.uint8]], Floats]) -> None:
    """Raises ModelError where the network in `folder` is not the one that its card describes."""
    answers = logits(np.zeros((1, card.height, WIDTH_STEP), np.uint8))
    if answers.size != frames_of(WIDTH_STEP) * (len(card.classes) + 1):
        raise ModelError(f"The model in {folder} has another number of classes than its card; train it again.")
