"""Printed boxes alone: the paper inside each box on a page, matched with the boxes of a template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.ink import even_light
from extractor.template import Template
from extractor.values import Gray, Points

MOST_BOXES = 600
FEWEST = 5
"""Fewer boxes than this that agree on a mapping are chance."""

STRETCH = 1.3
"""How much the two sides of a box may differ in scale from each other, for perspective and thick lines."""

TURN_BINS, SCALE_STEP = 48, 0.35
TRIED = 10


@dataclass(frozen=True)
class Boxes:
    """Rectangles: `centres` shape (n, 2), `sizes` shape (n, 2), `angles` shape (n,), radians, of the first side."""

    centres: Points
    sizes: Points
    angles: NDArray[np.float64]


def find_boxes(image: Gray) -> Boxes:
    """The rectangles of paper that are enclosed by lines on a reduced page, at any rotation."""
    long_side = max(image.shape)
    lit = even_light(image, max(4, long_side // 60))
    dark = (lit < 200).astype(np.uint8)
    contours, tree = cv2.findContours(dark, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    smallest, largest = max(6.0, 0.007 * long_side), 0.6 * long_side
    rows: list[tuple[float, float, float, float, float]] = []
    for contour, links in zip(contours, tree[0] if tree is not None else (), strict=True):
        # Only holes, whose parent is the outline of the lines around them.
        if links[3] < 0 or len(contour) < 4:
            continue
        _, _, w, h = cv2.boundingRect(contour)
        if not (smallest <= w <= largest and smallest <= h <= largest):
            continue
        (x, y), (a, b), degrees = cv2.minAreaRect(contour)
        if min(a, b) < smallest or max(a, b) > 40 * min(a, b) or cv2.contourArea(contour) < 0.8 * a * b:
            continue
        rows.append((x, y, a, b, np.radians(degrees)))
    rows.sort(key=lambda row: -row[2] * row[3])
    table = np.array(rows[:MOST_BOXES], np.float64).reshape(-1, 5)
    return Boxes(table[:, :2], table[:, 2:4], table[:, 4])


def template_boxes(template: Template) -> Boxes:
    """Every cell of every comb and every other field's box, in template units."""
    cells = [cell for field in template.fields for cell in field.cell_boxes]
    rows = [(c.left + c.width / 2, c.top + c.height / 2, c.width, c.height, 0.0) for c in cells]
    table = np.array(rows, np.float64)
    return Boxes(table[:, :2], table[:, 2:4], table[:, 4])


def match_boxes(ideal: Boxes, seen: Boxes, guesses: Sequence[Points] = ()) -> Iterator[Points]:
    """Mappings, shape (3, 3), from template units to pixels that put boxes on boxes, the best supported first.

    A box on a box fixes scale, turn and place up to the box's own symmetry. All such pairs vote (the generalised
    Hough transform, D. H. Ballard, 1981); what the fullest bins say, and any `guesses` of where the form may lie, is
    refined on the boxes that agree with it.
    """
    if len(ideal.centres) < 2 or len(seen.centres) < FEWEST - 1:
        return
    found = [grown for guess in guesses if (grown := _grow(guess, ideal, seen)) is not None]
    for start in _starts(ideal, seen):
        grown = _grow(start, ideal, seen)
        if grown is None or any(_same(grown[1], other, ideal) for _, other in found):
            continue
        found.append(grown)
        if grown[0] > 0.9 * len(ideal.centres):
            break
    found.sort(key=lambda match: -match[0])
    aside: list[Points] = []
    if found and found[0][0] < len(ideal.centres):
        aside = [found[0][1] @ step for step in _one_off(ideal)]
        grown_aside = (_grow(matrix, ideal, seen) for matrix in aside)
        found = sorted([*filter(None, grown_aside), *found], key=lambda match: -match[0])
    for _, matrix in found:
        yield matrix
    # Where the page shows an outer line of most combs badly, boxes alone grow back to the wrong cell: their lines tell.
    yield from aside


def _one_off(ideal: Boxes) -> Iterator[Points]:
    """Moves by a cell to either side, and by a row up or down: most boxes of a comb or table lie on boxes after one."""
    widths, counts = np.unique(ideal.sizes[:, 0].round(1), return_counts=True)
    rows = np.diff(np.unique(ideal.centres[:, 1].round(1)))
    moves = [(float(width), 0.0) for width in widths[np.argsort(-counts)][:3]]
    moves += [(0.0, float(np.median(rows)))] if len(rows) else []
    for x, y in moves:
        for sign in (1, -1):
            yield np.array(((1, 0, sign * x), (0, 1, sign * y), (0, 0, 1.0)))


def _starts(ideal: Boxes, seen: Boxes) -> Iterator[Points]:
    """Mappings without perspective that many pairs of boxes vote for, those with most votes first."""
    votes = _votes(ideal, seen)
    if votes is None:
        return
    turn, scale, pair, key = votes
    bins, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
    # Many pairs of one template box are one witness, not many.
    witnesses = np.unique(np.c_[inverse, pair[:, 0]], axis=0)[:, 0]
    counts = np.bincount(witnesses, minlength=len(bins))
    for index in np.argsort(-counts, kind="stable")[:TRIED]:
        inside = np.flatnonzero(inverse == index)
        if counts[index] < 2:
            break
        inside = inside[_densest(turn[inside], scale[inside], pair[inside], ideal, seen)]
        factor = np.median(scale[inside]) * np.exp(1j * np.angle(np.exp(1j * turn[inside]).mean()))
        placed = _complex(seen.centres[pair[inside, 1]]) - factor * _complex(ideal.centres[pair[inside, 0]])
        shift = complex(np.median(placed.real), np.median(placed.imag))
        yield np.array(((factor.real, -factor.imag, shift.real), (factor.imag, factor.real, shift.imag), (0, 0, 1.0)))


def _densest(
    turn: NDArray[np.float64], scale: NDArray[np.float64], pair: NDArray[np.intp], ideal: Boxes, seen: Boxes
) -> NDArray[np.intp]:
    """Of the votes in one bin those that lie closest together: in a comb, a shift by one cell has votes as well."""
    middle = ideal.centres.mean(0)
    away = _complex(middle - ideal.centres[pair[:, 0]])
    place = (_complex(seen.centres[pair[:, 1]]) + scale * np.exp(1j * turn) * away)[:400]
    close = np.abs(place[:, None] - place[None]) < 0.3 * np.median(seen.sizes[pair[:, 1]].min(1))
    return np.flatnonzero(close[int(close.sum(1).argmax())])


def _same(one: Points, other: Points, ideal: Boxes) -> bool:
    """Whether two mappings put every box in all but the same place."""
    places = [cv2.perspectiveTransform(ideal.centres.reshape(-1, 1, 2), m).reshape(-1, 2) for m in (one, other)]
    return bool(np.linalg.norm(places[0] - places[1], axis=1).max() < 3.0)


def _complex(points: Points) -> NDArray[np.complex128]:
    return np.asarray(points[:, 0] + 1j * points[:, 1], np.complex128)


def _votes(
    ideal: Boxes, seen: Boxes
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp], NDArray[np.int64]] | None:
    """Turn, scale, which pair and which bin, for each way in which a template box could be a page box."""
    turns, scales, pairs = [], [], []
    for swapped in (False, True):
        sizes = seen.sizes[:, ::-1] if swapped else seen.sizes
        across = sizes[None, :, 0] / ideal.sizes[:, None, 0]
        down = sizes[None, :, 1] / ideal.sizes[:, None, 1]
        first, second = np.nonzero(np.maximum(across, down) < STRETCH * np.minimum(across, down))
        for half in (0.0, np.pi):
            turns.append(seen.angles[second] + (np.pi / 2 if swapped else 0.0) + half)
            scales.append(np.sqrt(across * down)[first, second])
            pairs.append(np.c_[first, second])
    turn, scale, pair = np.concatenate(turns), np.concatenate(scales), np.concatenate(pairs)
    if len(turn) == 0:
        return None
    middle = ideal.centres.mean(0)
    extent = float(np.linalg.norm(ideal.centres.max(0) - ideal.centres.min(0))) + float(ideal.sizes.max())
    place = _complex(seen.centres[pair[:, 1]]) + scale * np.exp(1j * turn) * _complex(
        middle - ideal.centres[pair[:, 0]]
    )
    # Bins of a tenth of the form as it would lie there; every vote also goes to bins half a step aside.
    level = np.log2(scale) / SCALE_STEP
    step = 0.1 * extent * np.exp2(np.round(level) * SCALE_STEP)
    rows = [
        np.round(turn / (2 * np.pi) * TURN_BINS).astype(np.int64) % TURN_BINS,
        np.round(level).astype(np.int64) + 64,
        np.round(place.real / step).astype(np.int64) + 512,
        np.round(place.imag / step).astype(np.int64) + 512,
    ]
    key = ((rows[0] * 128 + rows[1]) * 1024 + np.clip(rows[2], 0, 1023)) * 1024 + np.clip(rows[3], 0, 1023)
    return turn, scale, pair.astype(np.intp), key


def _grow(matrix: Points, ideal: Boxes, seen: Boxes) -> tuple[int, Points] | None:
    """`matrix` fitted again and again to the boxes that it puts on boxes of the same size; how many, and the mapping.

    First a mapping without perspective, then one with it, once enough boxes hold it.
    """
    agreeing = 0
    corners = ideal.centres[:, None] + 0.5 * ideal.sizes[:, None] * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    for turn in range(6):
        placed = cv2.perspectiveTransform(corners.reshape(-1, 1, 2), matrix).reshape(-1, 4, 2)
        centres = placed.mean(1)
        width = np.linalg.norm(placed[:, 1] - placed[:, 0], axis=1)
        height = np.linalg.norm(placed[:, 3] - placed[:, 0], axis=1)
        distance = np.linalg.norm(centres[:, None] - seen.centres[None], axis=2)
        # Whichever side minAreaRect names first.
        small, large = np.minimum(width, height)[:, None], np.maximum(width, height)[:, None]
        low, high = seen.sizes.min(1)[None], seen.sizes.max(1)[None]
        alike = (low < 1.4 * small) & (small < 1.4 * low) & (high < 1.4 * large) & (large < 1.4 * high)
        distance = np.where(alike, distance / np.maximum(np.minimum(small, 0.5 * large), 1e-9), np.inf)
        nearest, gap = distance.argmin(1), distance.min(1)
        taken = np.flatnonzero(gap < (0.8 if turn < 3 else 0.4))
        # One box of the page is one box of the form: the closest keeps it.
        taken = taken[np.argsort(gap[taken], kind="stable")]
        _, first = np.unique(nearest[taken], return_index=True)
        taken = taken[first]
        if len(taken) < min(FEWEST, len(ideal.centres)) or len(taken) < 3:
            return None
        agreeing = len(taken)
        fitted = _fit(ideal.centres[taken], seen.centres[nearest[taken]], perspective=turn >= 2 and agreeing >= 8)
        if fitted is None:
            return None
        matrix = fitted
    return agreeing, matrix


def _fit(ideal: Points, seen: Points, *, perspective: bool) -> Points | None:
    if perspective:
        matrix, _ = cv2.findHomography(ideal, seen, 0)
        if matrix is not None and np.isfinite(matrix).all():
            return np.asarray(matrix, np.float64)
    flat = np.c_[ideal, np.ones(len(ideal))]
    affine, _, rank, _ = np.linalg.lstsq(flat, seen, rcond=1e-6)
    stretch = np.linalg.svd(affine[:2])[1]
    if rank < 3 or stretch[0] > 1.8 * stretch[1]:
        # All on one line: a similarity is all that they tell.
        a, b = _complex(ideal), _complex(seen)
        spread = a - a.mean()
        factor = complex(np.vdot(spread, b - b.mean()) / max(float(np.vdot(spread, spread).real), 1e-9))
        shift = complex(b.mean() - factor * a.mean())
        return np.array(((factor.real, -factor.imag, shift.real), (factor.imag, factor.real, shift.imag), (0, 0, 1.0)))
    return np.vstack([affine.T, (0.0, 0.0, 1.0)]) if np.linalg.det(affine[:2]) > 0 else None
