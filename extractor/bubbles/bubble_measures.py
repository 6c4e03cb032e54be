"""How much ink is in each bubble, with the print divided out, against the sheet's own empty ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.bubbles.bubble_cut import CutBubbles
from extractor.bubbles.bubble_parameters import BUBBLES
from extractor.bubbles.bubble_print import far_out, print_of
from extractor.bubbles.many_pictures import blurred, least_near, most_near
from extractor.values import Floats

MEASURES = (
    "ink",
    "spreads",
    "covered",
    "strokes",
    "relative",
    "beyond",
    "across",
    "texture",
    "pen",
    "spot",
    "thick",
    "sharp",
    "extent",
    "leaves",
    "exits",
    "through",
    "white",
    "pixels",
    "faintest",
    "behind",
)
"""What is measured of each bubble, in order."""


@dataclass(frozen=True)
class Measured:
    """`measures`, shape (n, len(MEASURES)): mean darkness beyond that of empty ones; how many times as much as empty
    ones differ, as a logarithm; share that is as dark as strokes; darkness of its strokes, and against those of the
    sheet; darkness beyond its outline; that of a stroke that leaves it on both sides; how uneven the ink is; the
    darkness of the sheet's strokes; how far its darkest spot is above those of empty ones, in times that these differ;
    share of what is covered that is wider than a stroke; how sharply its ink ends; how far its largest blot reaches;
    how dark it is where a stroke leaves it on one side, and all around there; that of a stroke that
    goes far beyond it on both sides; share of its inside on which ink tells; how many pixels of the page it is wide,
    since less is seen on little white and of few pixels; `spreads` of the faintest of the sheet's plain marks, since
    where these are faint others may be missed; by how many times that empty ones differ the middle is darker, print and
    all: a dot behind a letter shows on no white paper. `ink`, shape (n, side, side), is what is darker than print;
    `known`, shape (n,), says of which bubbles it is known what is printed in them."""

    measures: NDArray[np.float64]
    ink: Floats
    known: NDArray[np.bool_]


def measured(cut: CutBubbles, labels: Sequence[str]) -> Measured:
    """The measures of the bubbles of one sheet, whose `labels` say which have the same print."""
    inside, beyond = _masks()
    printed, known = print_of(cut.pictures, cut.kinds, labels, np.zeros(len(labels), np.bool_))
    first, white = _ink(cut.pictures, printed)
    dark = _mean(first, white, inside)
    empty, spread = _empty(dark, cut, known)
    # Once it is known in which nothing is written, the others do not thin their print.
    inked = ((dark - empty) / spread > BUBBLES.clearly) & (dark - empty > BUBBLES.thins_print)
    printed, known = print_of(cut.pictures, cut.kinds, labels, inked)
    darker, white = _ink(cut.pictures, printed)
    ink = darker * white
    smooth = blurred(ink, 3)
    dark = _mean(darker, white, inside)
    strokes = np.percentile(smooth[:, inside], 95, axis=1)
    empty, spread = _empty(dark, cut, known)
    marked = (dark - empty) / spread > BUBBLES.clearly
    least, most = BUBBLES.pen
    pen = min(max(_pen(strokes[marked]), least), most)
    covers = (smooth > 0.5 * pen).astype(np.float32)
    covered = _mean(covers, white, inside)
    opened = most_near(least_near(covers, BUBBLES.wide), BUBBLES.wide)
    mean = np.maximum(ink[:, inside].mean(1), 1e-3)
    texture = ink[:, inside].std(1) / (mean + 0.02)
    bleeding = blurred(darker, 3)
    across, leaves, exits = _leaving(bleeding, BUBBLES.crossed)
    through, _, _ = _leaving(bleeding, BUBBLES.crossed_far)
    spreads = np.log1p(np.maximum(dark - empty, 0) / spread)
    faintest = np.percentile(spreads[marked], BUBBLES.faint_share) if marked.any() else BUBBLES.usual_faintest
    rows = (
        dark - empty,
        spreads,
        covered,
        strokes,
        strokes / pen,
        bleeding[:, beyond].mean(1) / pen,
        across / pen,
        texture,
        np.full(len(dark), pen),
        _spots(ink, inside),
        _mean(opened, white, inside),
        _sharp(smooth, inside),
        _extents(smooth, inside),
        leaves / pen,
        exits / pen,
        through / pen,
        white[:, inside].mean(1),
        np.sqrt([cv2.contourArea(one.astype(np.float32)) for one in cut.quads]),
        np.full(len(dark), faintest),
        _behind(cut, printed, labels),
    )
    return Measured(np.stack(rows, 1), darker, known)


def _pen(strokes: Floats) -> float:
    """The darkness of a sheet's strokes by those of its marks, shape (n,); what is much paler is dirt or rubbed out."""
    if not len(strokes):
        return BUBBLES.usual_pen
    dark = strokes[strokes > 0.5 * np.percentile(strokes, 90)]
    return float(np.percentile(dark, BUBBLES.pen_share))


def _masks() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Inside of a bubble, and what is beyond its outline, shape (side, side)."""
    far = far_out()
    low, high = BUBBLES.around
    return far < BUBBLES.inside, (far > low) & (far < high)


def _ink(pictures: Floats, printed: Floats) -> tuple[Floats, Floats]:
    """What is darker than print, and how much each pixel tells of it, both of shape (n, side, side).

    An outline may lie a pixel off, so as dark as the darkest next to it is print. Whether there is ink is seen on white
    paper; what lies on print, or next to it, tells a little.
    """
    around, wider = least_near(printed, 3), least_near(printed, 5)
    low, high = BUBBLES.telling_white
    white = np.clip((wider - low) / (high - low), BUBBLES.on_print, 1.0).astype(np.float32)
    darker = np.clip((around - pictures) / np.maximum(around, 0.2), 0, 1)
    return np.asarray(darker, np.float32), white


def _mean(pictures: Floats, white: Floats, where: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The mean of each of `pictures`, shape (n, side, side), `where` it is `white`, shape (n,)."""
    return np.asarray((pictures * white)[:, where].sum(1) / white[:, where].sum(1), np.float32)


def _spots(ink: Floats, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How far the darkest spot of each bubble is above that of an empty one, shape (n,), in times that these differ: a
    pale dot is little ink and yet no paper. 0 where it is as pale as paper may be."""
    darkest = blurred(ink, BUBBLES.spot)[:, inside].max(1)
    low, middle = np.percentile(darkest, (BUBBLES.low_share, BUBBLES.empty_share))
    differ = max(float(middle - low), BUBBLES.least_spread)
    return np.where(darkest > BUBBLES.palest, np.maximum(darkest - middle, 0) / differ, 0.0).astype(np.float64)


def _behind(cut: CutBubbles, printed: Floats, labels: Sequence[str]) -> NDArray[np.float64]:
    """How much darker the middle of each bubble is than that of an empty one with the same print, shape (n,), in times
    that these differ. A letter that lies a little off is as dark as where it should be."""
    core = far_out() < BUBBLES.behind_within
    more = (np.minimum(printed, 1) - np.minimum(cut.pictures, 1))[:, core].mean(1)
    words = np.array(labels)
    for kind in np.unique(cut.kinds):
        for word in np.unique(words[cut.kinds == kind]):
            alike = (cut.kinds == kind) & (words == word)
            more[alike] -= np.percentile(more[alike], BUBBLES.empty_share)
    differ = max(BUBBLES.least_behind, -1.5 * float(np.percentile(more, BUBBLES.low_share)))
    return np.asarray(more / differ, np.float64)


def _sharp(smooth: Floats, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How steep the ink of each bubble ends against how dark it is, shape (n,): what is rubbed out is smeared."""
    steep = most_near(smooth, 3) - least_near(smooth, 3)
    dark = np.percentile(smooth[:, inside], 95, axis=1)
    return np.asarray(np.percentile(steep[:, inside], 95, axis=1) / (dark + 0.02), np.float64)


def _extents(smooth: Floats, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How far the largest blot of each bubble reaches, as a share of its width, shape (n,): specks are small."""
    found = np.zeros(len(smooth))
    for place, one in enumerate(smooth):
        own = np.where(inside, one, 0)
        level = max(BUBBLES.palest, 0.4 * float(own.max()))
        count, _, boxes, _ = cv2.connectedComponentsWithStats((own > level).astype(np.uint8), connectivity=8)
        if count > 1:
            wide, high = boxes[1:, cv2.CC_STAT_WIDTH], boxes[1:, cv2.CC_STAT_HEIGHT]
            found[place] = float(np.hypot(wide, high).max()) / BUBBLES.inner
    return found


def _leaving(
    smooth: Floats, at: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """How dark a stroke is that leaves each bubble on opposite sides, and on any side, and the mean all around, each of
    shape (n,), where it is as far out as both of `at` say: strokes of the first kind take a mark back."""
    angles = np.linspace(0, 2 * np.pi, BUBBLES.angles, endpoint=False)
    middle, radius = (BUBBLES.side - 1) / 2, BUBBLES.inner / 2
    sides = []
    for far in at:
        x = np.rint(middle + radius * far * np.cos(angles)).astype(int).clip(0, BUBBLES.side - 1)
        y = np.rint(middle + radius * far * np.sin(angles)).astype(int).clip(0, BUBBLES.side - 1)
        sides.append(smooth[:, y, x])
    # A stroke goes on from the nearer to the farther; it may lean a little between its two ends.
    around = np.minimum(*sides)
    wider = np.maximum(np.maximum(np.roll(around, 1, 1), np.roll(around, -1, 1)), around)
    opposite = np.roll(wider, BUBBLES.angles // 2, axis=1)
    crossing = np.minimum(around, opposite).max(1)
    return crossing.astype(np.float64), around.max(1).astype(np.float64), around.mean(1).astype(np.float64)


def _empty(
    dark: NDArray[np.float32], cut: CutBubbles, known: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The mean darkness of an empty bubble of the kind of each, and how much that differs, both of shape (n,).

    All whose print is `known` are empty alike, and so are those of a kind of which most are known: what hides the print
    of one label alone is ink. Others hold letters that are not, so only those of their kind tell. What an answer stands
    on, such as a shaded column, darkens all of its bubbles.
    """
    kinds = cut.kinds
    empty, spread = np.zeros(len(dark)), np.zeros(len(dark))
    told = np.bincount(kinds, known)[kinds] > 0.5 * np.bincount(kinds)[kinds]
    groups = [np.flatnonzero(told), *(np.flatnonzero(~told & (kinds == kind)) for kind in np.unique(kinds[~told]))]
    for own in groups:
        if not len(own):
            continue
        if len(own) < BUBBLES.fewest:
            empty[own], spread[own] = min(BUBBLES.usual_ink, float(dark[own].min())), BUBBLES.usual_spread
            if len(own) >= BUBBLES.fewest_alike:
                empty[own] = np.percentile(dark[own], BUBBLES.empty_share)
        else:
            middle, low = np.percentile(dark[own], (BUBBLES.empty_share, BUBBLES.low_share))
            middle = min(middle, BUBBLES.most_empty) if told[own].all() else middle
            empty[own], spread[own] = middle, max(BUBBLES.least_spread, 1.5 * float(middle - low))
    for answer in range(int(cut.answers.max()) + 1):
        own = np.flatnonzero(cut.answers == answer)
        if len(own) >= BUBBLES.fewest_beside:
            middle, low = np.percentile(dark[own], (BUBBLES.empty_beside, BUBBLES.low_share))
            if middle <= float(empty[own].max()) + BUBBLES.most_shade:
                spread[own] = np.where(middle > empty[own], np.maximum(spread[own], middle - low), spread[own])
                empty[own] = np.maximum(empty[own], middle)
    return empty, spread
