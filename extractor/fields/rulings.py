"""The printed lines of a field: found where they really are, and taken away without the strokes that cross them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class SnappedRulings:
    """Positions of parallel printed lines across one axis and how thick each is, in pixels; `seen` says which the
    picture really shows. What is darker there than the grey level `over` is pen over the line."""

    at: Points
    seen: tuple[bool, ...]
    thickness: tuple[float, ...]
    over: tuple[float, ...]


def snap_rulings(
    grey: Gray, expected: Sequence[float], span: tuple[int, int], *, reach: float, thickest: float
) -> SnappedRulings:
    """Vertical lines of the evenly lit picture `grey` near the `expected` columns; only rows `span` are looked at.

    `reach` is how far from its place a line may be, `thickest` how thick it may be, both in pixels: what is thicker is
    the edge of something solid.

    All lines first move together by the shift that puts most of them on dark columns, then each by a little: so one
    handwritten stroke beside one line cannot pull it away, nor the line of a table around the field. Lines not seen
    stay at the common shift.
    """
    rows = grey[max(0, span[0]) : max(0, span[1])]
    rows = np.ascontiguousarray(rows[:: max(1, len(rows) // FIELDS.ruling_rows)])
    wanted = np.asarray(expected, np.float64)
    if rows.shape[0] == 0:
        return SnappedRulings(wanted, (False,) * len(wanted), (1.0,) * len(wanted), (0.0,) * len(wanted))
    profile = _profile(rows, thickest)
    soft = np.minimum(1.0, np.convolve(profile, NEIGHBOURS, "same")) if len(profile) >= len(NEIGHBOURS) else profile
    shifts = np.arange(-round(reach), round(reach) + 1)
    columns = np.round(wanted[:, None] + shifts[None, :]).astype(int)
    inside = (columns >= 0) & (columns < len(profile))
    own = round(reach / FIELDS.ruling_own) + 1
    score = np.where(inside, _nearly(soft, own)[np.minimum(np.maximum(columns, 0), len(profile) - 1)], 0.0)
    total = np.where(score >= FIELDS.ruling_seen, score, FIELDS.ruling_unseen * score).mean(0)
    total -= FIELDS.ruling_far * (shifts / max(1.0, reach)) ** 2
    shift = int(shifts[int(total.argmax())])
    at = wanted + shift
    found: list[int | None] = []
    for column in np.round(at).astype(int):
        near = np.arange(max(0, column - own), min(len(profile), column + own + 1))
        likely = soft[near] - FIELDS.ruling_distance * np.abs(near - column)
        there = len(near) > 0 and soft[near].max() >= FIELDS.ruling_seen
        found.append(int(near[int(likely.argmax())]) if there else None)
    over = _pen_levels([None if best is None else _darkest(rows, best) for best in found])
    widths: list[float | None] = []
    for i, (best, column) in enumerate(zip(found, np.round(at).astype(int), strict=True)):
        if best is None:
            widths.append(None)
            continue
        low, high = _run(rows, best, 2 * round(thickest), over[i])
        if high - low >= thickest:
            # The edge of something solid (a black bar, a shadow): the line is its side towards the expected place.
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


def _darkest(rows: Gray, column: int) -> Gray:
    """The darkest pixel in each row of the line at `column`, which may lean over two."""
    return as_gray(rows[:, max(0, column - 2) : column + 3].min(1))


def _pen_levels(lines: Sequence[Gray | None]) -> tuple[float, ...]:
    """For each line, of which the darkest pixel in every row is given (None for one that is not seen), the grey level
    below which it is pen.

    Where a digit covers most of a line its palest rows tell; where black lines are broken, the other lines do.
    """
    seen = [255 - float(np.median(line)) for line in lines if line is not None]
    usual = max(FIELDS.ruling_clear / 2, median_low(seen)) if seen else 0.0
    pale = [255.0 if line is None else 255 - float(np.percentile(line, 100 * FIELDS.ruling_palest)) for line in lines]
    return tuple(min(FIELDS.ruling_pen, 255 - FIELDS.ruling_over * max(usual, own)) for own in pale)


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
    """How much each column of evenly lit `rows` looks like a line, 0 to 1.

    A line is darker than what lies right and left of it, be it ever so faint; what is dark counts as well, so that
    the edge of something solid is seen.
    """
    hat = cv2.morphologyEx(rows, cv2.MORPH_BLACKHAT, np.ones((1, 2 * round(thickest) + 1), np.uint8))
    dark = cv2.threshold(rows, FIELDS.ruling_dark - 1, FIELDS.ruling_clear, cv2.THRESH_BINARY_INV)[1]
    clear = cv2.threshold(hat, FIELDS.ruling_clear, 0, cv2.THRESH_TRUNC)[1]
    seen = _means(as_gray(cv2.max(clear, dark))) / FIELDS.ruling_clear
    # The grain of the paper is everywhere.
    line: NDArray[np.float64] = np.maximum(0.0, seen - np.partition(seen, len(seen) // 2)[len(seen) // 2])
    return line


def _means(rows: Gray) -> NDArray[np.float64]:
    """The mean of each column, several times faster than numpy's own."""
    means: NDArray[np.float64] = np.asarray(cv2.reduce(rows, 0, cv2.REDUCE_AVG, dtype=cv2.CV_64F), np.float64)[0]
    return means


def _run(rows: Gray, start: int, reach: int, over: float) -> tuple[int, int]:
    """First and last of the columns within `reach` of `start` over which the line there leans: in each, enough rows are
    at least half as dark as the line. What is darker than `over` is pen."""
    first = max(0, start - reach)
    near = rows[:, first : start + reach + 1]
    line = _darkest(rows, start)
    # Pen over a pale line would make it as wide as a digit; a row above and below there are the strokes' soft edges.
    bare = near.min(1) >= over
    bare[1:-1] &= bare[2:] & bare[:-2]
    if np.count_nonzero(bare) >= FIELDS.ruling_fewest_rows:
        near, line = near[bare], line[bare]
    half = min(255 - FIELDS.ruling_clear / 2, (255 + float(np.partition(line, len(line) // 2)[len(line) // 2])) / 2)
    dark = _means(as_gray(cv2.threshold(near, half, 1, cv2.THRESH_BINARY_INV)[1]))
    wide = dark >= FIELDS.ruling_seen * FIELDS.ruling_wide
    low = high = start - first
    while low > 0 and wide[low - 1]:
        low -= 1
    while high < len(wide) - 1 and wide[high + 1]:
        high += 1
    return first + low, first + high


def lean(grey: Gray, lines: SnappedRulings, span: tuple[int, int], reach: float) -> float:
    """How many columns to the right the vertical `lines` of `grey` run per row down, all together; 0 if that is unseen.

    What lies close around the lines in the upper half of the rows `span` is laid on that of the lower half; a half is
    at most `reach` pixels off the other.
    """
    rows = grey[max(0, span[0]) : max(0, span[1])]
    half, most = len(rows) // 2, round(reach)
    if half < FIELDS.ruling_fewest_lean_rows or not any(lines.seen):
        return 0.0
    # Lines at the picture's edge have their surroundings too.
    pad = 3 * most
    upper, lower = (
        np.concatenate((np.full(pad, means[0]), means, np.full(pad, means[-1])))
        for means in (_means(rows[:half]), _means(rows[-half:]))
    )
    score = np.zeros(2 * most + 1)
    for at, seen in zip(lines.at, lines.seen, strict=True):
        low, high = round(at) + pad - 2 * most, round(at) + pad + 2 * most + 1
        if seen and low >= most and high + most <= len(upper):
            score += np.correlate(lower[low - most : high + most], upper[low:high] - upper[low:high].mean(), "valid")
    best = int(score.argmax())
    if score[best] <= 0 or best in (0, 2 * most):
        return 0.0
    return float((best - most + peak_beside(score, best)) / (len(rows) - half))


def without_ruling(ink: Mask, grey: Gray, at: float, thickness: float, over: float) -> None:
    """Takes the vertical line at column `at` out of `ink`, shape (height, width), in place.

    Row by row: a run of ink no wider than the line is the line and goes; a run that reaches beyond it on both sides
    is a stroke crossing it and stays; one that reaches beyond on one side is a stroke that ends there and keeps
    what lies beside the line. Rows in which `grey`, the evenly lit picture, is darker than `over` are pen and stay.
    """
    width = ink.shape[1]
    half = thickness / 2
    # The line is as wide as its darker half; its soft edges lie beside that.
    low, high = max(0, int(np.floor(at - half - 0.5))), min(width, int(np.ceil(at + half + 1.5)))
    if low >= high:
        return
    # Where faint pencil counts as ink, so do the soft edges of a black line, along nearly all of it.
    line = np.asarray((ink[:, low:high] >= STROKE).any(1), np.bool_)
    most = max(2, round(FIELDS.ruling_edge * thickness))
    for _ in range(most):
        low -= bool(low > 0 and _runs_along(ink[:, low - 1], line))
        high += bool(high < width and _runs_along(ink[:, high], line))
    band = ink[:, low:high]
    left = ink[:, low - 1] >= STROKE if low > 0 else np.zeros(len(ink), bool)
    right = ink[:, high] >= STROKE if high < width else np.zeros(len(ink), bool)
    # A stroke that crosses at a slant leaves the band a row or two higher on one side than on the other.
    crossing = _spread(left, thickness) & _spread(right, thickness)
    band[~crossing & (grey[:, low:high].min(1) >= over)] = 0


def _runs_along(column: Mask, line: NDArray[np.bool_]) -> bool:
    """Whether `column`, shape (height,), is dark beside most of the line, as no writing is."""
    return bool(np.count_nonzero((column >= STROKE) & line) > FIELDS.ruling_soft * np.count_nonzero(line))


def _spread(flags: np.ndarray, thickness: float) -> np.ndarray:
    reach = max(1, round(thickness / 2))
    out = flags.copy()
    for step in range(1, reach + 1):
        out[step:] |= flags[:-step]
        out[:-step] |= flags[step:]
    return out
