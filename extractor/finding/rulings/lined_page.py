"""Rulings of lined paper, which writing on a page stands on or between, and touches. (In the picture of one field,
whose height is that of its writing, `extractor/fields/lined_paper.py` takes them away.)"""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.finding.finding_parameters import FINDING
from extractor.finding.rulings.page_rulings import level_runs
from extractor.ink import as_gray
from extractor.values import Mask


def lined_paper_rulings(dark: Mask) -> Mask:
    """The rulings of lined paper, level within some 3 degrees, in the ink `dark`, shape (height, width),
    1 = ink: 1 where they are, but not where a stroke crosses them. Those of a table's cells are not among them."""
    short = min(dark.shape)
    run, thick = FINDING.lined_run.pixels(short), FINDING.lined_thickness.pixels(short)
    level = level_runs(dark, run, thick)
    # What is three pixels wide at least shows in every second row and column as well.
    joined = cv2.dilate(level, np.ones((3, run // 2), np.uint8))[::2, ::2]
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    ruled = 2 * stats[:, cv2.CC_STAT_WIDTH] >= FINDING.lined_length * short
    ruled[0] = False
    if not ruled.any():
        return as_gray(np.zeros_like(dark))
    spans = np.stack((stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_LEFT] + stats[:, cv2.CC_STAT_WIDTH]), 1)
    sides = _sides(dark, np.asarray(labels, np.int32), ruled, run // 2, thick)
    ruled[_of_tables(sides, spans, FINDING.lined_length * short / 2)] = False
    where = cv2.resize(ruled.astype(np.uint8)[labels], dark.shape[::-1], interpolation=cv2.INTER_NEAREST)
    lined = cv2.bitwise_and(level, where)
    # A stroke that crosses a ruling goes on above it and below.
    rest, reach = cv2.subtract(dark, lined), np.ones((thick + 2, 1), np.uint8)
    above, below = cv2.dilate(rest, reach, anchor=(0, thick + 1)), cv2.dilate(rest, reach, anchor=(0, 0))
    return as_gray(cv2.subtract(lined, cv2.bitwise_and(above, below)))


def _sides(
    dark: Mask, labels: NDArray[np.int32], ruled: NDArray[np.bool_], run: int, thick: int
) -> dict[tuple[int, int], list[int]]:
    """Where, from left to right, upright rulings of at least `run` pixels join two of the `ruled` ones of `labels`,
    which are of every second row and column; by the two."""
    upright = cv2.transpose(level_runs(as_gray(cv2.transpose(dark)), run, thick))
    reached = cv2.dilate(upright, np.ones((7, 3), np.uint8))[::2, ::2]
    _, uprights, stats, _ = cv2.connectedComponentsWithStats(reached, connectivity=8)
    y, x = np.nonzero(reached)
    one, level = uprights[y, x], labels[y, x]
    joints: dict[int, set[int]] = {}
    for this, other in np.unique(np.stack((one, level), 1)[ruled[level]], axis=0).tolist():
        joints.setdefault(this, set()).add(other)
    found: dict[tuple[int, int], list[int]] = {}
    for this, joined in joints.items():
        for first, second in combinations(sorted(joined), 2):
            found.setdefault((first, second), []).append(int(stats[this, cv2.CC_STAT_LEFT]))
    return {pair: sorted(places) for pair, places in found.items()}


def _of_tables(sides: dict[tuple[int, int], list[int]], spans: NDArray[np.int32], beyond: float) -> list[int]:
    """The level rulings that upright ones make those of a table: several, beyond which neither goes on by more than
    `beyond`. `spans`, shape (n, 2), are where each ruling begins and ends. Tall digits may join two rulings as well."""
    return sorted(
        {
            one
            for pair, places in sides.items()
            if len(places) >= FINDING.lined_table
            and all(places[0] - spans[one, 0] < beyond and spans[one, 1] - places[-1] < beyond for one in pair)
            for one in pair
        }
    )
