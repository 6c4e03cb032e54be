"""Printed row and column numbers: a row of places one below or beside another whose numbers count up by one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from extractor.finding.finding_parameters import FINDING
from extractor.values import Points


def counted_up(quads: Sequence[Points], values: Sequence[str]) -> list[int]:
    """For each of the fields between `quads`, corners of shape (4, 2) each, whose `values` were read: how many of its
    column or row count up by one with it; 0 for the others. A number may be missing between them, where it was not
    read."""
    counted = [0] * len(quads)
    numbers = [int(value) if value.isdigit() else None for value in values]
    for along in (1, 0):
        for line in _lines(quads, along):
            steps = []
            for first, second in pairwise(line):
                a, b = numbers[first], numbers[second]
                size = np.ptp(quads[first][:, along])
                apart = (quads[second][:, along].mean() - quads[first][:, along].mean()) / max(1.0, size)
                # A place that was not found, or whose number was not read, leaves its room.
                steps.append(a is not None and b is not None and b - a == max(1, round(float(apart))))
            for start, end in _runs(steps):
                for index in line[start : end + 1]:
                    counted[index] = max(counted[index], end + 1 - start)
    return counted


def _lines(quads: Sequence[Points], along: int) -> list[list[int]]:
    """Indices of fields of one size that stand in a column (`along` 1) or in a row (0), in order."""
    across = 1 - along
    lines: list[list[int]] = []
    for index in sorted(range(len(quads)), key=lambda i: float(quads[i][:, along].mean())):
        size = float(np.ptp(quads[index][:, across]))
        for line in lines:
            last = quads[line[-1]]
            off = np.abs(np.sort(last[:, across]) - np.sort(quads[index][:, across])).max()
            if off <= FINDING.counted_off * size:
                line.append(index)
                break
        else:
            lines.append([index])
    return lines


def _runs(steps: list[bool]) -> list[tuple[int, int]]:
    """First and last place of each run of `steps` that holds."""
    runs, start = [], None
    for place, holds in enumerate([*steps, False]):
        if holds and start is None:
            start = place
        elif not holds and start is not None:
            runs.append((start, place))
            start = None
    return runs
