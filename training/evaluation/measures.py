"""What outcomes amount to: accuracy, digit error, reject curve, reliability, confusion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.evaluation.outcomes import Outcome, Outcomes

NONE = "∅"
"""Stands in the confusion matrix for no symbol: one that was missed, or read where there is none."""

BINS = 15
CURVE = 200
"""Points of the reject curve that are kept at most."""

LIMITS = (0.01, 0.005, 0.001)
"""Errors among what is accepted for which the largest share that can be accepted is told."""


@dataclass(frozen=True)
class Bin:
    """Outcomes whose confidence lies between `low` and `high`: how many, their mean confidence, the share right."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


@dataclass(frozen=True)
class Confusion:
    """`counts`, shape (symbols, symbols): row what is written, column what was read; the last symbol is `NONE`."""

    symbols: tuple[str, ...]
    counts: NDArray[np.int64]


@dataclass(frozen=True)
class Measures:
    """Of `count` outcomes `right` are wholly right. `symbol_error` is the edit distance between what was read and what
    is written, over all, as a share of the symbols written.

    `accepted` were accepted, `accepted_wrong` of them wrongly. `curve`, shape (n, 2), is the share accepted and the
    error among it when the most confident are accepted first; `reachable` the largest share at each error of `LIMITS`.
    """

    count: int
    right: int
    symbol_error: float
    accepted: int
    accepted_wrong: int
    calibration_error: float
    curve: NDArray[np.float64]
    reachable: dict[float, float]
    reliability: tuple[Bin, ...]
    confusion: Confusion

    @property
    def accuracy(self) -> float:
        """The share that is wholly right, 0 to 1."""
        return self.right / max(1, self.count)


def measured(found: Outcomes) -> Measures:
    """All measures of `found`, which must hold at least one outcome."""
    outcomes = found.outcomes
    confidence = np.array([one.confidence for one in outcomes])
    right = np.array([one.right for one in outcomes])
    pairs = Counter(pair for one in outcomes for pair in aligned(one.truth, one.read))
    written = sum(len(one.truth) for one in outcomes)
    curve = reject_curve(confidence, right)
    return Measures(
        count=len(outcomes),
        right=int(right.sum()),
        symbol_error=sum(n for (truth, read), n in pairs.items() if truth != read) / max(1, written),
        accepted=sum(one.accepted for one in outcomes),
        accepted_wrong=sum(one.accepted and not one.right for one in outcomes),
        calibration_error=expected_calibration_error(confidence, right, BINS),
        curve=curve[np.unique(np.linspace(0, len(curve) - 1, CURVE).round().astype(int))],
        reachable={limit: _reachable(curve, limit) for limit in LIMITS},
        reliability=reliability(confidence, right),
        confusion=_confusion(pairs),
    )


def aligned(truth: str, read: str) -> list[tuple[str, str]]:
    """Pairs of symbols written and read that need the fewest changes (V. Levenshtein, 1966); `NONE` where one side has
    no symbol."""
    rows, columns = len(truth) + 1, len(read) + 1
    cost = np.zeros((rows, columns), np.int64)
    cost[:, 0], cost[0, :] = np.arange(rows), np.arange(columns)
    for i in range(1, rows):
        for j in range(1, columns):
            swap = cost[i - 1, j - 1] + (truth[i - 1] != read[j - 1])
            cost[i, j] = min(swap, cost[i - 1, j] + 1, cost[i, j - 1] + 1)
    pairs: list[tuple[str, str]] = []
    i, j = rows - 1, columns - 1
    while i or j:
        if i and j and cost[i, j] == cost[i - 1, j - 1] + (truth[i - 1] != read[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((truth[i], read[j]))
        elif i and cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
            pairs.append((truth[i], NONE))
        else:
            j -= 1
            pairs.append((NONE, read[j]))
    return pairs[::-1]


def reject_curve(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Share accepted and error among it, shape (n, 2), for every threshold; equal confidences are accepted together."""
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~right[order])
    taken = np.arange(1, len(order) + 1)
    last = np.append(np.diff(confidence[order]) != 0, True)
    curve: NDArray[np.float64] = np.column_stack((taken / len(order), wrong / taken))
    kept: NDArray[np.float64] = curve[last]
    return kept


def _reachable(curve: NDArray[np.float64], limit: float) -> float:
    good = curve[curve[:, 1] <= limit, 0]
    return float(good.max(initial=0.0))


def reliability(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[Bin, ...]:
    """Bins of equal width that hold any outcome."""
    places = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return tuple(
        Bin(
            float(place) / BINS,
            float(place + 1) / BINS,
            int((places == place).sum()),
            float(confidence[places == place].mean()),
            float(right[places == place].mean()),
        )
        for place in np.unique(places)
    )


def expected_calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = BINS) -> float:
    """The mean distance of confidence from the share that is right, over `bins` of equal width (M. Naeini, 2015)."""
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for place in range(bins):
        inside = places == place
        if inside.any():
            error += float(inside.mean()) * abs(float(confidence[inside].mean()) - float(right[inside].mean()))
    return error


def _confusion(pairs: Counter[tuple[str, str]]) -> Confusion:
    names = (*sorted({symbol for pair in pairs for symbol in pair} - {NONE}), NONE)
    place = {name: i for i, name in enumerate(names)}
    counts = np.zeros((len(names), len(names)), np.int64)
    for (truth, read), count in pairs.items():
        counts[place[truth], place[read]] = count
    return Confusion(names, counts)


def worst(outcomes: Sequence[Outcome], count: int) -> list[Outcome]:
    """The mistakes that were the surest of themselves, at most `count`."""
    return sorted((one for one in outcomes if not one.right), key=lambda one: -one.confidence)[:count]
