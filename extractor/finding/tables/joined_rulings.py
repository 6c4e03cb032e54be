"""Rulings put together from their pieces: writing and poor scans break them, and dots are many pieces."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.finding.finding_parameters import FINDING
from extractor.values import Mask


@dataclass(frozen=True, eq=False)
class JoinedRuling:
    """A ruling, level or upright: `along` it from its start to its end, shape (n,), it lies at `across`. `seen` is the
    length of its pieces, `thick` their thickness."""

    along: NDArray[np.float64]
    across: NDArray[np.float64]
    seen: float
    thick: float

    @cached_property
    def start(self) -> float:
        return float(self.along[0])

    @cached_property
    def end(self) -> float:
        return float(self.along[-1])

    @cached_property
    def ends(self) -> tuple[float, float]:
        """Where it lies across, at its start and at its end."""
        return self.at(self.start), self.at(self.end)

    def at(self, where: float) -> float:
        """Where it lies across, there along it; beyond its ends as at them."""
        return float(np.interp(where, self.along, self.across))

    def reaches(self, first: float, last: float) -> float:
        """How much of the way from `first` to `last` it goes along, at most 1."""
        return max(0.0, min(self.end, last) - max(self.start, first)) / max(1.0, last - first)

    def within(self, first: float, last: float) -> JoinedRuling:
        """Its part from `first` to `last` along it."""
        inside = self.along[(self.along > first) & (self.along < last)]
        along = np.concatenate(([first], inside, [last]))
        across = np.interp(along, self.along, self.across)
        return JoinedRuling(along, across, self.seen * (last - first) / (self.end - self.start), self.thick)


def joined_rulings(mask: Mask, long_side: int) -> list[JoinedRuling]:
    """The level rulings of `mask`, 255 = ruling, from top to bottom; of a transposed one the upright ones, from left to
    right. Pieces are joined where one goes on the way of the other after a gap."""
    pieces = _pieces(mask, long_side)
    reach, farthest = FINDING.joined_gap.of(long_side), FINDING.joined_aside.of(long_side)
    chains: list[list[JoinedRuling]] = []
    # Where the last piece of each chain ends, and lies across there.
    ends, levels = np.zeros(len(pieces)), np.zeros(len(pieces))
    for piece in sorted(pieces, key=lambda one: one.start):
        gaps = piece.start - ends[: len(chains)]
        aside = np.abs(levels[: len(chains)] - piece.ends[0])
        aside[(gaps <= -reach / 4) | (gaps >= reach)] = np.inf
        best = int(aside.argmin()) if len(aside) else 0
        if best < len(chains) and aside[best] < farthest:
            chains[best].append(piece)
        else:
            best = len(chains)
            chains.append([piece])
        ends[best], levels[best] = piece.end, piece.ends[1]
    return sorted(map(_joined, chains), key=lambda one: float(one.across.mean()))


def between(first: JoinedRuling, second: JoinedRuling, share: float) -> JoinedRuling:
    """The ruling that is missing at a `share` of the way from one to the other."""
    across = np.array([(1 - share) * y + share * second.at(x) for x, y in zip(first.along, first.across, strict=True)])
    return JoinedRuling(first.along, across, 0.0, first.thick)


def _pieces(mask: Mask, long_side: int) -> list[JoinedRuling]:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    left, top, wide, high, area = stats.T
    slope, spare = FINDING.writing_slope
    likely = (wide >= FINDING.joined_piece.of(long_side)) & (high <= slope * wide + spare)
    likely &= area <= FINDING.writing_thickness * long_side * wide
    likely[0] = False
    pieces = []
    for label in np.flatnonzero(likely):
        x, y, w, h = (int(v[label]) for v in (left, top, wide, high))
        own = labels[y : y + h, x : x + w] == label
        count = own.sum(0)
        at = np.flatnonzero(count)
        middle = (own * np.arange(h)[:, None]).sum(0)[at] / count[at] + 0.5
        # In as many parts as tell how it bends.
        whole, rest = divmod(len(at), FINDING.joined_parts)
        sides = np.cumsum([0] + [whole + (part < rest) for part in range(FINDING.joined_parts)])
        parts = [slice(a, b) for a, b in pairwise(sides.tolist()) if b > a]
        along = np.array([at[part].sum() / (part.stop - part.start) for part in parts]) + x + 0.5
        across = np.array([_median(middle[part]) for part in parts]) + y
        along[0], along[-1] = x, x + w
        pieces.append(JoinedRuling(along, across, float(len(at)), _median(count[at])))
    return pieces


def _median(values: NDArray[Any]) -> float:
    """The median, many times faster than numpy's own on a few values."""
    ordered = np.sort(values)
    return float(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def _joined(chain: list[JoinedRuling]) -> JoinedRuling:
    along = np.concatenate([one.along for one in chain])
    across = np.concatenate([one.across for one in chain])
    order = np.argsort(along, kind="stable")
    thick = float(np.average([one.thick for one in chain], weights=[one.seen for one in chain]))
    return JoinedRuling(along[order], across[order], sum(one.seen for one in chain), thick)
