"""Solid square marks, and rings within rings: found on a page, and matched with those of a template."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np

from extractor.ink import as_gray, even_illumination
from extractor.registration.registration_parameters import REGISTRATION
from extractor.values import Gray, Points

FAR_OFF = 9.0
"""A distance at which no square is taken for a mark."""


@dataclass(frozen=True)
class Squares:
    """Dark solid squares on a page, or rings within rings: `centres`, shape (n, 2), and `sides`, shape (n,), in
    pixels."""

    centres: Points
    sides: Points


@dataclass(frozen=True)
class MarkMatch:
    """A mapping that puts a template's marks on squares of the page.

    `matrix`, shape (3, 3), takes template units to page pixels; `error` is the mean distance of the marks from where
    a mapping without perspective would have them, as a share of the marks' spread; `found` counts the marks.
    """

    matrix: Points
    error: float
    found: int


def find_squares(image: Gray) -> Squares:
    """The solid dark squares on a reduced page (long side some 1,000 pixels), at any rotation."""
    long_side = max(image.shape)
    dark = (even_illumination(image, long_side // 16) < REGISTRATION.mark_dark).astype(np.uint8)
    # Thin lines and handwriting that touch a mark would spoil its outline.
    dark = as_gray(cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))
    contours, _ = cv2.findContours(dark, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    smallest, largest = (long_side * share for share in REGISTRATION.mark_size)
    widest = REGISTRATION.mark_turned * largest
    found: list[tuple[float, float, float, float]] = []
    for contour in contours:
        _, _, w, h = cv2.boundingRect(contour)
        if not smallest <= min(w, h) or max(w, h) > widest or max(w, h) >= REGISTRATION.mark_oblong_upright * min(w, h):
            continue
        (_, _), (a, b), _ = cv2.minAreaRect(contour)
        area = cv2.contourArea(contour)
        # Contours run through pixel centres, so a square of side s has an outline of side s - 1.
        short, long = sorted((a + 1, b + 1))
        if short < smallest or long > REGISTRATION.mark_oblong * short or area < REGISTRATION.mark_filled * a * b:
            continue
        x, y, side = _weigh(image, contour)
        found.append((area / max(a * b, 1.0), x, y, side))
    found.sort(reverse=True)
    rows = np.array([(x, y, side) for _, x, y, side in found[: REGISTRATION.mark_most]], np.float64).reshape(-1, 3)
    return Squares(rows[:, :2], rows[:, 2])


def find_rings(image: Gray) -> Squares:
    """The marks on a reduced page that are dark rings around a dot or around other rings: three outlines about one
    middle."""
    long_side = max(image.shape)
    grey = even_illumination(image, long_side // 16)
    smallest, largest = (long_side * share for share in REGISTRATION.mark_size)
    found: list[tuple[float, float, float]] = []
    for level in REGISTRATION.ring_dark:
        contours, tree = cv2.findContours((grey < level).astype(np.uint8), cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
        if tree is None:
            continue
        boxes = np.array([cv2.boundingRect(one) for one in contours], np.float64)
        middles, sides = boxes[:, :2] + (boxes[:, 2:] - 1) / 2, boxes[:, 2:].max(1)
        for place, (_, _, inner, _) in enumerate(tree[0]):
            innermost = tree[0][inner][2] if inner >= 0 else -1
            if innermost < 0 or not smallest <= sides[place] <= largest:
                continue
            off = float(np.abs(middles[[inner, innermost]] - middles[place]).max())
            if off < REGISTRATION.ring_off * sides[place] and boxes[place, 2:].min() * 1.3 > sides[place]:
                found.append((float(sides[place]), *middles[place].tolist()))
    kept: list[tuple[float, float, float]] = []
    for side, x, y in sorted(found, reverse=True):
        # The outermost ring of each, at one of the levels at which it is seen.
        if all(max(abs(x - a), abs(y - b)) > other / 2 for other, a, b in kept):
            kept.append((side, x, y))
    rows = np.array(kept[: REGISTRATION.mark_most], np.float64).reshape(-1, 3)
    return Squares(rows[:, 1:], rows[:, 0])


def _weigh(image: Gray, contour: np.ndarray) -> tuple[float, float, float]:
    """Centre and side of a mark by its darkness, which is finer than its outline in whole pixels."""
    x, y, w, h = cv2.boundingRect(contour)
    edge = 2
    top, left = max(0, y - edge), max(0, x - edge)
    patch = image[top : y + h + edge, left : x + w + edge].astype(np.float32)
    mask = np.zeros(patch.shape, np.uint8)
    cv2.drawContours(mask, [contour - (left, top)], -1, 255, cv2.FILLED)
    mask = as_gray(cv2.dilate(mask, np.ones((3, 3), np.uint8)))
    dark = np.clip(np.percentile(patch, 95) - patch, 0, None) * (mask > 0)
    total = float(dark.sum()) or 1.0
    ys, xs = np.mgrid[0 : patch.shape[0], 0 : patch.shape[1]]
    side = float(np.sqrt(total / max(float(dark.max()), 1.0)))
    return left + float((dark * xs).sum()) / total, top + float((dark * ys).sum()) / total, side


def match_marks(squares: Squares, marks: Points, mark_size: float | None, most: int = 8) -> list[MarkMatch]:
    """The `most` plausible ways to lay a template's `marks`, shape (m, 2), over the page's squares, best first.

    A pair of squares fixes a similarity for a pair of marks; the other marks must then lie near squares of the same
    size. All pairs are tried (as in geometric hashing), so any of the four orientations, skew and scale are found.
    """
    count = len(marks)
    matches: dict[tuple[int, ...], _Laid] = {}
    inverses: dict[tuple[int, ...], Points] = {}
    if len(squares.centres) < REGISTRATION.mark_enough:
        return []
    spread = float(np.linalg.norm(marks.max(0) - marks.min(0)))
    pairs = sorted(combinations(range(count), 2), key=lambda p: -float(np.linalg.norm(marks[p[0]] - marks[p[1]])))
    for first, second in pairs[: 2 if count > REGISTRATION.mark_enough else None]:
        for picked in _by_pair(squares, marks, first, second, mark_size):
            laid = None if picked in matches else _lay(squares, marks, picked, spread, inverses)
            if laid is not None:
                matches[picked] = laid
        if any(len(laid.have) == count for laid in matches.values()):
            break
    best = sorted(matches.values(), key=lambda laid: (-len(laid.have), laid.error))[:most]
    return [match for laid in best if (match := _fit(laid)) is not None]


def _by_pair(
    squares: Squares, marks: Points, first: int, second: int, mark_size: float | None
) -> list[tuple[int, ...]]:
    """For each pair of squares, which square each mark falls on (-1 for none)."""
    centres = squares.centres[:, 0] + 1j * squares.centres[:, 1]
    ideal = marks[:, 0] + 1j * marks[:, 1]
    a, b = np.nonzero(centres[:, None] != centres[None, :])  # squares inside of each other may share their centre
    turn = (centres[b] - centres[a]) / (ideal[second] - ideal[first])
    where = centres[a][:, None] + turn[:, None] * (ideal[None, :] - ideal[first])
    scale = np.abs(turn)
    distance = (
        np.abs(where[:, :, None] - centres[None, None, :])
        / (scale * np.abs(ideal[second] - ideal[first]))[:, None, None]
    )
    sides = squares.sides / np.maximum(squares.sides[a], squares.sides[b])[:, None]
    least, most = REGISTRATION.mark_alike
    distance += np.where((sides > least) & (sides < most), 0.0, FAR_OFF)[:, None, :]
    if mark_size is not None:
        expected = squares.sides[None, :] / (scale * mark_size)[:, None]
        least, most = REGISTRATION.mark_expected
        distance += np.where((expected > least) & (expected < most), 0.0, FAR_OFF)[:, None, :]
    nearest = distance.argmin(2)
    close = distance.min(2) < REGISTRATION.mark_off
    enough = close.sum(1) >= max(REGISTRATION.mark_enough, len(marks) - 1)
    rows = np.where(close, nearest, -1)[enough]
    return [tuple(int(i) for i in row) for row in rows if len(set(row[row >= 0].tolist())) == int((row >= 0).sum())]


@dataclass(frozen=True)
class _Laid:
    """Marks on squares: which marks, where they should be and are, shape (n, 2), and the mapping without perspective,
    shape (2, 3), that comes nearest to it."""

    have: tuple[int, ...]
    ideal: Points
    seen: Points
    affine: Points
    error: float


def _lay(
    squares: Squares, marks: Points, picked: tuple[int, ...], spread: float, inverses: dict[tuple[int, ...], Points]
) -> _Laid | None:
    have = tuple(i for i, square in enumerate(picked) if square >= 0)
    ideal = marks[list(have)]
    seen = squares.centres[[picked[i] for i in have]]
    flat = np.c_[ideal, np.ones(len(ideal))]
    if have not in inverses:
        # The same for every choice of squares.
        inverses[have] = np.linalg.pinv(flat)
    affine = (inverses[have] @ seen).T
    (a, b), (c, d) = affine[:, :2].tolist()
    # The singular values of a matrix of two by two, in closed form.
    turned, leaning = math.hypot(a + d, c - b), math.hypot(a - d, c + b)
    longest, shortest = (turned + leaning) / 2, (turned - leaning) / 2
    if shortest <= 0 or longest > REGISTRATION.mark_stretch * shortest:
        return None
    error = float(np.sqrt(((flat @ affine.T - seen) ** 2).sum(1)).mean() / (spread * longest))
    return _Laid(have, ideal, seen, affine, error)


def _fit(laid: _Laid) -> MarkMatch | None:
    if len(laid.have) <= REGISTRATION.mark_enough:
        return MarkMatch(np.vstack([laid.affine, (0.0, 0.0, 1.0)]), laid.error, len(laid.have))
    matrix, _ = cv2.findHomography(laid.ideal, laid.seen, 0)
    if matrix is None or not np.isfinite(matrix).all():
        return None
    return MarkMatch(np.asarray(matrix, np.float64), laid.error, len(laid.have))
