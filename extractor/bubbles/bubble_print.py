"""What a form prints in and around its bubbles: outlines, letters, and how large they are."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.bubbles.bubble_parameters import BUBBLES
from extractor.values import Floats, Points


def printed_inside(pictures: Floats) -> tuple[Points, Points] | None:
    """Where the middle of what a printed outline goes around lies, and its size, both (x, y) in sizes of the box, if
    there is such an outline. `pictures`, shape (n, wide, wide), are of what is far around bubbles that are printed
    alike."""
    common = brightest(pictures)
    wide, unit = len(common), BUBBLES.inner / BUBBLES.far_around
    white = (common > BUBBLES.outline_white).astype(np.uint8)
    count, areas = cv2.connectedComponents(white, connectivity=4)[:2]
    low, high = round((wide - unit) / 2), round((wide + unit) / 2)
    amounts = np.bincount(areas[low:high, low:high].ravel(), minlength=count)
    amounts[0] = 0
    # The outermost of what is white in the middle: what a letter encloses is smaller.
    place = int(amounts.argmax())
    there = (areas == place).astype(np.uint8)
    left, top, across, down = cv2.boundingRect(there)
    if not amounts[place] or min(left, top) == 0 or max(left + across, top + down) == wide:
        return None
    contours, _ = cv2.findContours(there, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    area = sum(cv2.contourArea(one) for one in contours)
    middle = (np.array((left + across / 2, top + down / 2)) - wide / 2) / unit
    if area < BUBBLES.outline_full * (across - 1) * (down - 1) or np.abs(middle).max() > BUBBLES.outline_off:
        return None
    # Half of the rim that is neither white nor print is inside.
    return middle, (np.array((across, down)) + 1) / unit


def far_out(side: int = BUBBLES.side) -> NDArray[np.float64]:
    """How far each pixel is from the middle of a bubble, shape (side, side), 1 at its outline if that is round."""
    steps = (np.arange(side) + 0.5 - side / 2) / (BUBBLES.inner / 2)
    return np.asarray(np.sqrt(steps[None] ** 2 + steps[:, None] ** 2), np.float64)


def print_of(
    pictures: Floats, kinds: NDArray[np.intp], labels: Sequence[str], inked: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.bool_]]:
    """What is printed in each bubble, shape (n, side, side): what those of the same kind and label have in common in
    which nothing is `inked`; and for which it is known."""
    printed, known = np.ones_like(pictures), np.zeros(len(pictures), np.bool_)
    words = np.array(labels)
    core = far_out() < BUBBLES.core
    for kind in np.unique(kinds):
        own = np.flatnonzero(kinds == kind)
        common = _in_common(pictures[own], inked[own]) if len(own) >= BUBBLES.fewest_alike else _outline(pictures[own])
        if len(set(words[own].tolist())) == 1:
            # Boxes to tick stand for themselves and have nothing printed in them: what is in all of them is ink.
            white = _whites(common[None], core)[0] >= BUBBLES.box_white
            known[own] = white or _is_ink(pictures[own][:, core])
            common[core] = np.maximum(common[core], 1.0)
            printed[own] = common
            continue
        printed[own] = common
        if float((_whites(pictures[own], core) >= BUBBLES.all_white).mean()) >= BUBBLES.mostly_white:
            # Most are white all over, so their labels stand beside them.
            common[core] = np.maximum(common[core], 1.0)
            printed[own], known[own] = common, True
            continue
        by_word = {word: own[words[own] == word] for word in dict.fromkeys(words[own].tolist())}
        by_word = {word: alike for word, alike in by_word.items() if len(alike) >= BUBBLES.fewest_alike}
        ones = {word: _in_common(pictures[alike], inked[alike]) for word, alike in by_word.items()}
        whites = {word: float(_whites(one[None], core)[0]) for word, one in ones.items()}
        # Bold letters leave little white in all; where one label leaves much less than the others, it is filled.
        usual = float(np.median(list(whites.values()))) if whites else 0.0
        least = max(BUBBLES.least_leaves, min(BUBBLES.print_leaves, BUBBLES.as_others_leave * usual))
        for word, alike in by_word.items():
            if whites[word] >= least:
                printed[alike], known[alike] = ones[word], True
    return printed, known


def _whites(pictures: Floats, core: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The share of the middle of each of `pictures`, shape (n, side, side), that is white, shape (n,)."""
    return np.asarray((pictures[:, core] > BUBBLES.white).mean(1), np.float64)


def _is_ink(cores: Floats) -> bool:
    """Whether what is in all boxes, the middles of which are `cores`, shape (n, pixels), is no print: that would be the
    same in each, and no print covers most of a box."""
    if len(cores) < BUBBLES.fewest_alike:
        return False
    dark = 1 - np.minimum(cores, 1)
    common = float(dark.mean())
    return common > BUBBLES.solid or float(dark.std(axis=0).mean()) > BUBBLES.varied * common


def _in_common(pictures: Floats, inked: NDArray[np.bool_]) -> Floats:
    """What `pictures` have in common where nothing is `inked`; as long as that is not known, in the brightest."""
    if not inked.any() or (~inked).sum() < BUBBLES.fewest_empty:
        return brightest(pictures)
    return np.asarray(np.percentile(pictures[~inked], BUBBLES.print_share, axis=0), np.float32)


def brightest(pictures: Floats) -> Floats:
    """The mean of the brightest of `pictures`, pixel by pixel: those in which nothing is written there."""
    count = max(2, round(BUBBLES.brightest * len(pictures)))
    if count >= len(pictures):
        return np.asarray(pictures.mean(0), np.float32)
    part = np.partition(pictures, len(pictures) - count, axis=0)[-count:]
    return np.asarray(part.mean(0), np.float32)


def _outline(pictures: Floats) -> Floats:
    """What a few bubbles have in common at their outline; inside nothing is known of print."""
    common = pictures.max(0) if len(pictures) > 1 else pictures[0].copy()
    common[far_out() < BUBBLES.inside] = 1.0
    return np.asarray(np.minimum(common, 1.0), np.float32)
