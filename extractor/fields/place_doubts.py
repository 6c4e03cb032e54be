"""What is odd about the places of a page's fields: something lies over them, or a line runs down the whole page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.fields.cut import Cut
from extractor.fields.field_parameters import FIELDS
from extractor.geometry import transform
from extractor.ink import as_gray
from extractor.values import Doubt, DoubtKind, Gray, Points

COVERED = Doubt(DoubtKind.COVERED, "part of its box is not seen; something may lie over it", most=0.5, provable=True)

STREAK = Doubt(
    DoubtKind.STREAK,
    "a line runs across the whole page and through it, as dirt in a scanner makes",
    most=0.5,
    provable=True,
)


@dataclass(frozen=True)
class _Parts:
    """The cells of fields, and as much of a free string's box as is about square: `dark`, shape (rulings, samples), is
    how dark each of their rulings is along the way, `lengths` how long it is in rooms, `owners` whose it is. `pixels`,
    shape (parts, samples), are some of their grey levels on the page, `middles` their middles there. `level` are the
    rulings along the top or the foot of a field; those that go on from the one before them are in `goes_on`."""

    dark: NDArray[np.float64]
    lengths: NDArray[np.float64]
    owners: NDArray[np.intp]
    pixels: Gray
    middles: Points
    level: NDArray[np.bool_]
    goes_on: NDArray[np.bool_]


def place_doubts(image: Gray, cuts: Sequence[Cut]) -> list[tuple[Doubt, ...]]:
    """The doubts about the place of each of `cuts`, the fields of one page, whose picture is `image`."""
    if not cuts:
        return []
    parts = [_parts(image, cut) for cut in cuts]
    counts = [len(own.pixels) for own in parts]
    covered = np.split(_covered(_together(parts)), np.cumsum(counts)[:-1])
    streaks = find_streaks(image)
    return [
        ((COVERED,) if own.any() else ()) + ((STREAK,) if _is_crossed(cut, streaks) else ())
        for cut, own in zip(cuts, covered, strict=True)
    ]


def find_streaks(image: Gray) -> tuple[list[float], list[float]]:
    """The columns and the rows of `image` along which a thin dark line runs from one edge of the page to the other.

    Print and writing end before the edges, so such a line was made by the scanner.
    """
    return _streaks(image), _streaks(as_gray(cv2.transpose(np.ascontiguousarray(image[:, :: _step(image.shape[1])]))))


def _step(size: int) -> int:
    return max(1, size // FIELDS.streak_rows)


def _streaks(image: Gray) -> list[float]:
    """The columns along which a thin dark line runs down the whole of `image`."""
    rows = np.ascontiguousarray(image[:: _step(image.shape[0])])
    away = FIELDS.streak_thickest
    if rows.shape[1] <= 2 * away:
        return []
    beside = cv2.min(rows[:, : -2 * away], rows[:, 2 * away :])
    darker = cv2.subtract(beside, rows[:, away:-away])
    darker = cv2.threshold(darker, FIELDS.streak_dark - 1, 1, cv2.THRESH_BINARY)[1]
    # A line that leans by a pixel goes on in the next column.
    darker[:, 1:] = cv2.max(darker[:, 1:], darker[:, :-1])
    ends = max(1, round(FIELDS.streak_ends * len(darker)))
    counts = cv2.reduce(darker, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0]
    whole = np.flatnonzero(counts / len(darker) >= FIELDS.streak_whole)
    at_both_ends = np.minimum(darker[:ends, whole].mean(0), darker[-ends:, whole].mean(0)) >= FIELDS.streak_whole
    columns: list[float] = (whole[at_both_ends] + away).astype(float).tolist()
    return columns


def _is_crossed(cut: Cut, streaks: tuple[list[float], list[float]]) -> bool:
    if not any(streaks):
        return False
    corners = transform(cut.matrix, cut.inside.corners)
    (left, top), (right, bottom) = corners.min(0), corners.max(0)
    return any(left <= x <= right for x in streaks[0]) or any(top <= y <= bottom for y in streaks[1])


def _parts(image: Gray, cut: Cut) -> _Parts:
    top, bottom = (float(at) for at in cut.along.at)
    sides = cut.sides
    free = cut.field.cells is None
    if free:
        left, right = sides[0]
        edges = np.linspace(left, right, max(1, round((right - left) / max(1.0, bottom - top))) + 1)
        sides = np.stack((edges[:-1], edges[1:]), 1)
    count = len(sides)
    along = np.linspace(*FIELDS.cover_span, FIELDS.cover_samples)
    xs, ys = sides[:, :1] + along * (sides[:, 1:] - sides[:, :1]), top + along * (bottom - top)
    level = _dark(as_gray(cv2.transpose(cut.grey)), np.array((top, bottom)), xs.ravel()).reshape(2 * count, -1)
    # Of a free string only the first part has a ruling to its left, and only the last to its right.
    beside = [(0, sides[0, 0]), (count - 1, sides[-1, 1])] if free else [(n, x) for n in range(count) for x in sides[n]]
    upright = _dark(cut.grey, np.array([x for _, x in beside]), ys)
    owners = np.concatenate((np.tile(np.arange(count), 2), [number for number, _ in beside])).astype(np.intp)
    lengths = np.concatenate((np.tile(sides[:, 1] - sides[:, 0], 2), np.full(len(beside), bottom - top))) / cut.room
    columns, rows = xs[:, :: FIELDS.cover_step], ys[:: FIELDS.cover_step]
    shape = (count, len(rows), columns.shape[1])
    grid = np.stack((np.broadcast_to(columns[:, None], shape), np.broadcast_to(rows[:, None], shape)), -1)
    placed = transform(cut.matrix, grid.reshape(-1, 2)).reshape(count, -1, 2)
    at = np.clip(np.rint(placed).astype(int), 0, (image.shape[1] - 1, image.shape[0] - 1))
    pixels = image[at[..., 1], at[..., 0]]
    is_level = np.arange(len(owners)) < 2 * count
    goes_on = np.zeros(len(owners), np.bool_)
    goes_on[1:count] = goes_on[count + 1 : 2 * count] = True
    dark = np.concatenate((level, upright))
    return _Parts(dark, lengths, owners, pixels, placed.mean(1), is_level, goes_on)


def _together(parts: Sequence[_Parts]) -> _Parts:
    """The parts of all fields of a page."""
    begins = np.cumsum([0, *(len(own.pixels) for own in parts[:-1])])
    return _Parts(
        np.concatenate([own.dark for own in parts]),
        np.concatenate([own.lengths for own in parts]),
        np.concatenate([own.owners + begin for own, begin in zip(parts, begins, strict=True)]),
        np.concatenate([own.pixels for own in parts]),
        np.concatenate([own.middles for own in parts]),
        np.concatenate([own.level for own in parts]),
        np.concatenate([own.goes_on for own in parts]),
    )


def _dark(grey: Gray, at: Points, along: Points) -> NDArray[np.float64]:
    """How dark the picture is at the rows `along` upright rulings in the columns `at`, within some pixels of them:
    shape (rulings, rows)."""
    darkest = cv2.erode(grey, np.ones((1, 2 * FIELDS.cover_reach + 1), np.uint8))
    columns = np.rint(at).astype(int).clip(0, grey.shape[1] - 1)
    rows = np.rint(along).astype(int).clip(0, grey.shape[0] - 1)
    dark: NDArray[np.float64] = 255.0 - darkest[rows, columns[:, None]]
    return dark


def _covered(parts: _Parts) -> NDArray[np.bool_]:
    """Of which parts several rulings are not seen, or one that goes on beyond them, or one is not and the paper is
    another than around it."""
    least = max(FIELDS.cover_least, FIELDS.cover_faint * float(np.median(parts.dark)))
    longest = _gaps(parts, parts.dark < least)
    counts = (longest >= FIELDS.cover_gap) + (parts.level & (longest >= FIELDS.cover_long)).astype(float)
    tones = np.percentile(parts.pixels, FIELDS.cover_paper, axis=1)
    gaps = np.bincount(parts.owners, counts, len(tones))
    apart = np.linalg.norm(parts.middles[:, None] - parts.middles[None], axis=2)
    near = np.argsort(apart, axis=1)[:, 1 : FIELDS.cover_near + 1]
    other = np.abs(tones - np.median(tones[near], axis=1)) if near.size else np.zeros(len(gaps))
    odd = other > max(FIELDS.cover_tone, FIELDS.cover_spread * float(np.median(other)))
    several = (gaps > 1) & ((gaps > 1).mean() <= FIELDS.cover_unseen)
    covered: NDArray[np.bool_] = several | ((gaps > 0) & odd)
    return covered


def _gaps(parts: _Parts, unseen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The longest gap that each ruling has a share in, in rooms: where it is `unseen`, shape (rulings, samples), a gap
    along the top or the foot of a field goes on in the next part."""
    begins = np.zeros(unseen.shape, np.bool_)
    begins[:, 1:] = ~unseen[:, :-1]
    begins[:, 0] = ~parts.goes_on | ~np.roll(unseen[:, -1], 1)
    gap = np.cumsum(begins & unseen) * unseen.ravel()
    lengths = np.bincount(gap, np.repeat(parts.lengths / unseen.shape[1], unseen.shape[1]))
    lengths[0] = 0  # what is seen
    longest: NDArray[np.float64] = lengths[gap].reshape(unseen.shape).max(1)
    return longest
