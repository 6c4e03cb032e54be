"""What the odds of a bubble are beside those of the others on its sheet: marks and empty bubbles are two groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

GROUP = 4
"""Bubbles at least of which the middle tells what is usual."""

USUAL_EMPTY, USUAL_MARKED = (-6.0, -4.0), (4.0, 1.0)
"""Log-odds of the middle and of the most doubtful of empty bubbles, and of marks, where a sheet has too few."""

DOUBTFUL_SHARE = 5.0
"""Percentile of a group's odds that is its most doubtful."""

FEWEST_PRINTED = 3
"""Bubbles of one label of which the middle tells what is usual of their print."""

MOST_ODDS = 12.0
"""Log-odds further out say no more."""


def beside_others(odds: NDArray[np.float64], kinds: NDArray[np.intp], labels: Sequence[str]) -> NDArray[np.float64]:
    """What is seen of each bubble of one sheet beside the others, shape (n, 13): its log-odds `odds`, shape (n,), how
    far they are from the usual and the most doubtful of those that are rather empty, and rather marked, what these are,
    how many are marked, how many bubbles there are, and how far the odds are from those of the same print, of which
    `kinds`, shape (n,), and `labels` say which it is."""
    marked = odds > 0
    empty, doubtful_empty = _group(odds[~marked], 100 - DOUBTFUL_SHARE, USUAL_EMPTY)
    mark, doubtful_mark = _group(odds[marked], DOUBTFUL_SHARE, USUAL_MARKED)
    ones = np.ones(len(odds))
    words = np.array(labels)
    alike = np.full((len(odds), 2), empty)
    for kind in np.unique(kinds):
        for word in np.unique(words[kinds == kind]):
            own = (kinds == kind) & (words == word)
            if own.sum() >= FEWEST_PRINTED:
                alike[own] = np.percentile(odds[own], (50, 25))
    columns = (
        odds.clip(-MOST_ODDS, MOST_ODDS),
        (odds - empty).clip(-10, 20),
        (odds - doubtful_empty).clip(-10, 20),
        (odds - mark).clip(-20, 10),
        (odds - doubtful_mark).clip(-20, 10),
        empty * ones,
        (doubtful_empty - empty) * ones,
        mark * ones,
        (mark - doubtful_mark) * ones,
        marked.mean() * ones,
        np.log1p(len(odds)) * ones,
        (odds - alike[:, 0]).clip(-15, 20),
        (odds - alike[:, 1]).clip(-15, 20),
    )
    return np.stack(columns, 1)


def _group(odds: NDArray[np.float64], edge: float, usual: tuple[float, float]) -> tuple[float, float]:
    if len(odds) < GROUP:
        return usual
    middle, doubtful = np.percentile(odds, (50, edge))
    return float(middle), float(doubtful)
