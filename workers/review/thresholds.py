"""The threshold from which readings are accepted, chosen so that few of those are wrong: what answers can promise.

Source: Learn-then-Test (Angelopoulos, Bates, Candès, Jordan, Lei 2021, arXiv 2110.01052) with fixed-sequence testing:
thresholds are tried from the strictest on, each by an exact binomial test (Clopper and Pearson, Biometrika 26, 1934),
until the first that fails, so that trying many costs no certainty. Where a threshold lies among the answers that were
drawn at random, it is put below a number of answers that was fixed before: those above are then a random sample of what
it accepts. Below what was drawn from, all doubtful fields are answered; the two kinds are weighed by how many readings
there are of each, and what is tested is the worst way in which the errors may be spread over them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, log

import numpy as np
from numpy.typing import NDArray

CERTAINTY = 0.95
"""How sure a promise is."""

FIRST_SHARE = 0.4
"""The share of the random answers with which the first threshold is tried, or more where fewer can carry nothing: with
the very first few, a single slip of a person would end it all."""

FINER = 1.015
"""Thresholds are tried after each so many times as many answers."""

SPREADS = 48
"""Ways in which errors are spread over two kinds of fields, of which the worst counts."""

MOST_TIMES_MORE = 64.0
"""More answers than so many times those that there are, are not asked of anybody."""


@dataclass(frozen=True)
class Answers:
    """What is known of a form's readings that hold a value, from what people have answered.

    `drawn` is the confidence of the fields, accepted ones of at least `edge`, that were drawn at random and answered,
    shape (n,), falling, and `drawn_wrong`, shape (n,), whether they were wrong. Below `edge` all fields are answered of
    some jobs: `steps`, shape (m,), are falling thresholds down to which that is so, `whole`, shape (m,), how many of
    those fields there are at or above each, and `whole_wrong`, shape (m,), how many of these were wrong. `below`, shape
    (m,), is the share of readings from the threshold to `edge` among those from the threshold on. `certain` is the
    share of all readings with a value that are at least `edge`.
    """

    edge: float
    drawn: NDArray[np.float64]
    drawn_wrong: NDArray[np.bool_]
    steps: NDArray[np.float64]
    whole: NDArray[np.int64]
    whole_wrong: NDArray[np.int64]
    below: NDArray[np.float64]
    certain: float


@dataclass(frozen=True)
class Tried:
    """A threshold `accept` that would accept `share` of the readings: by `answers` drawn at random, `wrong` of them not
    right, and by `whole` others, `whole_wrong` not right, which stand for `below` of what is accepted."""

    accept: float
    share: float
    answers: int
    wrong: int
    whole: int = 0
    whole_wrong: int = 0
    below: float = 0.0

    @property
    def rate(self) -> float:
        """The share that was found wrong, weighed by how the fields were drawn."""
        drawn = self.wrong / self.answers if self.answers else 0.0
        return self.below * self.whole_wrong / max(1, self.whole) + (1 - self.below) * drawn


def choose(known: Answers, max_error: float, certainty: float = CERTAINTY) -> Tried | None:
    """The lowest threshold above which less than `max_error` of the readings are wrong, with that `certainty`; None
    where the answers carry none."""
    slip = 1 - certainty
    best = None
    for one in _in_order(known, max_error, slip):
        if _doubt(one, max_error) > slip:
            break
        best = one
    return best


def more_needed(known: Answers, max_error: float, certainty: float = CERTAINTY) -> int | None:
    """Random answers, beyond those that there are, with which a threshold would pass at the rate that was found; None
    where no number of answers will do."""
    total, slip = len(known.drawn), 1 - certainty
    if not total:
        return enough(max_error, slip)
    wrong = np.cumsum(known.drawn_wrong)
    strict = [
        Tried(float(known.drawn[at - 1]), known.certain * at / total, at, int(wrong[at - 1]))
        for at in sorted({max(1, round(total * tenth / 10)) for tenth in range(1, 11)})
    ]
    below = [one for one in _in_order(known, max_error, slip) if one.below]
    found = []
    for one in (*strict, *below):
        times = 1.0
        while one.rate < max_error and times <= MOST_TIMES_MORE:
            grown = replace(one, answers=ceil(one.answers * times), wrong=ceil(one.wrong * times))
            if _doubt(grown, max_error) <= slip:
                found.append(max(1, ceil(total * (times - 1))))
                break
            times *= 1.03
    return min(found, default=None)


def bound(wrong: int, answers: int, certainty: float = CERTAINTY) -> float:
    """The upper bound of Clopper and Pearson: the true rate is below it with that certainty. 1 without answers."""
    return _edge_of(lambda rate: _at_most(wrong, answers, rate) > 1 - certainty) if wrong < answers else 1.0


def surely_above(wrong: int, answers: int, rate: float, certainty: float = CERTAINTY) -> bool:
    """Whether so many wrong ones say with that certainty that the true rate is above `rate`."""
    return wrong > 0 and 1 - _at_most(wrong - 1, answers, rate) < 1 - certainty


def enough(max_error: float, slip: float = 1 - CERTAINTY) -> int:
    """Random answers, all of them right, with which that promise can be made: some 300 for 1 %."""
    return ceil(log(slip) / log(1 - max_error))


def _edge_of(is_below: Callable[[float], bool]) -> float:
    """Where in 0 to 1 the condition ends, to a millionth."""
    low, high = 0.0, 1.0
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return high


def _in_order(known: Answers, max_error: float, slip: float) -> Iterator[Tried]:
    """What is tried, the strictest threshold first; which ones does not depend on any answer's being right."""
    total, need = len(known.drawn), enough(max_error, slip)
    if total >= need:
        wrong = np.cumsum(known.drawn_wrong)
        count = float(max(need, min(total, _carried_by(FIRST_SHARE * total, max_error, slip))))
        while count < total * FINER:
            at = min(total, round(count))
            accept = float(known.drawn[at - 1])
            # All that are as sure are accepted with it.
            at = int(np.searchsorted(-known.drawn, -accept, side="right"))
            yield Tried(max(accept, known.edge), known.certain * at / total, at, int(wrong[at - 1]))
            count = max(at + 1.0, count * FINER) if at < total else total * FINER
    else:
        wrong = np.cumsum(np.append(known.drawn_wrong, False))
    for at, accept in enumerate(known.steps):
        below = float(known.below[at])
        if total and below < 1:
            share = known.certain / (1 - below)
            whole = int(known.whole[at]), int(known.whole_wrong[at])
            yield Tried(float(accept), share, total, int(wrong[-1]), *whole, below)


def _carried_by(answers: float, max_error: float, slip: float) -> int:
    """The largest number of answers, at most `answers`, with which one more error has just become bearable."""
    found = wrong = 0
    count = enough(max_error, slip)
    while count <= answers:
        found = count
        wrong += 1
        while _at_most(wrong, count, max_error) > slip:
            count += 1
    return found


def _doubt(one: Tried, rate: float) -> float:
    """The probability of finding so few errors or fewer, were `rate` of what is accepted wrong: the largest of all ways
    in which the errors may be spread over the two kinds of fields."""
    if not one.below:
        return _at_most(one.wrong, one.answers, rate)
    if not one.whole:
        return 1.0
    above = 1 - one.below
    rates_below = np.linspace(0, min(1.0, rate / one.below), SPREADS)
    rates_above = np.clip((rate - one.below * rates_below) / above, 0, 1)
    found = one.rate
    most = min(one.answers, int(found * one.answers / above + 1e-9))
    left = (found - above * np.arange(most + 1) / one.answers) * one.whole / one.below
    others = np.clip((left + 1e-9).astype(int), 0, one.whole)
    drawn = _exactly(most, one.answers, rates_above)
    whole = np.cumsum(_exactly(int(others.max()), one.whole, rates_below), axis=0)
    return float((drawn * whole[others]).sum(axis=0).max())


@lru_cache(maxsize=100_000)
def _at_most(wrong: int, answers: int, rate: float) -> float:
    """The probability of at most so many wrong ones of the answers, at that rate: the binomial distribution."""
    return min(1.0, float(_exactly(wrong, answers, np.array([rate])).sum()))


def _exactly(most: int, answers: int, rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probabilities of 0 to `most` wrong ones of the answers at each of the `rates`, shape (most + 1, rates)."""
    wrong = np.arange(most + 1)[:, None]
    factorials = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, answers + 1)))))
    ways = factorials[answers] - factorials[wrong] - factorials[answers - wrong]
    with np.errstate(divide="ignore"):
        sure, never = np.log(rates), np.log1p(-rates)
    # Nothing times the logarithm of nothing is nothing.
    hits = np.where(wrong == 0, 0.0, wrong * np.where(np.isinf(sure), -1e9, sure))
    misses = np.where(wrong == answers, 0.0, (answers - wrong) * np.where(np.isinf(never), -1e9, never))
    found: NDArray[np.float64] = np.exp(ways + hits + misses)
    return found
