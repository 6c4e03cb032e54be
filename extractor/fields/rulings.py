"""The rulings of a field: found where they really are, and taken away without the strokes that cross them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from statistics import median, median_low

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.fields.field_parameters import FIELDS
from extractor.geometry import peak_beside
from extractor.ink import STROKE, as_gray
from extractor.values import Gray, Mask, Points

NEIGHBOURS = (0.5, 1.0, 0.5)
"""Weights of a column and those beside it: a ruling may lean over two on its way down, and is seen all the same."""

TWO_BESIDE = np.ones((1, 5), np.uint8)
"""A column and the two to either side of it."""


@dataclass(frozen=True)
class SnappedRulings:
    """Positions of parallel rulings across one axis and how thick each is, in pixels; `seen` says which the
    picture really shows. What is darker there than the grey level `over` is pen over the ruling."""

    at: Points
    seen: tuple[bool, ...]
    thickness: tuple[float, ...]
    over: tuple[float, ...]


def snap_rulings(
    grey: Gray, expected: Sequence[float], span: tuple[int, int], *, reach: float, thickest: float
) -> SnappedRulings:
    """The upright rulings near the `expected` columns of `grey`, whose illumination is even, in the rows `span`.

    `reach` is how far from its place a ruling may be, `thickest` how thick it may be, both in pixels: what is thicker
    is the edge of something solid.

    All rulings first move together by the shift that puts most of them on dark columns, then each by a little: so
    neither a handwritten stroke beside one ruling nor a table around the field can pull it away. Rulings that are not
    seen stay at the common shift.
    """
    rows = grey[max(0, span[0]) : max(0, span[1])]
    rows = np.ascontiguousarray(rows[:: max(1, len(rows) // FIELDS.ruling_rows)])
    wanted = np.asarray(expected, np.float64)
    if rows.shape[0] == 0:
        return SnappedRulings(wanted, (False,) * len(wanted), (1.0,) * len(wanted), (0.0,) * len(wanted))
    profile = _profile(rows, thickest)
    soft = np.minimum(1.0, np.convolve(profile, NEIGHBOURS, "same")) if len(profile) >= len(NEIGHBOURS) else profile
    shifts = np.arange(-round(reach), round(reach) + 1)
    own = round(reach / FIELDS.ruling_own) + 1
    score = _at(_nearly(soft, own), np.rint(wanted[:, None] + shifts).astype(int), beyond=0.0)
    total = np.where(score >= FIELDS.ruling_seen, score, FIELDS.ruling_unseen * score).sum(0) / len(wanted)
    total -= FIELDS.ruling_far * (shifts / max(1.0, reach)) ** 2
    at = wanted + shifts[total.argmax()]
    around = np.arange(-own, own + 1)
    near = np.rint(at).astype(int)[:, None] + around
    there = _at(soft, near, beyond=-1.0)
    likely = near[np.arange(len(near)), (there - FIELDS.ruling_distance * np.abs(around)).argmax(1)]
    seen = there.max(1) >= FIELDS.ruling_seen
    found = [best if shown else None for best, shown in zip(likely.tolist(), seen.tolist(), strict=True)]
    # A ruling may lean over two columns.
    darkest = as_gray(cv2.erode(rows, TWO_BESIDE))
    grey_of = _means(rows).tolist()
    over = _pen_levels(darkest, [None if best is None else _middle(grey_of, best, thickest) for best in found])
    bare = _bare_rows(rows, [best or 0 for best in found], 2 * round(thickest), over)
    widths: list[float | None] = []
    for i, (best, column) in enumerate(zip(found, np.rint(at).astype(int).tolist(), strict=True)):
        if best is None:
            widths.append(None)
            continue
        low, high = _run(rows, darkest[:, best], best, 2 * round(thickest), bare[:, i])
        if high - low >= thickest:
            # The edge of something solid (a black bar, a shadow): the ruling is its side towards the expected place.
            low, high = (low, low + 1) if abs(low - column) < abs(high - column) else (high - 1, high)
            if abs(low - best) > thickest:
                low, high = best, best
            widths.append(None)
        else:
            widths.append(high - low + 1)
        at[i] = (low + high) / 2
    known = [width for width in widths if width is not None]
    usual = float(median(known)) if known else 1.0
    thickness = tuple(usual if width is None else max(width, usual) for width in widths)
    return SnappedRulings(at, tuple(best is not None for best in found), thickness, over)


def _at(profile: NDArray[np.float64], columns: NDArray[np.int_], *, beyond: float) -> NDArray[np.float64]:
    """`profile` at `columns`, any shape; `beyond` where they lie outside of it."""
    wide = np.full(len(profile) + 2, beyond)
    wide[1:-1] = profile
    return wide.take(columns + 1, mode="clip")


def _middle(grey_of: Sequence[float], column: int, thickest: float) -> int:
    """The darkest column of the ruling that `column` is in: as photographs show it, a thick one is pale at its sides.
    `grey_of` is the mean grey level of each column."""
    for step in (-1, 1):
        best = column
        while (
            0 <= best + step < len(grey_of)
            and abs(best - column) < thickest / 2
            and grey_of[best + step] < grey_of[best]
        ):
            best += step
        if best != column:
            return best
    return column


def _pen_levels(darkest: Gray, columns: Sequence[int | None]) -> tuple[float, ...]:
    """For each ruling, of which `columns` has the darkest (None where none is seen), the grey level below which it is
    pen. `darkest` is the picture's rows, each column with the darkest of those beside it.

    Where a digit covers most of a ruling its palest rows tell; where black rulings are broken, the other rulings do.
    """
    usual, pale = 0.0, np.full(len(columns), 255.0)
    seen = [i for i, column in enumerate(columns) if column is not None]
    if seen:
        rulings = darkest[:, [column for column in columns if column is not None]]
        # Sorted once, which costs less than to ask numpy for the median and a percentile.
        ranked, last = np.sort(rulings, axis=0), len(darkest) - 1
        low = int(FIELDS.ruling_palest * last)
        first, second, before, after = ranked[[last // 2, (last + 1) // 2, low, min(low + 1, last)]].astype(np.float64)
        usual = max(FIELDS.ruling_clear / 2, median_low((255 - (first + second) / 2).tolist()))
        pale[seen] = 255 - (before + (after - before) * (FIELDS.ruling_palest * last % 1))
    return tuple(np.minimum(FIELDS.ruling_pen, 255 - FIELDS.ruling_over * np.maximum(usual, pale)).tolist())


def _nearly(profile: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """For each column the best of those within `reach` of it, half of it where that is as far away."""
    wide = np.zeros(len(profile) + 2 * reach)
    wide[reach:-reach] = profile
    best: NDArray[np.float64] = profile.copy()
    for away in range(1, reach + 1):
        beside = np.maximum(wide[reach - away :][: len(best)], wide[reach + away :][: len(best)])
        np.maximum(best, (1.0 - 0.5 * away / reach) * beside, out=best)
    return best


def _profile(rows: Gray, thickest: float) -> NDArray[np.float64]:
    """How much each column of `rows` looks like a ruling, 0 to 1.

    A ruling is darker than what lies right and left of it, however faint; what is dark counts as well, so that
    the edge of something solid is seen.
    """
    hat = cv2.morphologyEx(rows, cv2.MORPH_BLACKHAT, np.ones((1, 2 * round(thickest) + 1), np.uint8))
    dark = cv2.threshold(rows, FIELDS.ruling_dark - 1, FIELDS.ruling_clear, cv2.THRESH_BINARY_INV)[1]
    clear = cv2.threshold(hat, FIELDS.ruling_clear, 0, cv2.THRESH_TRUNC)[1]
    seen = _means(as_gray(cv2.max(clear, dark))) / FIELDS.ruling_clear
    # The grain of the paper is everywhere.
    ruling: NDArray[np.float64] = np.maximum(0.0, seen - np.partition(seen, len(seen) // 2)[len(seen) // 2])
    return ruling


def _means(rows: Gray) -> NDArray[np.float64]:
    """The mean of each column, several times faster than numpy's own."""
    means: NDArray[np.float64] = np.asarray(cv2.reduce(rows, 0, cv2.REDUCE_AVG, dtype=cv2.CV_64F), np.float64)[0]
    return means


def _bare_rows(rows: Gray, columns: Sequence[int], reach: int, over: Sequence[float]) -> NDArray[np.bool_]:
    """In which rows nothing within `reach` of each of the rulings in `columns` is darker than its own of `over`, and so
    pen, shape (rows, rulings)."""
    around = cv2.erode(rows, np.ones((1, 2 * reach + 1), np.uint8))
    bare: NDArray[np.bool_] = around[:, columns] >= np.array(over)
    # A row above and below pen there are the strokes' soft edges.
    bare[1:-1] &= bare[2:] & bare[:-2]
    return bare


def _run(rows: Gray, ruling: Gray, start: int, reach: int, bare: NDArray[np.bool_]) -> tuple[int, int]:
    """First and last of the columns within `reach` of `start` that the leaning `ruling` there takes, shape (rows,): in
    each, enough of the `bare` rows are at least half as dark as it, of all rows where hardly any are bare. Pen over a
    pale ruling would make it as wide as a digit."""
    first = max(0, start - reach)
    near = rows[:, first : start + reach + 1]
    if FIELDS.ruling_fewest_rows <= np.count_nonzero(bare) < len(bare):
        near, ruling = near[bare], ruling[bare]
    usual = float(np.partition(ruling, len(ruling) // 2)[len(ruling) // 2])
    half = min(255 - FIELDS.ruling_clear / 2, (255 + usual) / 2)
    dark = _means(as_gray(cv2.threshold(near, half, 1, cv2.THRESH_BINARY_INV)[1]))
    wide = (dark >= FIELDS.ruling_seen * FIELDS.ruling_wide).tolist()
    low = high = start - first
    while low > 0 and wide[low - 1]:
        low -= 1
    while high < len(wide) - 1 and wide[high + 1]:
        high += 1
    return first + low, first + high


def lean(grey: Gray, rulings: SnappedRulings, span: tuple[int, int], reach: float) -> float:
    """By how many columns per row the upright `rulings` of `grey`, all together, lean to the right; 0 if unseen.

    What lies close around the rulings in the upper half of the rows `span` is laid on the same of the lower half; one
    half is at most `reach` pixels off the other.
    """
    rows = grey[max(0, span[0]) : max(0, span[1])]
    half, most = len(rows) // 2, round(reach)
    if half < FIELDS.ruling_fewest_lean_rows or not any(rulings.seen):
        return 0.0
    # Rulings at the picture's edge have their surroundings too.
    pad = 3 * most
    around = np.arange(-pad, rows.shape[1] + pad)
    upper, lower = (_means(part).take(around, mode="clip") for part in (rows[:half], rows[-half:]))
    score = np.zeros(2 * most + 1)
    for at, seen in zip(rulings.at, rulings.seen, strict=True):
        low, high = round(at) + pad - 2 * most, round(at) + pad + 2 * most + 1
        if seen and low >= most and high + most <= len(upper):
            score += np.correlate(lower[low - most : high + most], upper[low:high] - upper[low:high].mean(), "valid")
    best = int(score.argmax())
    if score[best] <= 0 or best in (0, 2 * most):
        return 0.0
    return float((best - most + peak_beside(score, best)) / (len(rows) - half))


def erase_rulings(ink: Mask, grey: Gray, rulings: SnappedRulings) -> None:
    """Takes the level `rulings` that are seen out of `ink`, shape (height, width), in place; `grey` is the picture."""
    for at, seen, thickness, over in zip(rulings.at, rulings.seen, rulings.thickness, rulings.over, strict=True):
        if seen:
            without_ruling(ink, grey, float(at), thickness, over)


def without_ruling(ink: Mask, grey: Gray, at: float, thickness: float, over: float) -> None:
    """Takes the level ruling at row `at` out of `ink`, shape (height, width), in place.

    Column by column: a run of ink no wider than the ruling is the ruling and goes; a run that reaches beyond it on both
    sides is a stroke crossing it and stays; one that reaches beyond on one side is a stroke that ends there and keeps
    what lies beside the ruling. Columns in which `grey`, the picture itself, is darker than `over` are pen and stay.
    """
    height, half = len(ink), thickness / 2
    # The ruling is as wide as its darker half; its soft edges lie beside that.
    low, high = max(0, floor(at - half - 0.5)), min(height, ceil(at + half + 1.5))
    if low >= high:
        return
    # Where faint pencil counts as ink, so do the soft edges of a black ruling, along nearly all of it.
    ruling = ink[low:high].max(0) >= STROKE
    most, along = max(2, round(FIELDS.ruling_edge * thickness)), FIELDS.ruling_soft * np.count_nonzero(ruling)
    lowest, highest = max(0, low - most), min(height, high + most)
    while low > lowest and _along(ink[low - 1], ruling) > along:
        low -= 1
    while high < highest and _along(ink[high], ruling) > along:
        high += 1
    # A stroke that crosses at a slant leaves the band a column or two further on one side than on the other.
    reach = max(1, round(thickness / 2))
    beside = [ink[row] if 0 <= row < height else np.zeros_like(ink[0]) for row in (low - 1, high)]
    above, below = cv2.dilate(np.stack(beside), np.ones((1, 2 * reach + 1), np.uint8)) >= STROKE
    ink[low:high] *= (above & below) | (grey[low:high].min(0) < over)


def _along(row: Mask, ruling: NDArray[np.bool_]) -> int:
    """In how many columns `row`, shape (width,), is dark beside the ruling: in most, as no writing is, at its edge."""
    return int(np.count_nonzero((row >= STROKE) & ruling))
