"""Printed boxes alone: the paper inside each box on a page, matched with the boxes of a template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.geometry import transform, transform_all
from extractor.ink import even_illumination
from extractor.registration.registration_parameters import REGISTRATION
from extractor.template import Template
from extractor.values import Gray, Points

AROUND = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])

TELLING = 3
"""Points that tell a mapping without perspective, if they are not in a row."""


@dataclass(frozen=True)
class Boxes:
    """Rectangles: `centres` shape (n, 2), `sizes` shape (n, 2), `angles` shape (n,), radians, of the first side."""

    centres: Points
    sizes: Points
    angles: NDArray[np.float64]


def find_boxes(image: Gray) -> Boxes:
    """The rectangles of paper that are enclosed by rulings on a reduced page, at any rotation; where dark ones enclose
    few, those that paler ones do."""
    grey = even_illumination(image, max(4, max(image.shape) // 60))
    boxes = _enclosed(grey, REGISTRATION.box_dark)
    if len(boxes.centres) < REGISTRATION.box_few:
        paler = _enclosed(grey, REGISTRATION.box_pale)
        boxes = paler if len(paler.centres) > len(boxes.centres) else boxes
    return boxes


def _enclosed(grey: Gray, level: int) -> Boxes:
    """The rectangles that what is darker than `level` encloses on a page with even illumination."""
    long_side = max(grey.shape)
    dark = (grey < level).astype(np.uint8)
    contours, tree = cv2.findContours(dark, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    smallest, largest = (share * long_side for share in REGISTRATION.box_size)
    smallest = max(REGISTRATION.box_least_side, smallest)
    rows: list[tuple[float, float, float, float, float]] = []
    for contour, links in zip(contours, tree[0] if tree is not None else (), strict=True):
        # Only holes, whose parent is the outline of the rulings around them.
        if links[3] < 0 or len(contour) < len(AROUND):
            continue
        _, _, w, h = cv2.boundingRect(contour)
        if not (smallest <= w <= largest and smallest <= h <= largest):
            continue
        (x, y), (a, b), degrees = cv2.minAreaRect(contour)
        if min(a, b) < smallest or max(a, b) > REGISTRATION.box_oblong * min(a, b):
            continue
        if cv2.contourArea(contour) < REGISTRATION.box_filled * a * b:
            continue
        rows.append((x, y, a, b, np.radians(degrees)))
    rows.sort(key=lambda row: -row[2] * row[3])
    table = np.array(rows[: REGISTRATION.box_most], np.float64).reshape(-1, 5)
    return Boxes(table[:, :2], table[:, 2:4], table[:, 4])


def template_boxes(template: Template) -> Boxes:
    """Every cell of every comb and every other box to write in, in template units; of a form without, its bubbles, or
    whatever it has."""
    cells = [cell for field in template.all_fields if field.is_written for cell in field.cell_boxes]
    cells = cells or [one.box for field in template.all_fields for answer in field.bubbles for one in answer]
    cells = cells or [field.box for field in template.all_fields]
    rows = [(c.left + c.width / 2, c.top + c.height / 2, c.width, c.height, 0.0) for c in cells]
    table = np.array(rows, np.float64)
    return Boxes(table[:, :2], table[:, 2:4], table[:, 4])


@dataclass(frozen=True)
class Votes:
    """What pairs of a template's and a page's boxes say of where the form lies.

    `turn` and `scale`, shape (v,), and `pair`, shape (v, 2), the indices of the boxes, of each vote; `place`, shape
    (v,), says into which bin it falls; `counts`, shape (bins,), how many boxes of the template vote for each.
    """

    turn: NDArray[np.float64]
    scale: NDArray[np.float64]
    pair: NDArray[np.intp]
    place: NDArray[np.intp]
    counts: NDArray[np.intp]
    boxes: int

    @property
    def support(self) -> float:
        """The share of the template's boxes that agree on the best place, less what chance gives a few."""
        return max(0.0, (int(self.counts.max(initial=0)) - REGISTRATION.box_chance) / max(1, self.boxes))


def match_boxes(ideal: Boxes, seen: Boxes, votes: Votes, guesses: Sequence[Points] = ()) -> Iterator[Points]:
    """Mappings, shape (3, 3), from template units to pixels that put boxes on boxes, the best supported first.

    What the fullest bins of the `votes` say, and any `guesses` of where the form may lie, is refined on the boxes that
    agree with it.
    """
    if len(ideal.centres) <= 1 or len(seen.centres) < REGISTRATION.box_fewest - 1:
        return
    found = [grown for guess in guesses if (grown := _grow(guess, ideal, seen)) is not None]
    for start in _starts(votes, ideal, seen):
        grown = _grow(start, ideal, seen)
        if grown is None or any(_same(grown[1], other, ideal) for _, other in found):
            continue
        found.append(grown)
        if grown[0] > REGISTRATION.box_settled * len(ideal.centres):
            break
    found.sort(key=lambda match: -match[0])
    aside = [found[0][1] @ step for step in one_off(ideal)] if found else []
    if found and found[0][0] < len(ideal.centres):
        grown_aside = (_grow(matrix, ideal, seen) for matrix in aside)
        found = sorted([*filter(None, grown_aside), *found], key=lambda match: -match[0])
    for _, matrix in found:
        yield matrix
    # Where the page shows an outer ruling of most combs badly, or a table has more cells than the form has fields,
    # boxes alone grow back to the wrong cell: their rulings and the print beside them tell.
    yield from aside


def one_off(ideal: Boxes) -> Iterator[Points]:
    """Moves by a cell to either side, a row up or down, or both: most boxes of a comb or table then lie on boxes."""
    widths, counts = np.unique(ideal.sizes[:, 0].round(1), return_counts=True)
    moves = [(float(width), 0.0) for width in widths[np.argsort(-counts)][:3]]
    if row := _row_pitch(ideal):
        moves += [(0.0, row), (moves[0][0], row), (moves[0][0], -row)]
    for x, y in moves:
        for sign in (1, -1):
            yield np.array(((1, 0, sign * x), (0, 1, sign * y), (0, 0, 1.0)))


def _row_pitch(ideal: Boxes) -> float:
    """The usual distance from row to row, 0 with fewer than two: that of the rows with most boxes."""
    heights = np.sort(ideal.centres[:, 1])
    new = np.flatnonzero(np.diff(heights) > REGISTRATION.box_row * float(np.median(ideal.sizes[:, 1])))
    rows = np.split(heights, new + 1)
    if len(rows) == 1:
        return 0.0
    steps = np.diff([float(row.mean()) for row in rows])
    boxes = [min(len(above), len(below)) for above, below in pairwise(rows)]
    return float(np.median(np.repeat(steps, boxes)))


def _starts(votes: Votes, ideal: Boxes, seen: Boxes) -> Iterator[Points]:
    """Mappings without perspective that many pairs of boxes vote for, those with most votes first."""
    for index in np.argsort(-votes.counts, kind="stable")[: REGISTRATION.box_tried]:
        if votes.counts[index] < REGISTRATION.box_witnesses:
            break
        inside = np.flatnonzero(votes.place == index)
        turn, scale, pair = votes.turn[inside], votes.scale[inside], votes.pair[inside]
        close = _densest(turn, scale, pair, ideal, seen)
        turn, scale, pair = turn[close], scale[close], pair[close]
        factor = np.median(scale) * np.exp(1j * np.angle(np.exp(1j * turn).mean()))
        placed = _complex(seen.centres[pair[:, 1]]) - factor * _complex(ideal.centres[pair[:, 0]])
        shift = complex(np.median(placed.real), np.median(placed.imag))
        yield _similarity(factor, shift)


def _densest(
    turn: NDArray[np.float64], scale: NDArray[np.float64], pair: NDArray[np.intp], ideal: Boxes, seen: Boxes
) -> NDArray[np.intp]:
    """Of the votes in one bin those that lie closest together: in a comb, a shift by one cell has votes as well."""
    middle = ideal.centres.mean(0)
    away = _complex(middle - ideal.centres[pair[:, 0]])
    place = (_complex(seen.centres[pair[:, 1]]) + scale * np.exp(1j * turn) * away)[:400]
    close = np.abs(place[:, None] - place[None]) < REGISTRATION.box_together * np.median(seen.sizes[pair[:, 1]].min(1))
    return np.flatnonzero(close[int(close.sum(1).argmax())])


def _same(one: Points, other: Points, ideal: Boxes) -> bool:
    """Whether two mappings put every box in nearly the same place."""
    places = [transform(matrix, ideal.centres) for matrix in (one, other)]
    return bool(np.linalg.norm(places[0] - places[1], axis=1).max() < REGISTRATION.box_same)


def _complex(points: Points) -> NDArray[np.complex128]:
    return np.asarray(points[:, 0] + 1j * points[:, 1], np.complex128)


def _similarity(factor: complex, shift: complex) -> Points:
    """The mapping, shape (3, 3), that turns and scales by `factor` and then moves by `shift`."""
    return np.array(((factor.real, -factor.imag, shift.real), (factor.imag, factor.real, shift.imag), (0, 0, 1.0)))


def cast_votes(ideal: Boxes, seen: Boxes) -> Votes:
    """The votes of a template's boxes `ideal` on a page's boxes `seen`.

    A box on a box fixes scale, turn and place up to the box's own symmetry; all such pairs vote for a bin (the
    generalised Hough transform, D. H. Ballard, 1981). Of very many boxes some vote.
    """
    voting = np.arange(0, len(ideal.centres), max(1, round(len(ideal.centres) / REGISTRATION.box_voting)))
    centres, own = ideal.centres[voting], ideal.sizes[voting]
    turns, scales, pairs = [], [], []
    for swapped in (False, True):
        sizes = seen.sizes[:, ::-1] if swapped else seen.sizes
        across = sizes[None, :, 0] / own[:, None, 0]
        down = sizes[None, :, 1] / own[:, None, 1]
        first, second = np.nonzero(np.maximum(across, down) < REGISTRATION.box_stretch * np.minimum(across, down))
        sides = np.sqrt(across[first, second] * down[first, second])
        for half in (0.0, np.pi):
            turns.append(seen.angles[second] + (np.pi / 2 if swapped else 0.0) + half)
            scales.append(sides)
            pairs.append(np.c_[first, second])
    turn, scale, pair = np.concatenate(turns), np.concatenate(scales), np.concatenate(pairs).astype(np.intp)
    middle = ideal.centres.mean(0)
    extent = float(np.linalg.norm(np.ptp(ideal.centres, axis=0))) + float(ideal.sizes.max())
    place = _complex(seen.centres)[pair[:, 1]] + scale * np.exp(1j * turn) * _complex(middle - centres)[pair[:, 0]]
    level = np.round(np.log2(scale) / REGISTRATION.box_scale)
    step = REGISTRATION.box_place * extent * np.exp2(level * REGISTRATION.box_scale)
    rows = [
        np.round(turn / (2 * np.pi) * REGISTRATION.box_turns).astype(np.int64) % REGISTRATION.box_turns,
        level.astype(np.int64) + 64,
        np.round(place.real / step).astype(np.int64) + 512,
        np.round(place.imag / step).astype(np.int64) + 512,
    ]
    key = ((rows[0] * 128 + rows[1]) * 1024 + np.clip(rows[2], 0, 1023)) * 1024 + np.clip(rows[3], 0, 1023)
    bins, inside = np.unique(key, return_inverse=True)
    # Many pairs of one template box are one witness, not many.
    witnesses = np.unique(inside * len(voting) + pair[:, 0]) // max(1, len(voting))
    counts = np.bincount(witnesses, minlength=len(bins))
    pair[:, 0] = voting[pair[:, 0]]
    return Votes(turn, scale, pair, inside, counts, len(voting))


def _grow(matrix: Points, ideal: Boxes, seen: Boxes) -> tuple[int, Points] | None:
    """`matrix` fitted again and again to the boxes that it puts on boxes of the same size; how many, and the mapping.

    First a mapping without perspective, then one with it, once enough boxes hold it.
    """
    corners = (ideal.centres[:, None] + 0.5 * ideal.sizes[:, None] * AROUND).reshape(-1, 2)
    low, high = seen.sizes.min(1)[None], seen.sizes.max(1)[None]
    middles = _complex(seen.centres)[None]
    before: NDArray[np.intp] = np.zeros((0, 2), np.intp)
    for turn in range(6):
        placed = transform_all(matrix[None], corners).reshape(-1, 4, 2)
        width, height = (np.sqrt(((placed[:, k] - placed[:, 0]) ** 2).sum(1)) for k in (1, 3))
        # Whichever side minAreaRect names first.
        small, large = np.minimum(width, height)[:, None], np.maximum(width, height)[:, None]
        distance = np.abs(_complex(placed.mean(1))[:, None] - middles)
        distance /= np.maximum(np.minimum(small, 0.5 * large), 1e-9)
        near = REGISTRATION.box_near[turn >= REGISTRATION.box_wide_rounds]
        alike = distance < near
        for own, other in ((low, small), (small, low), (high, large), (large, high)):
            alike &= own < REGISTRATION.box_alike * other
        distance[~alike] = np.inf
        nearest, gap = distance.argmin(1), distance.min(1)
        taken = np.flatnonzero(gap < near)
        # One box of the page is one box of the form: the closest keeps it.
        taken = taken[np.argsort(gap[taken], kind="stable")]
        _, first = np.unique(nearest[taken], return_index=True)
        taken = taken[first]
        if len(taken) < max(TELLING, min(REGISTRATION.box_fewest, len(ideal.centres))):
            return None
        pairs = np.c_[taken, nearest[taken]]
        if turn > REGISTRATION.box_wide_rounds and np.array_equal(pairs, before):
            break
        before = pairs
        there = seen.centres[pairs[:, 1]]
        if turn < REGISTRATION.box_flat_rounds or len(taken) < REGISTRATION.box_perspective:
            fitted = _fit(ideal.centres[taken], there)
        else:
            # A mapping without perspective puts some boxes on the wrong ones, which would bend the first one with it.
            slack = REGISTRATION.box_slack * float(np.median(small[taken]))
            slack = slack if turn == REGISTRATION.box_flat_rounds else 0.0
            fitted = _fit_perspective(ideal.centres[taken], there, slack)
        if fitted is None:
            return None
        matrix = fitted
    return (len(before), matrix) if len(before) >= REGISTRATION.box_least_agreeing * len(ideal.centres) else None


def _fit_perspective(ideal: Points, seen: Points, slack: float) -> Points | None:
    """The mapping of `ideal` to `seen`, shape (n, 2); with `slack`, in pixels, of those that lie within it."""
    flat = _fit(ideal, seen)
    matrix, _ = cv2.findHomography(ideal, seen, cv2.RANSAC if slack else 0, slack)
    if flat is None or matrix is None or not np.isfinite(matrix).all():
        return flat
    # Boxes of which all but one stand in a row do not tell the perspective: any comes out.
    off, bent = (
        np.linalg.norm(transform_all(np.asarray(m, np.float64)[None], ideal)[0] - seen, axis=1) for m in (flat, matrix)
    )
    return np.asarray(matrix, np.float64) if np.median(bent) <= np.median(off) else flat


def _fit(ideal: Points, seen: Points) -> Points | None:
    """The mapping without perspective of `ideal` to `seen`, shape (n, 2)."""
    flat = np.c_[ideal, np.ones(len(ideal))]
    affine, _, rank, _ = np.linalg.lstsq(flat, seen, rcond=1e-6)
    stretch = np.linalg.svd(affine[:2])[1]
    if rank < TELLING or stretch[0] > REGISTRATION.box_skewed * stretch[1]:
        # All in a row: a similarity is all that they tell.
        a, b = _complex(ideal), _complex(seen)
        spread = a - a.mean()
        factor = complex(np.vdot(spread, b - b.mean()) / max(float(np.vdot(spread, spread).real), 1e-9))
        shift = complex(b.mean() - factor * a.mean())
        return _similarity(factor, shift)
    return np.vstack([affine.T, (0.0, 0.0, 1.0)]) if np.linalg.det(affine[:2]) > 0 else None
