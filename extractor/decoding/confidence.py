"""From path scores to the raw probability that a value is right."""

from __future__ import annotations

import math
from collections.abc import Sequence

from extractor.decoding.lattice_search import Path

SHARE = 0.1
"""How much a value's share among the paths of a free string counts beside what its symbols say on their own: little,
since most other paths part the same ink in a slightly worse way. Chosen on `photo_strings` and `cheque_amounts`,
where it ranks right readings before wrong ones best."""


def raw_probabilities(paths: Sequence[Path], values: Sequence[str | None], *, comb: bool) -> dict[str, float]:
    """The raw probability of each value among `values`, the meaning of each path (None where it is not allowed).

    In a comb the cells are given, so a value is as probable as the products of its paths' symbols together. In a free
    string each symbol may also be a part of something else: there it is the product of the symbols of the best path,
    lowered by the value's share among all paths.
    """
    own = [math.exp(sum(mark.log_probability for mark in path.marks)) for path in paths]
    found: dict[str, float] = {}
    if comb:
        for value, probability in zip(values, own, strict=True):
            if value is not None:
                found[value] = min(1.0, found.get(value, 0.0) + probability)
        return found
    top = max((path.score for path in paths), default=0.0)
    weights = [math.exp(path.score - top) for path in paths]
    total = sum(weights)
    shares: dict[str, float] = {}
    for value, probability, weight in zip(values, own, weights, strict=True):
        if value is not None:
            # Paths come best first: the first of a value is its best.
            found.setdefault(value, probability)
            shares[value] = shares.get(value, 0.0) + weight / total
    return {value: probability * min(1.0, shares[value]) ** SHARE for value, probability in found.items()}
