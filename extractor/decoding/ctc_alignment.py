"""Where in a text line the symbols of a given string stand: CTC's best path through the frames that says just that."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from extractor.values import Floats


def aligned(frames: Floats, text: str, classes: Sequence[str]) -> NDArray[np.float64]:
    """The frame in the middle of each symbol of `text`, shape (symbols,), by the most probable path that says `text`.

    `frames` are log-probabilities of shape (frames, classes + 1), the last class being CTC's blank. A symbol of `text`
    that `classes` lack, since another network read it, stands where they say nothing. Where there are fewer frames than
    the text needs, its symbols are spread evenly.
    """
    count, blank = len(frames), frames.shape[1] - 1
    place = {name: index for index, name in enumerate(classes)}
    states = np.full(2 * len(text) + 1, blank)
    states[1::2] = [place.get(symbol, blank) for symbol in text]
    # A state follows itself, the one before it, and that one's predecessor too where a blank need not stand between.
    skip = np.zeros(len(states), np.bool_)
    skip[3::2] = states[3::2] != states[1:-2:2]
    score = np.full(len(states), -np.inf)
    score[:2] = frames[0, states[:2]] if count else 0.0
    came = np.zeros((count, len(states)), np.int8)
    for frame in range(1, count):
        one = np.concatenate(([-np.inf], score[:-1]))
        two = np.where(skip, np.concatenate(([-np.inf, -np.inf], score[:-2])), -np.inf)
        options = np.stack((score, one, two))
        came[frame] = options.argmax(0)
        score = options.max(0) + frames[frame, states]
    if not text or not np.isfinite(score[-2:].max()):
        return (np.arange(len(text)) + 0.5) / max(1, len(text)) * count
    state = len(states) - 1 - int(score[-2] > score[-1])
    path = np.zeros(count, np.int64)
    for frame in range(count - 1, -1, -1):
        path[frame] = state
        state -= int(came[frame, state])
    own = np.arange(count)
    found = np.zeros(len(text))
    for index, symbol in enumerate(states[1::2]):
        said = own[path == 2 * index + 1]
        weights = np.exp(frames[said, symbol].astype(np.float64))
        found[index] = (weights * said).sum() / max(float(weights.sum()), 1e-300)
    return found
