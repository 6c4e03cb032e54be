"""What a line's frames say: the most probable strings, each with its exact probability and where its symbols lie.

The frames are those of connectionist temporal classification (A. Graves et al., "Connectionist temporal classification:
labelling unsegmented sequence data with recurrent neural networks", 2006).
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from extractor.values import Floats

MOST = 8
"""Strings that are weighed for each line."""

CLASSES = 3
"""Other classes that each symbol may be."""

RAREST = -9.2
"""Log-odds (one in ten thousand) below which another symbol or string is not tried."""

DIGITS = 9
"""Decimals of a log-probability that are kept."""

TINY = 1e-300
"""What is less probable counts as this probable, so that it has a logarithm."""


@dataclass(frozen=True)
class Hypothesis:
    """One string that a line may say: its `log_probability`, and the frame in the middle of each symbol."""

    text: str
    log_probability: float
    frames: tuple[float, ...]


@dataclass(frozen=True)
class _Slot:
    """A run of frames in which one class is the most probable: what it may say (class or None for nothing), each with
    the log-odds that this costs, least first; and its middle."""

    options: tuple[tuple[int | None, float], ...]
    middle: float


def line_hypotheses(scores: Sequence[Floats], classes: Sequence[str]) -> list[tuple[Hypothesis, ...]]:
    """For each line the strings that its frames may say, best first. `scores` are log-probabilities, each of shape
    (frames, classes + 1), the last class being CTC's blank. All lines are weighed together, which costs little more
    than one."""
    proposed = [_proposed(rows) for rows in scores]
    flat = [(index, said) for index, options in enumerate(proposed) for said, _ in options]
    if not flat:
        return [() for _ in scores]
    exact = _forward(scores, [index for index, _ in flat], [said for _, said in flat])
    found: list[list[Hypothesis]] = [[] for _ in scores]
    place = 0
    for index, options in enumerate(proposed):
        for said, frames in options:
            text = "".join(classes[symbol] for symbol in said)
            # Rounded, since a last bit may hang on how many are weighed together.
            found[index].append(Hypothesis(text, round(float(exact[place]), DIGITS), frames))
            place += 1
    return [tuple(sorted(options, key=lambda h: -h.log_probability)) for options in found]


def best_text(rows: Floats, classes: Sequence[str]) -> str:
    """What the most probable path through the frames of one line, shape (frames, classes + 1), says."""
    best = rows.argmax(1)
    kept = best[np.concatenate(([True], best[1:] != best[:-1]))]
    return "".join(classes[symbol] for symbol in kept.tolist() if symbol < len(classes))


def text_log_probabilities(
    scores: Sequence[Floats], texts: Sequence[str], classes: Sequence[str]
) -> NDArray[np.float64]:
    """The exact log-probability that each line of `scores` says its text, shape (lines,)."""
    place = {name: index for index, name in enumerate(classes)}
    said = [tuple(place[c] for c in text) for text in texts]
    return _forward(scores, range(len(scores)), said)


def _proposed(rows: Floats) -> list[tuple[tuple[int, ...], tuple[float, ...]]]:
    """Strings that may be probable: the best path, and what comes of changing few of its runs, each once."""
    slots = _slots(rows)
    # Each with the first slot that may still be changed, so that no choice is come by twice.
    heap: list[tuple[float, tuple[int, ...], int]] = [(0.0, (0,) * len(slots), 0)]
    found: dict[tuple[int, ...], tuple[float, ...]] = {}
    tries = 0
    while heap and len(found) < MOST and tries < 4 * MOST:
        cost, choice, first = heapq.heappop(heap)
        if cost > -RAREST:
            break
        tries += 1
        taken = [(slot.options[option][0], slot.middle) for slot, option in zip(slots, choice, strict=True)]
        said = tuple(symbol for symbol, _ in taken if symbol is not None)
        if said not in found:
            found[said] = tuple(middle for symbol, middle in taken if symbol is not None)
        for index in range(first, len(slots)):
            options, option = slots[index].options, choice[index]
            if option + 1 < len(options):
                more = cost + options[option + 1][1] - options[option][1]
                if more <= -RAREST:
                    heapq.heappush(heap, (more, (*choice[:index], option + 1, *choice[index + 1 :]), index))
    return list(found.items())


def _slots(rows: Floats) -> list[_Slot]:
    blank = rows.shape[1] - 1
    best = rows.argmax(1)
    starts = np.flatnonzero(np.concatenate(([True], best[1:] != best[:-1])))
    ends = np.append(starts[1:], len(best))
    highest = np.maximum.reduceat(rows, starts, axis=0)
    slots: list[_Slot] = []
    for index, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        symbol, top = int(best[start]), highest[index]
        if symbol == blank:
            other = int(top[:blank].argmax())
            # Between two runs of other symbols a blank run that is short may hide one more.
            frame = start + int(rows[start:end, other].argmax())
            odds = float(rows[frame, blank] - rows[frame, other])
            if odds < -RAREST:
                slots.append(_Slot(((None, 0.0), (other, odds)), float(frame)))
            continue
        gone = float((rows[start:end, symbol] - rows[start:end, blank]).sum())
        options: list[tuple[int | None, float]] = [(None, gone)]
        others = [other for other in np.argsort(-top[:blank])[: CLASSES + 1].tolist() if other != symbol]
        options += [(other, float(top[symbol] - top[other])) for other in others]
        kept = sorted((o for o in options if o[1] < -RAREST), key=lambda o: o[1])
        frame = start + int(rows[start:end, symbol].argmax())
        slots.append(_Slot(((symbol, 0.0), *kept), float(frame)))
    return slots


def _forward(scores: Sequence[Floats], lines: Sequence[int], said: Sequence[tuple[int, ...]]) -> NDArray[np.float64]:
    """CTC's forward algorithm: the log-probability that the frames of `scores[lines[i]]` say `said[i]`.

    Probabilities are scaled up again after every frame, as L. Rabiner (1989) does, so that none becomes too small.
    """
    rows = np.asarray(lines)
    lengths = np.array([len(part) for part in scores])
    classes = scores[0].shape[1]
    blank, longest = classes - 1, max(len(s) for s in said)
    padded = np.zeros((len(scores), int(lengths.max()), classes))
    for index, part in enumerate(scores):
        padded[index, : len(part)] = np.exp(part)
    states = np.full((len(said), 2 * longest + 1), blank)
    for row, symbols in enumerate(said):
        states[row, 1 : 2 * len(symbols) : 2] = symbols
    # A blank may be skipped between two symbols that differ.
    skip = np.zeros(states.shape)
    skip[:, 2:] = (states[:, 2:] != blank) & (states[:, 2:] != states[:, :-2])
    emitted = np.take_along_axis(padded[rows], states[:, None, :], 2).transpose(1, 0, 2)
    # Two columns of nothing on the left, so that all states move alike.
    alpha = np.zeros((len(said), states.shape[1] + 2))
    alpha[:, 2:4] = emitted[0, :, :2]
    log_scale = np.zeros(len(said))
    ends = 2 * np.array([len(s) for s in said]) + 2
    every, last = np.arange(len(said)), lengths[rows] - 1
    out = np.zeros(len(said))
    for frame in range(padded.shape[1]):
        if frame:
            alpha[:, 2:] = (alpha[:, 2:] + alpha[:, 1:-1] + alpha[:, :-2] * skip) * emitted[frame]
        # By the greatest and not by the sum, which would depend on how many other strings are weighed with this one.
        largest = np.maximum(alpha.max(1), TINY)
        alpha /= largest[:, None]
        log_scale += np.log(largest)
        done = last == frame
        if done.any():
            said_all = alpha[every, ends] + np.where(ends > 2, alpha[every, ends - 1], 0.0)
            out[done] = (log_scale + np.log(np.maximum(said_all, TINY)))[done]
    return out
