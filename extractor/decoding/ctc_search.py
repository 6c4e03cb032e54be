"""What a text line's frames say: the most probable strings, each with its exact probability and where its symbols lie.

The frames are those of connectionist temporal classification (A. Graves et al., "Connectionist temporal classification:
labelling unsegmented sequence data with recurrent neural networks", 2006).
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from extractor.values import Floats

MOST_TRANSCRIPTS = 8
"""Strings that are weighed for each text line."""

MOST_CHANGES = 4 * MOST_TRANSCRIPTS
"""Sets of changes to the best path that are tried for them: several may spell the same string."""

OTHER_CLASSES = 3
"""Other classes that each symbol may be."""

RAREST_ODDS = -9.2
"""Log-odds (one in ten thousand) below which another symbol or string is not tried."""

KEPT_DECIMALS = 9
"""Decimals of a log-probability that are kept: a last bit may depend on how many strings are weighed together."""

SCALED_EVERY = 4
"""Frames after which probabilities are scaled up again."""

LEAST_PROBABILITY = 1e-300
"""What is less probable counts as this probable, so that it has a logarithm."""

PAD = 2
"""Columns of nothing to the left of CTC's states, so that all states move alike."""


class Transcript(NamedTuple):
    """One string that a text line may say: its `log_probability`, and the frame in the middle of each symbol."""

    text: str
    log_probability: float
    frames: tuple[float, ...]


class _Slot(NamedTuple):
    """A run of frames in which one class is the most probable: what it may say (class or None for nothing), each with
    the log-odds that this costs, least first, the first at no cost; and its middle."""

    options: list[tuple[int | None, float]]
    middle: float


def best_transcripts(scores: Sequence[Floats], classes: Sequence[str]) -> list[tuple[Transcript, ...]]:
    """For each text line the strings that its frames may say, best first. `scores` are log-probabilities, each of
    shape (frames, classes + 1), the last class being CTC's blank. All text lines are weighed together, which costs
    little more than one."""
    if not scores:
        return []
    proposed = [_proposed(slots) for slots in _slots(scores)]
    flat = [(index, said) for index, options in enumerate(proposed) for said, _ in options]
    if not flat:
        return [() for _ in scores]
    exact = _forward(scores, [index for index, _ in flat], [said for _, said in flat])
    found: list[list[Transcript]] = [[] for _ in scores]
    place = 0
    for index, options in enumerate(proposed):
        for said, frames in options:
            text = "".join(classes[symbol] for symbol in said)
            found[index].append(Transcript(text, round(float(exact[place]), KEPT_DECIMALS), frames))
            place += 1
    return [tuple(sorted(options, key=lambda h: -h.log_probability)) for options in found]


def best_text(rows: Floats, classes: Sequence[str]) -> str:
    """What the most probable path through the frames of one text line, shape (frames, classes + 1), says."""
    best = rows.argmax(1)
    kept = best[np.concatenate(([True], best[1:] != best[:-1]))]
    return "".join(classes[symbol] for symbol in kept.tolist() if symbol < len(classes))


def text_log_probabilities(
    scores: Sequence[Floats], texts: Sequence[str], classes: Sequence[str]
) -> NDArray[np.float64]:
    """The exact log-probability that each text line of `scores` says its text, shape (text lines,)."""
    place = {name: index for index, name in enumerate(classes)}
    said = [tuple(place[c] for c in text) for text in texts]
    return _forward(scores, range(len(scores)), said)


def _proposed(slots: Sequence[_Slot]) -> list[tuple[tuple[int, ...], tuple[float, ...]]]:
    """Strings that may be probable: the best path, and what comes of changing few of its runs, each once.

    The changes are taken in the order of their cost, as E. Lawler (1972) ranks solutions: with the slots in order
    of their first change, what follows a set of changes is its last one made worse, one more, or the next in its place.
    """
    symbols = [slot.options[0][0] for slot in slots]
    order = sorted((slot.options[1][1], index) for index, slot in enumerate(slots) if len(slot.options) > 1)
    changeable = [(index, slots[index].options) for _, index in order]
    found: dict[tuple[int, ...], tuple[float, ...]] = {}
    # Each with its changes: which of `changeable`, and which option there, the last one of all last.
    heap: list[tuple[float, tuple[tuple[int, int], ...]]] = [(0.0, ())]
    tries = 0
    while heap and len(found) < MOST_TRANSCRIPTS and tries < MOST_CHANGES:
        cost, changes = heapq.heappop(heap)
        tries += 1
        taken = symbols.copy()
        for place, option in changes:
            index, options = changeable[place]
            taken[index] = options[option][0]
        said = tuple([symbol for symbol in taken if symbol is not None])
        if said not in found:
            found[said] = tuple([slot.middle for symbol, slot in zip(taken, slots, strict=True) if symbol is not None])
        following: list[tuple[float, tuple[tuple[int, int], ...]]] = []
        last, option = changes[-1] if changes else (-1, 0)
        if last + 1 < len(changeable):
            first = changeable[last + 1][1][1][1]
            following.append((cost + first, (*changes, (last + 1, 1))))
            if option == 1:
                following.append((cost - changeable[last][1][1][1] + first, (*changes[:-1], (last + 1, 1))))
        if option and option + 1 < len(changeable[last][1]):
            options = changeable[last][1]
            following.append((cost - options[option][1] + options[option + 1][1], (*changes[:-1], (last, option + 1))))
        for more in following:
            if more[0] <= -RAREST_ODDS:
                heapq.heappush(heap, more)
    return list(found.items())


def _slots(scores: Sequence[Floats]) -> list[list[_Slot]]:
    """For each text line the runs of its frames of which there is something to say, from left to right."""
    rows = np.concatenate(scores)
    begins = np.cumsum([0, *map(len, scores)])
    blank = rows.shape[1] - 1
    best = rows.argmax(1)
    own = rows[np.arange(len(rows)), best]
    changed = np.concatenate(([True], best[1:] != best[:-1]))
    changed[begins[:-1]] = True
    starts = np.flatnonzero(changed)
    lengths = np.diff(starts, append=len(rows))
    highest = np.maximum.reduceat(rows, starts, axis=0)
    # A blank is the most probable class of its run, so it is no less probable than one in so many.
    telling = (best[starts] != blank) | (highest[:, :blank].max(1) > RAREST_ODDS - np.log(blank + 1))
    peaks = _highest_frames(rows, starts, lengths, best[starts])[telling]
    gone = np.add.reduceat(own - rows[:, blank], starts)[telling].tolist()
    starts, lengths, highest = starts[telling], lengths[telling], highest[telling]
    symbols = best[starts]
    ranked = np.argsort(-highest[:, :blank], axis=1)[:, : OTHER_CLASSES + 1]
    odds = highest[np.arange(len(starts)), symbols, None] - np.take_along_axis(highest, ranked, axis=1)
    # Between two runs of other symbols a blank run that is short may hide one more, at the frame where it is highest.
    blanks = symbols == blank
    peaks[blanks] = _highest_frames(rows, starts[blanks], lengths[blanks], ranked[blanks, 0])
    odds[blanks, 0] = rows[peaks[blanks], blank] - rows[peaks[blanks], ranked[blanks, 0]]
    lines = np.searchsorted(begins, starts, side="right") - 1
    middles = (peaks - begins[lines]).astype(float).tolist()
    found: list[list[_Slot]] = [[] for _ in scores]
    for line, symbol, others, costs, lost, middle in zip(
        lines.tolist(), symbols.tolist(), ranked.tolist(), odds.tolist(), gone, middles, strict=True
    ):
        if symbol == blank:
            if costs[0] < -RAREST_ODDS:
                found[line].append(_Slot([(None, 0.0), (others[0], costs[0])], middle))
            continue
        options = [(other, cost) for other, cost in zip(others, costs, strict=True) if other != symbol]
        options.append((None, lost))
        kept = sorted([option for option in options if option[1] < -RAREST_ODDS], key=itemgetter(1))
        found[line].append(_Slot([(symbol, 0.0), *kept], middle))
    return found


def _highest_frames(
    rows: Floats, starts: NDArray[np.intp], lengths: NDArray[np.intp], classes: NDArray[np.intp]
) -> NDArray[np.intp]:
    """For each run of `lengths` frames from `starts` on, the first in which its class of `classes` is most probable."""
    ends = lengths.cumsum()
    frames = np.arange(lengths.sum()) + np.repeat(starts - ends + lengths, lengths)
    own = rows[frames, np.repeat(classes, lengths)]
    if not len(own):
        return starts
    peaks = np.flatnonzero(own == np.repeat(np.maximum.reduceat(own, ends - lengths), lengths))
    return np.asarray(frames[peaks[np.searchsorted(peaks, ends - lengths)]], np.intp)


def _forward(scores: Sequence[Floats], lines: Sequence[int], said: Sequence[tuple[int, ...]]) -> NDArray[np.float64]:
    """CTC's forward algorithm: the log-probability that the frames of `scores[lines[i]]` say `said[i]`.

    Probabilities are scaled up again after every few frames, as L. Rabiner (1989) does, so that none becomes too small.
    """
    frames = np.array([len(part) for part in scores])[np.asarray(lines)]
    # Those with the most frames first, so that the others can be left out once they have ended.
    order = np.argsort(-frames, kind="stable")
    rows, frames = np.asarray(lines)[order], frames[order]
    blank, longest = scores[0].shape[1] - 1, max(len(s) for s in said)
    padded = np.zeros((int(frames[0]), len(scores), blank + 1))
    for index, part in enumerate(scores):
        padded[: len(part), index] = np.exp(part)
    states = np.full((len(said), 2 * longest + 1), blank)
    for row, place in enumerate(order.tolist()):
        states[row, 1 : 2 * len(said[place]) : 2] = said[place]
    # A blank may be skipped between two symbols that differ.
    skip = np.zeros(states.shape)
    skip[:, 2:] = (states[:, 2:] != blank) & (states[:, 2:] != states[:, :-2])
    where = rows[:, None] * (blank + 1) + states
    alpha = np.zeros((len(said), states.shape[1] + PAD))
    # A string begins with a blank or with its first symbol.
    alpha[:, PAD : PAD + 2] = padded[0].take(where[:, :2])
    log_scale = np.zeros(len(said))
    ends = 2 * np.array([len(said[place]) for place in order.tolist()]) + PAD
    out = np.zeros(len(said))
    # After each frame, how many have frames left.
    after = np.searchsorted(-frames, -np.arange(1, int(frames[0]) + 1)).tolist()
    left = len(said)
    for frame, going in enumerate(after):
        now = alpha[:left]
        if frame:
            moved = now[:, :-2] * skip[:left]
            moved += now[:, 1:-1]
            moved += now[:, 2:]
            moved *= padded[frame].take(where[:left])
            now[:, PAD:] = moved
        if frame % SCALED_EVERY == 0 or going < left:
            # By the greatest and not by the sum, which would depend on how many others are weighed with this one.
            largest = np.maximum(now.max(1), LEAST_PROBABILITY)
            now /= largest[:, None]
            log_scale[:left] += np.log(largest)
        if going < left:
            done = np.arange(going, left)
            said_all = alpha[done, ends[done]] + np.where(ends[done] > PAD, alpha[done, ends[done] - 1], 0.0)
            out[order[done]] = log_scale[done] + np.log(np.maximum(said_all, LEAST_PROBABILITY))
            left = going
    return out
