"""How much ink is in each bubble, with the print divided out, against the sheet's own empty ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.bubbles.bubble_cut import CutBubbles
from extractor.bubbles.bubble_parameters import BUBBLES
from extractor.values import Floats

MEASURES = ("ink", "spreads", "covered", "strokes", "relative", "beyond", "across", "texture", "pen", "spot")
"""What is measured of each bubble, in order."""


@dataclass(frozen=True)
class Measured:
    """`measures`, shape (n, len(MEASURES)): mean darkness beyond that of empty ones; how many times as much as empty
    ones differ, as a logarithm; share that is as dark as strokes; darkness of its strokes, and against those of the
    sheet; darkness beyond its outline; that of a stroke that leaves it on both sides; how uneven the ink is; the
    darkness of the sheet's strokes; how far its darkest spot is above those of empty ones, in times that these differ.
    `ink`, shape (n, side, side), is what is darker than print; `known`, shape
    (n,), says of which bubbles it is known what is printed in them."""

    measures: NDArray[np.float64]
    ink: Floats
    known: NDArray[np.bool_]


def measured(cut: CutBubbles, labels: Sequence[str]) -> Measured:
    """The measures of the bubbles of one sheet, whose `labels` say which have the same print."""
    inside, beyond = _masks()
    printed, known = _printed(cut.pictures, cut.kinds, labels, np.zeros(len(labels), np.bool_))
    first = _ink(cut.pictures, printed)[:, inside].mean(1)
    empty, spread = _empty(first, cut, known)
    # Once it is known in which nothing is written, the others do not thin their print.
    printed, known = _printed(cut.pictures, cut.kinds, labels, (first - empty) / spread > BUBBLES.clearly)
    ink = _ink(cut.pictures, printed)
    smooth = np.stack([cv2.blur(one, (3, 3)) for one in ink])
    dark = ink[:, inside].mean(1)
    strokes = np.percentile(smooth[:, inside], 95, axis=1)
    empty, spread = _empty(dark, cut, known)
    marked = (dark - empty) / spread > BUBBLES.clearly
    least, most = BUBBLES.pen
    pen = float(np.percentile(strokes[marked], BUBBLES.pen_share)) if marked.any() else BUBBLES.usual_pen
    pen = min(max(pen, least), most)
    covered = (smooth[:, inside] > 0.5 * pen).mean(1)
    mean = np.maximum(ink[:, inside].mean(1), 1e-3)
    texture = ink[:, inside].std(1) / (mean + 0.02)
    rows = (
        dark - empty,
        np.log1p(np.maximum(dark - empty, 0) / spread),
        covered,
        strokes,
        strokes / pen,
        smooth[:, beyond].mean(1) / pen,
        _across(smooth) / pen,
        texture,
        np.full(len(dark), pen),
        _spots(ink, inside),
    )
    return Measured(np.stack(rows, 1), ink, known)


def _spots(ink: Floats, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How far the darkest spot of each bubble is above that of an empty one, shape (n,), in times that these differ: a
    pale dot is little ink and yet no paper. 0 where it is as pale as paper may be."""
    width = BUBBLES.spot
    darkest = np.stack([cv2.blur(one, (width, width))[inside].max() for one in ink])
    low, middle = np.percentile(darkest, (BUBBLES.low_share, BUBBLES.empty_share))
    differ = max(float(middle - low), BUBBLES.usual_spread / 3)
    return np.where(darkest > BUBBLES.palest, np.maximum(darkest - middle, 0) / differ, 0.0).astype(np.float64)


def _masks() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Inside of a bubble, and what is beyond its outline, shape (side, side)."""
    far = _far()
    low, high = BUBBLES.around
    return far < BUBBLES.inside, (far > low) & (far < high)


def _far() -> NDArray[np.float64]:
    """How far each pixel is from the middle of a bubble, shape (side, side), 1 at its outline if that is round."""
    steps = (np.arange(BUBBLES.side) + 0.5 - BUBBLES.side / 2) / (BUBBLES.inner / 2)
    return np.asarray(np.sqrt(steps[None] ** 2 + steps[:, None] ** 2), np.float64)


def _across(smooth: Floats) -> NDArray[np.float64]:
    """How dark a stroke is that leaves each bubble on opposite sides, shape (n,): such strokes take a mark back."""
    angles = np.linspace(0, 2 * np.pi, BUBBLES.angles, endpoint=False)
    middle, radius = (BUBBLES.side - 1) / 2, BUBBLES.inner / 2
    sides = []
    for far in BUBBLES.crossed:
        x = np.rint(middle + radius * far * np.cos(angles)).astype(int).clip(0, BUBBLES.side - 1)
        y = np.rint(middle + radius * far * np.sin(angles)).astype(int).clip(0, BUBBLES.side - 1)
        sides.append(smooth[:, y, x])
    # A stroke goes on from the nearer to the farther; it may lean a little between its two ends.
    around = np.minimum(*sides)
    wider = np.maximum(np.maximum(np.roll(around, 1, 1), np.roll(around, -1, 1)), around)
    opposite = np.roll(wider, BUBBLES.angles // 2, axis=1)
    return np.asarray(np.minimum(around, opposite).max(1), np.float64)


def _ink(pictures: Floats, printed: Floats) -> Floats:
    """What is darker than print: an outline may lie a pixel off, so as dark as the darkest next to it is print."""
    around = np.stack([cv2.erode(one, np.ones((3, 3), np.uint8)) for one in printed])
    return np.asarray(np.clip((around - pictures) / np.maximum(around, 0.2), 0, 1), np.float32)


def _empty(
    dark: NDArray[np.float32], cut: CutBubbles, known: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The mean darkness of an empty bubble of the kind of each, and how much that differs, both of shape (n,).

    All whose print is `known` are empty alike. Others hold letters that are not, so only those of their kind tell. What
    an answer stands on, such as a shaded column, darkens all of its bubbles.
    """
    kinds = cut.kinds
    empty, spread = np.zeros(len(dark)), np.zeros(len(dark))
    groups = [np.flatnonzero(known), *(np.flatnonzero(~known & (kinds == kind)) for kind in np.unique(kinds[~known]))]
    for own in groups:
        if not len(own):
            continue
        if len(own) < BUBBLES.fewest:
            empty[own], spread[own] = min(BUBBLES.usual_ink, float(dark[own].min())), BUBBLES.usual_spread
            if len(own) >= BUBBLES.fewest_alike:
                empty[own] = np.percentile(dark[own], BUBBLES.empty_share)
        else:
            middle, low = np.percentile(dark[own], (BUBBLES.empty_share, BUBBLES.low_share))
            middle = min(middle, BUBBLES.most_empty) if known[own].all() else middle
            empty[own], spread[own] = middle, max(BUBBLES.usual_spread / 3, 1.5 * float(middle - low))
    for answer in range(int(cut.answers.max()) + 1):
        own = np.flatnonzero(cut.answers == answer)
        if len(own) >= BUBBLES.fewest_beside:
            middle, low = np.percentile(dark[own], (BUBBLES.empty_beside, BUBBLES.low_share))
            shade = np.minimum(middle, empty[own] + BUBBLES.most_shade)
            spread[own] = np.where(shade > empty[own], np.maximum(spread[own], middle - low), spread[own])
            empty[own] = np.maximum(empty[own], shade)
    return empty, spread


def _printed(
    pictures: Floats, kinds: NDArray[np.intp], labels: Sequence[str], inked: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.bool_]]:
    """What is printed in each bubble, shape (n, side, side): what those of the same kind and label have in common in
    which nothing is `inked`; and for which it is known."""
    printed, known = np.ones_like(pictures), np.zeros(len(pictures), np.bool_)
    words = np.array(labels)
    core = _far() < BUBBLES.core
    for kind in np.unique(kinds):
        own = np.flatnonzero(kinds == kind)
        common = _in_common(pictures[own], inked[own]) if len(own) >= BUBBLES.fewest_alike else _outline(pictures[own])
        if len(set(words[own].tolist())) == 1:
            # Boxes to tick stand for themselves and have nothing printed in them: what is in all of them is ink.
            known[own] = float((common[core] > BUBBLES.white).mean()) >= BUBBLES.box_white
            common[core] = np.maximum(common[core], 1.0)
            printed[own] = common
            continue
        printed[own] = common
        for word in dict.fromkeys(words[own].tolist()):
            alike = own[words[own] == word]
            if len(alike) < BUBBLES.fewest_alike:
                continue
            one = _in_common(pictures[alike], inked[alike])
            if float((one[core] > BUBBLES.white).mean()) >= BUBBLES.print_leaves:
                printed[alike], known[alike] = one, True
    return printed, known


def _in_common(pictures: Floats, inked: NDArray[np.bool_]) -> Floats:
    """What `pictures` have in common where nothing is `inked`; as long as that is not known, in the brightest."""
    if not inked.any() or (~inked).sum() < BUBBLES.fewest_empty:
        return _brightest(pictures)
    return np.asarray(np.percentile(pictures[~inked], BUBBLES.print_share, axis=0), np.float32)


def _brightest(pictures: Floats) -> Floats:
    """The mean of the brightest of `pictures`, pixel by pixel: those in which nothing is written there."""
    count = max(2, round(BUBBLES.brightest * len(pictures)))
    if count >= len(pictures):
        return np.asarray(pictures.mean(0), np.float32)
    part = np.partition(pictures, len(pictures) - count, axis=0)[-count:]
    return np.asarray(part.mean(0), np.float32)


def _outline(pictures: Floats) -> Floats:
    """What a few bubbles have in common at their outline; inside nothing is known of print."""
    common = pictures.max(0) if len(pictures) > 1 else pictures[0].copy()
    inside, _ = _masks()
    common[inside] = 1.0
    return np.asarray(np.minimum(common, 1.0), np.float32)
