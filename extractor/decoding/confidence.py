"""From path scores to the raw probability that a reading is right."""

from __future__ import annotations

import math
from collections.abc import Sequence

from extractor.decoding.paths import Path


def raw_probability(paths: Sequence[Path], index: int, *, comb: bool) -> float:
    """How probable path `index` is: its share among all paths, times what its symbols say on their own.

    In a comb the cells are given, so the product of its symbols is all there is. In a free string each symbol may
    also be a part of something else; the share among the paths covers that.
    """
    path = paths[index]
    own = math.exp(sum(mark.log_probability for mark in path.marks))
    if comb:
        return own
    top = max(p.score for p in paths)
    share = math.exp(path.score - top) / sum(math.exp(p.score - top) for p in paths)
    return share * own
