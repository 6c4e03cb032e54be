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
class _Part:
    """A cell, or as much of a free string's box as is about square: how dark its rulings are along the way, each of
    shape (samples,), the length of each in rooms, its paper's grey level on the page, and its middle there."""

    dark: tuple[NDArray[np.float64], ...]
    lengths: tuple[float, ...]
    tone: float
    middle: Points


def place_doubts(image: Gray, cuts: Sequence[Cut]) -> list[tuple[Doubt, ...]]:
    """The doubts about the place of each of `cuts`, the fields of one page, whose picture is `image`."""
    parts = [_parts(image, cut) for cut in cuts]
    covered = _covered([part for own in parts for part in own])
    found = iter(covered)
    streaks = find_streaks(image)
    doubts = []
    for cut, own in zip(cuts, parts, strict=True):
        mine = [next(found) for _ in own]
        doubts.append(((COVERED,) if any(mine) else ()) + ((STREAK,) if _is_crossed(cut, streaks) else ()))
    return doubts


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
    darker = cv2.subtract(beside, rows[:, away:-away]) >= FIELDS.streak_dark
    # A line that leans by a pixel goes on in the next column.
    darker[:, 1:] |= darker[:, :-1]
    ends = max(1, round(FIELDS.streak_ends * len(darker)))
    shares = np.min([darker.mean(0), darker[:ends].mean(0), darker[-ends:].mean(0)], axis=0)
    return (np.flatnonzero(shares >= FIELDS.streak_whole) + away).astype(float).tolist()


def _is_crossed(cut: Cut, streaks: tuple[list[float], list[float]]) -> bool:
    corners = transform(cut.matrix, cut.inside.corners)
    (left, top), (right, bottom) = corners.min(0), corners.max(0)
    return any(left <= x <= right for x in streaks[0]) or any(top <= y <= bottom for y in streaks[1])


def _parts(image: Gray, cut: Cut) -> list[_Part]:
    top, bottom = (float(at) for at in cut.along.at)
    sides = [(float(left), float(right)) for left, right in cut.sides]
    free = cut.field.cells is None
    if free:
        (left, right), count = sides[0], max(1, round((sides[0][1] - sides[0][0]) / max(1.0, bottom - top)))
        edges = np.linspace(left, right, count + 1)
        sides = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    along = np.linspace(*FIELDS.cover_span, FIELDS.cover_samples)
    parts = []
    for number, (left, right) in enumerate(sides):
        xs, ys = left + along * (right - left), top + along * (bottom - top)
        rulings = [_dark(cut.grey, xs, top, upright=False), _dark(cut.grey, xs, bottom, upright=False)]
        lengths = [right - left] * 2
        for at, there in ((left, not free or number == 0), (right, not free or number == len(sides) - 1)):
            if there:
                rulings.append(_dark(cut.grey, ys, at, upright=True))
                lengths.append(bottom - top)
        grid = np.stack(np.meshgrid(xs[::3], ys[::3]), -1).reshape(-1, 2)
        places = np.rint(transform(cut.matrix, grid)).astype(int)
        columns, rows = (np.clip(places[:, k], 0, image.shape[1 - k] - 1) for k in (0, 1))
        tone = float(np.percentile(image[rows, columns], FIELDS.cover_paper))
        middle = transform(cut.matrix, np.array(((left + right) / 2, (top + bottom) / 2)))
        parts.append(_Part(tuple(rulings), tuple(one / cut.room for one in lengths), tone, middle))
    return parts


def _dark(grey: Gray, along: NDArray[np.float64], at: float, *, upright: bool) -> NDArray[np.float64]:
    """How dark the picture is at places `along` a ruling that lies `at`, within some pixels of it."""
    reach = FIELDS.cover_reach
    across = np.clip(round(at) + np.arange(-reach, reach + 1), 0, grey.shape[1 if upright else 0] - 1)
    places = np.clip(np.rint(along).astype(int), 0, grey.shape[0 if upright else 1] - 1)
    around = grey[places[:, None], across] if upright else grey[across[:, None], places].T
    dark: NDArray[np.float64] = 255.0 - around.min(1)
    return dark


def _covered(parts: Sequence[_Part]) -> list[bool]:
    """Of which parts several rulings are not seen, or one is not and the paper is another than around it."""
    if not parts:
        return []
    usual = float(np.median(np.concatenate([ruling for part in parts for ruling in part.dark])))
    least = max(FIELDS.cover_least, FIELDS.cover_faint * usual)
    gaps = np.array([sum(_has_gap(*one, least) for one in zip(p.dark, p.lengths, strict=True)) for p in parts])
    tones, middles = np.array([part.tone for part in parts]), np.array([part.middle for part in parts])
    apart = np.linalg.norm(middles[:, None] - middles[None], axis=2)
    near = np.argsort(apart, axis=1)[:, 1 : FIELDS.cover_near + 1]
    other = np.abs(tones - np.median(tones[near], axis=1)) if len(parts) > 1 else np.zeros(1)
    odd = other > max(FIELDS.cover_tone, FIELDS.cover_spread * float(np.median(other)))
    several = (gaps > 1) & ((gaps > 1).mean() <= FIELDS.cover_unseen)
    return [bool(one) for one in several | ((gaps > 0) & odd)]


def _has_gap(dark: NDArray[np.float64], length: float, least: float) -> bool:
    """Whether a ruling, as `dark` as this along a `length` in rooms, is missing over a good part of a room."""
    place = np.arange(len(dark))
    since = np.maximum.accumulate(np.where(dark < least, -1, place))
    return bool((place - since).max() / len(dark) * length >= FIELDS.cover_gap)
