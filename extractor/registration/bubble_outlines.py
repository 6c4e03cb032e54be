"""Boxes to tick and bubbles to fill as a page shows them, and where a form lies whose bubbles they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.geometry import are_plausible, transform, transform_all
from extractor.ink import even_illumination
from extractor.registration.registration_parameters import REGISTRATION
from extractor.template import Template
from extractor.values import Gray, Points

TURNS = tuple(np.array(((c, -s, 0), (s, c, 0), (0, 0, 1.0))) for c, s in ((1, 0), (0, 1), (-1, 0), (0, -1)))
"""A quarter turn after the other about the origin."""


@dataclass(frozen=True)
class Outlines:
    """Round or rectangular outlines and blots of a page: `centres` and `sizes`, shape (n, 2), upright, in pixels."""

    centres: Points
    sizes: Points

    @cached_property
    def _around(self) -> tuple[NDArray[np.intp], tuple[int, int]]:
        """A picture of the page that says for each pixel whose middle is next to it, -1 for none, and its size."""
        width, height = (int(side) + 2 for side in self.centres.max(0)) if len(self.centres) else (1, 1)
        picture = np.full((height, width), -1, np.intp)
        reach = np.maximum(1.0, REGISTRATION.bubble_near * self.sizes.min(1))
        low = np.maximum(np.floor(self.centres - reach[:, None]), 0).astype(int)
        high = np.ceil(self.centres + reach[:, None]).astype(int) + 1
        for place in range(len(self.centres)):
            picture[low[place, 1] : high[place, 1], low[place, 0] : high[place, 0]] = place
        return picture, (width, height)

    def share(self, ideal: FormBubbles, matrix: Points) -> float:
        """About the share of the form's bubbles that lie on some outline where `matrix` puts them."""
        picture, size = self._around
        there = np.nan_to_num(transform(matrix, ideal.centres), nan=-1.0).clip(-1, 1e6).round().astype(int)
        inside = ((there >= 0) & (there < size)).all(1)
        return float((picture[there[inside, 1], there[inside, 0]] >= 0).sum()) / len(ideal.centres)

    def moved(self, matrix: Points) -> Outlines:
        """The same in pixels of a picture to which `matrix`, shape (3, 3), takes those of this one: a larger or smaller
        one."""
        scale = float(np.sqrt(np.abs(np.linalg.det(matrix[:2, :2]))))
        return Outlines(transform(matrix, self.centres), self.sizes * scale) if len(self.centres) else self


@dataclass(frozen=True)
class FormBubbles:
    """The bubbles of a template, in its units: `centres` and `sizes`, shape (n, 2)."""

    centres: Points
    sizes: Points

    @property
    def few(self) -> bool:
        """Whether they are too few to say where the form lies."""
        return len(self.centres) < REGISTRATION.bubble_fewest


def form_bubbles(template: Template) -> FormBubbles:
    """Every bubble of every field."""
    boxes = [one.box for field in template.all_fields for answer in field.bubbles for one in answer]
    table = np.array([(b.left + b.width / 2, b.top + b.height / 2, b.width, b.height) for b in boxes], np.float64)
    table = table.reshape(-1, 4)
    return FormBubbles(table[:, :2], table[:, 2:])


def find_outlines(image: Gray) -> Outlines:
    """What may be an outline of a bubble, or a filled one, on a reduced page."""
    grey = even_illumination(image, max(4, max(image.shape) // REGISTRATION.bubble_shadow))
    tables = [_outlines(grey, level) for level in REGISTRATION.bubble_dark]
    table = np.concatenate(tables)
    return Outlines(table[:, :2], table[:, 2:])


def _outlines(grey: Gray, level: int) -> Points:
    dark = (grey < level).astype(np.uint8)
    contours, _ = cv2.findContours(dark, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    smallest, largest = REGISTRATION.bubble_least_side, REGISTRATION.bubble_size * max(grey.shape)
    contours = [contour for contour in contours if len(contour) >= REGISTRATION.bubble_corners]
    bounds = np.array([cv2.boundingRect(contour) for contour in contours], np.float64).reshape(-1, 4)
    low, high = bounds[:, 2:].min(1), bounds[:, 2:].max(1)
    sized = np.flatnonzero((smallest <= low) & (high <= largest) & (high <= REGISTRATION.bubble_oblong * low))
    areas = np.array([cv2.contourArea(contours[at]) for at in sized], np.float64)
    table = bounds[sized[areas >= REGISTRATION.bubble_filled * (bounds[sized, 2:] - 1).prod(1)]]
    return np.hstack([table[:, :2] + (table[:, 2:] - 1) / 2, table[:, 2:]])


def bubbles_seen(outlines: Outlines, ideal: FormBubbles, matrix: Points) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """For each of the form's bubbles the outline nearest to where `matrix` puts it, and whether that is its own."""
    if not len(outlines.centres) or not len(ideal.centres):
        return np.zeros(len(ideal.centres), np.intp), np.zeros(len(ideal.centres), np.bool_)
    there = transform(matrix, ideal.centres)
    sides = _sides(matrix, ideal)
    return _nearest(outlines, there, sides)


def bubbles_astray(
    outlines: Outlines, ideal: FormBubbles, matrix: Points, nearest: NDArray[np.intp], own: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which of the form's bubbles, shape (n,), lie not on an outline but beside one that is as large and no other
    bubble's: then `matrix` is wrong there. `nearest` and `own` are as `bubbles_seen` gives them."""
    if own.sum() < REGISTRATION.bubble_fewest:
        return ~own
    there, sides = transform(matrix, ideal.centres), _sides(matrix, ideal)
    seen = np.sort(outlines.sizes, axis=1)
    usual = float(np.median(seen[nearest[own]] / np.maximum(sides[own], 1e-6)))
    # Most outlines are letters.
    slack, expected = REGISTRATION.bubble_same, usual * sides[:, 0]
    sized = (seen[:, 0] >= expected.min() / slack) & (seen[:, 0] <= expected.max() * slack)
    centres, seen = outlines.centres[sized], seen[sized]
    if not len(centres):
        return np.zeros(len(own), np.bool_)
    gap = np.abs(there[:, None] - centres[None]).max(2)
    beside = gap < REGISTRATION.bubble_beside_it * sides[:, None, 0]
    free = ~(gap < np.maximum(1.0, REGISTRATION.bubble_near * sides[:, None, 0])).any(0)
    ratio = seen[None] / np.maximum(usual * sides[:, None], 1e-6)
    alike = (np.maximum(ratio, 1 / np.maximum(ratio, 1e-6)) < REGISTRATION.bubble_same).all(2)
    return np.asarray(~own & (beside & alike & free[None]).any(1), np.bool_)


def bubble_fit(outlines: Outlines, ideal: FormBubbles, matrix: Points) -> float:
    """How well `matrix` puts the form's bubbles on outlines, 0 to 1: what lies beside its outline counts against it."""
    nearest, own = bubbles_seen(outlines, ideal, matrix)
    astray = bubbles_astray(outlines, ideal, matrix, nearest, own)
    return max(0.0, float(own.mean()) - REGISTRATION.bubble_against * float(astray.mean()))


def _sides(matrix: Points, ideal: FormBubbles) -> Points:
    """Width and height of each bubble where `matrix` puts it, the smaller first, shape (n, 2)."""
    half = ideal.sizes / 2
    across = transform(matrix, ideal.centres + half * (1, 0)) - transform(matrix, ideal.centres - half * (1, 0))
    down = transform(matrix, ideal.centres + half * (0, 1)) - transform(matrix, ideal.centres - half * (0, 1))
    return np.sort(np.stack([np.linalg.norm(across, axis=1), np.linalg.norm(down, axis=1)], 1), axis=1)


def _nearest(outlines: Outlines, there: Points, sides: Points) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    low, high = REGISTRATION.bubble_alike
    seen = outlines.sizes.min(1)
    # Most outlines are letters.
    sized = np.flatnonzero((seen >= low * sides[:, 0].min()) & (seen <= high * sides[:, 0].max()))
    if not len(sized):
        return np.zeros(len(there), np.intp), np.zeros(len(there), np.bool_)
    nearest, own = _nearest_of(outlines.centres[sized], seen[sized], there, sides)
    return sized[nearest], own


def _nearest_of(
    centres: Points, seen: NDArray[np.float64], there: Points, sides: Points
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    gap = np.abs(there[:, None, 0] - centres[None, :, 0])
    gap = np.maximum(gap, np.abs(there[:, None, 1] - centres[None, :, 1]))
    ratio = seen[None] / np.maximum(sides[:, None, 0], 1e-6)
    low, high = REGISTRATION.bubble_alike
    gap[(ratio < low) | (ratio > high)] = np.inf
    far = np.maximum(1.0, REGISTRATION.bubble_near * sides[:, 0])
    rows = np.arange(len(there))
    nearest = gap.argmin(1)
    own = gap[rows, nearest] < far
    if not own.any():
        return nearest, own
    # All are printed as large as the most usual one, whatever the template says.
    usual = _usual(np.log(ratio[rows[own], nearest[own]]))
    gap[np.abs(np.log(np.maximum(ratio, 1e-6)) - usual) > np.log(REGISTRATION.bubble_same_side)] = np.inf
    nearest = gap.argmin(1)
    return nearest, np.asarray(gap[rows, nearest] < far, np.bool_)


def _usual(values: NDArray[np.float64]) -> float:
    """The middle of the densest part of `values`."""
    close = np.abs(values[:, None] - values[None]) < np.log(REGISTRATION.bubble_same_side) / 2
    return float(np.median(values[close[int(close.sum(1).argmax())]]))


def place_bubbles(
    outlines: Outlines, ideal: FormBubbles, guesses: Sequence[Points], size: tuple[float, float]
) -> list[tuple[float, Points]]:
    """Mappings, shape (3, 3), that put the form's bubbles on outlines, with how well they do so, best first.

    Each of `guesses`, by which the form of that `size` may lie on the sheet of paper, is tried as it is and a part of a
    bubble's pitch aside, as the corners of a sheet are not exact; and pairs of neighbours, which say how the form is
    turned and how large it is, vote for further ones. A grid of bubbles lies on itself a row aside or turned round as
    well, so what moved far from its guess counts less.
    """
    if ideal.few or len(outlines.centres) < REGISTRATION.bubble_fewest:
        return []
    aside = _steps(ideal)
    rounds: tuple[Callable[[], list[tuple[Points, Points | None]]], ...] = (
        lambda: [(guess, guess) for guess in guesses],
        lambda: [(guess @ step, guess) for guess in guesses for step in aside],
        lambda: [(vote, None) for vote in _voted(outlines, ideal)],
    )
    found: list[tuple[float, Points]] = []
    for starts in rounds:
        possible = [one for one in starts() if bool(are_plausible(one[0][None], ideal.centres)[0])]
        possible.sort(key=lambda one: -outlines.share(ideal, one[0]))
        for start, guess in possible[: REGISTRATION.bubble_tried]:
            _, grown = onto_outlines(outlines, ideal, start)
            fit = bubble_fit(outlines, ideal, grown)
            if fit < REGISTRATION.doubtful or any(_same(grown, other, ideal) for _, other in found):
                continue
            fit, grown = _best_aside(outlines, ideal, (fit, grown))
            found.append((fit - _moved_by(guess, grown, size), grown))
        found.sort(key=lambda pair: -pair[0])
        if found and found[0][0] >= REGISTRATION.bubble_placed:
            return found[:1]
    return found


def _moved_by(guess: Points | None, grown: Points, size: tuple[float, float]) -> float:
    """How far the corners of a form lie off where its `guess` had them, as a share of its size, the mean of four; what
    was not guessed by the sheet has no corners to keep to, and counts as a little off."""
    if guess is None:
        return REGISTRATION.frame_near
    corners = np.array(((0, 0), (1, 0), (1, 1), (0, 1.0))) * size
    on_form = transform(np.asarray(np.linalg.inv(guess), np.float64), transform(grown, corners))
    return float(np.abs((on_form - corners) / size).max(1).mean())


def _best_aside(outlines: Outlines, ideal: FormBubbles, found: tuple[float, Points]) -> tuple[float, Points]:
    """What was `found`, or what a bubble aside puts more on outlines: of a long column nearly all lie on some."""
    if found[0] >= 1.0:
        return found
    for step in _one_aside(ideal):
        start = found[1] @ step
        if outlines.share(ideal, start) > REGISTRATION.doubtful:
            _, grown = onto_outlines(outlines, ideal, start)
            share = bubble_fit(outlines, ideal, grown)
            if share > found[0] and not _same(grown, found[1], ideal):
                return _best_aside(outlines, ideal, (share, grown))
    return found


def _one_aside(ideal: FormBubbles) -> list[Points]:
    across, down = bubble_pitch(ideal)
    moves = [(across, 0.0), (-across, 0.0), (0.0, down), (0.0, -down)]
    return [np.array(((1, 0, x), (0, 1, y), (0, 0, 1.0))) for x, y in moves if x or y]


def bubble_pitch(ideal: FormBubbles) -> tuple[float, float]:
    """The usual distance from a bubble to the next one across and down; 0 where there is none beside or below."""
    found = []
    for along, aside in ((0, 1), (1, 0)):
        steps = ideal.centres[None] - ideal.centres[:, None]
        level = np.abs(steps[..., aside]) < ideal.sizes[:, None, aside] / 2
        ahead = np.where(level & (steps[..., along] > ideal.sizes[:, None, along] / 2), steps[..., along], np.inf)
        nearest = ahead.min(1)
        nearest = nearest[np.isfinite(nearest)]
        found.append(float(np.median(nearest)) if len(nearest) else 0.0)
    return found[0], found[1]


def _steps(ideal: FormBubbles) -> list[Points]:
    across, down = bubble_pitch(ideal)
    shares = (0.0, 0.5, -0.5, 1.0, -1.0)
    return [
        np.array(((1, 0, x * across), (0, 1, y * down), (0, 0, 1.0)))
        for x in (shares if across else (0.0,))
        for y in (shares if down else (0.0,))
        if x or y
    ]


def _same(one: Points, other: Points, ideal: FormBubbles) -> bool:
    apart = np.abs(transform(one, ideal.centres) - transform(other, ideal.centres)).max(1)
    return bool((apart < _sides(one, ideal)[:, 0]).all())


def onto_outlines(outlines: Outlines, ideal: FormBubbles, start: Points) -> tuple[float, Points]:
    """`start` fitted again and again to the outlines that it puts bubbles on."""
    matrix, best = start, (0.0, start)
    for turn in range(REGISTRATION.bubble_rounds):
        nearest, own = bubbles_seen(outlines, ideal, matrix)
        share = float(own.mean())
        if share >= best[0]:
            best = share, matrix
        elif turn > 1:
            break
        if own.sum() < REGISTRATION.bubble_fewest:
            break
        wanted, there = ideal.centres[own], outlines.centres[nearest[own]]
        fitted: Points | None
        wide = _is_wide(wanted)
        if turn and own.sum() >= REGISTRATION.box_perspective and wide:
            slack = max(1.0, REGISTRATION.bubble_slack * float(_sides(matrix, ideal).mean()))
            found, _ = cv2.findHomography(wanted, there, cv2.RANSAC, slack)
            fitted = None if found is None else np.asarray(found, np.float64)
        else:
            # Bubbles in a row do not tell how far the form is stretched the other way: that stays as it is.
            begin = wanted if wide else transform(matrix, wanted)
            flat = cv2.estimateAffine2D(begin, there)[0] if wide else cv2.estimateAffinePartial2D(begin, there)[0]
            fitted = None if flat is None else np.vstack([flat, (0.0, 0.0, 1.0)])
            fitted = fitted if fitted is None or wide else fitted @ matrix
        if fitted is None or not np.isfinite(fitted).all() or not are_plausible(fitted[None], ideal.centres)[0]:
            break
        matrix = fitted
    return best


def _is_wide(points: Points) -> bool:
    """Whether points are spread in both directions, so that they tell a perspective."""
    low, high = np.sort(np.ptp(points, axis=0))
    return bool(low > REGISTRATION.bubble_spread * high)


def _voted(outlines: Outlines, ideal: FormBubbles) -> list[Points]:
    """Mappings without perspective that pairs of neighbouring bubbles, put on pairs of neighbouring outlines, vote for
    (the generalised Hough transform, D. H. Ballard, 1981)."""
    picked = np.linspace(0, len(ideal.centres) - 1, min(len(ideal.centres), REGISTRATION.bubble_voting)).astype(int)
    apart = np.linalg.norm(ideal.centres[picked][:, None] - ideal.centres[None], axis=2)
    apart[np.arange(len(picked)), picked] = np.inf
    beside = apart.argmin(1)
    seen = outlines.centres[np.argsort(-outlines.sizes.min(1), kind="stable")[: REGISTRATION.bubble_most]]
    gaps = np.linalg.norm(seen[:, None] - seen[None], axis=2)
    # Two levels of grey show one bubble twice.
    gaps[gaps < REGISTRATION.bubble_least_side] = np.inf
    count = min(REGISTRATION.bubble_beside, len(seen) - 1)
    if count < 1:
        return []
    near = np.argpartition(gaps, count - 1, axis=1)[:, :count]
    first = np.repeat(np.arange(len(seen)), count)
    second = near.ravel()
    finite = np.isfinite(gaps[first, second])
    there = _complex(seen[second[finite]] - seen[first[finite]])
    own = _complex(ideal.centres[beside] - ideal.centres[picked])
    factor = there[None] / own[:, None]
    middle = _complex(ideal.centres.mean(0)[None] - ideal.centres[picked])
    place = _complex(seen[first[finite]])[None] + factor * middle[:, None]
    extent = float(np.linalg.norm(np.ptp(ideal.centres, axis=0)))
    level = np.round(np.log2(np.abs(factor)) / REGISTRATION.box_scale)
    step = REGISTRATION.box_place * extent * np.exp2(level * REGISTRATION.box_scale)
    rows = [
        np.round(np.angle(factor) / (2 * np.pi) * REGISTRATION.box_turns).astype(np.int64) % REGISTRATION.box_turns,
        level.astype(np.int64) + 64,
        np.clip(np.round(place.real / step).astype(np.int64) + 512, 0, 1023),
        np.clip(np.round(place.imag / step).astype(np.int64) + 512, 0, 1023),
    ]
    key = ((rows[0] * 128 + rows[1]) * 1024 + rows[2]) * 1024 + rows[3]
    _, inside = np.unique(key.ravel(), return_inverse=True)
    found = []
    for index in np.argsort(-np.bincount(inside), kind="stable")[: REGISTRATION.bubble_bins]:
        mine = inside == index
        turn = complex(np.median(factor.ravel()[mine].real), np.median(factor.ravel()[mine].imag))
        at = complex(np.median(place.ravel()[mine].real), np.median(place.ravel()[mine].imag))
        shift = at - turn * complex(*ideal.centres.mean(0))
        rows_of = (turn.real, -turn.imag, shift.real), (turn.imag, turn.real, shift.imag), (0, 0, 1.0)
        found.append(np.array(rows_of))
    return found


def _complex(points: Points) -> NDArray[np.complex128]:
    return np.asarray(points[..., 0] + 1j * points[..., 1], np.complex128)


@dataclass(frozen=True)
class Frame:
    """Where the `corners`, shape (4, 2), of the paper, or of the picture, lie on a form of that `width` and `height`,
    the form's units."""

    corners: Points
    width: float
    height: float

    def allows(self, step: Points) -> bool:
        """Whether the form may as well lie moved by `step`, shape (3, 3): not if its edges are then evidently off those
        of the paper, while they are not now."""
        size = np.array((self.width, self.height))
        edges = np.array(((0, 0), (1, 0), (1, 1), (0, 1.0))) * size

        def off(corners: Points) -> float:
            gaps = np.abs(corners[:, None] - edges[None]) / size
            return float(gaps.max(2).min(1).max())

        now, then = off(self.corners), off(transform(np.asarray(np.linalg.inv(step), np.float64), self.corners))
        return now > REGISTRATION.frame_near or then - now < REGISTRATION.frame_tells


def rival_share(
    outlines: Outlines, ideal: FormBubbles, matrix: Points, frame: Frame, lies: Callable[[Points], bool]
) -> float:
    """The greatest share of the bubbles that lies on outlines a bubble aside or turned round, where outlines beyond the
    form's own are there as well, the edges of the paper allow it and the form may so lie (`lies`); 0 without such a
    place."""
    middle = (ideal.centres.min(0) + ideal.centres.max(0)) / 2
    about = np.array(((1, 0, middle[0]), (0, 1, middle[1]), (0, 0, 1.0)))
    steps = [about @ turn @ np.linalg.inv(about) for turn in TURNS[1:]]
    steps += _one_aside(ideal)
    best = 0.0
    for step in steps:
        if not frame.allows(step) or not lies(matrix @ step):
            continue
        moved = transform_all(step[None], ideal.centres)[0]
        apart = np.abs(moved[:, None] - ideal.centres[None]).max(2).min(1)
        new = apart > ideal.sizes.min(1) * REGISTRATION.bubble_near
        _, own = bubbles_seen(outlines, FormBubbles(moved, ideal.sizes), matrix)
        if new.any() and own[new].mean() < REGISTRATION.further * own.mean():
            continue
        best = max(best, float(own.mean()))
    return best
