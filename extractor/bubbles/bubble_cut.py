"""The pictures of a sheet's bubbles, brought to one size, their paper white, their outlines over one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.bubbles.bubble_parameters import BUBBLES
from extractor.bubbles.bubble_print import far_out, printed_inside
from extractor.geometry import transform
from extractor.ink import as_gray
from extractor.template.mark_group import Bubble
from extractor.values import Floats, Gray, Points


@dataclass(frozen=True)
class CutBubbles:
    """`pictures`, shape (n, side, side), are the bubbles, 1 = paper, the box of each in the middle. `kinds`, shape
    (n,), says which are printed alike. `quads`, shape (n, 4, 2), is where each lies on the page, `astray`, shape (n,),
    which of them do not lie where the others say, and `missing`, shape (n,), which do not lie there at all;
    `answers`, shape (n,), which of them belong together."""

    pictures: Floats
    kinds: NDArray[np.intp]
    answers: NDArray[np.intp]
    quads: Points
    astray: NDArray[np.bool_]
    missing: NDArray[np.bool_]


def cut_bubbles(image: Gray, matrix: Points, answers: Sequence[Sequence[Bubble]]) -> CutBubbles:
    """The bubbles of all `answers`, one after the other, out of the page `image`; `matrix`, shape (3, 3), takes
    template units to its pixels."""
    boxes = np.array([one.box for answer in answers for one in answer], np.float64)
    kinds = _kinds(boxes[:, 2:], [tuple(one.label for one in answer) for answer in answers for _ in answer])
    boxes = _as_printed(image, matrix, boxes, kinds)
    pictures = _pictures(image, matrix, boxes)
    centres = boxes[:, :2] + boxes[:, 2:] / 2
    kinds = _by_shape(kinds, pictures, centres)
    shifts, astray = _shifts(pictures, kinds, centres)
    reach, side = BUBBLES.reach, BUBBLES.side
    cut = np.stack(
        [
            one[reach + y : reach + y + side, reach + x : reach + x + side]
            for one, (x, y) in zip(pictures, shifts, strict=True)
        ]
    )
    moved = centres + shifts / BUBBLES.inner * boxes[:, 2:]
    corners = moved[:, None] + 0.5 * boxes[:, None, 2:] * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    quads = transform(matrix, corners.reshape(-1, 2)).reshape(-1, 4, 2)
    together = np.repeat(np.arange(len(answers)), [len(answer) for answer in answers])
    return CutBubbles(cut, kinds, together, quads, astray, _missing(cut, kinds))


def _missing(pictures: Floats, kinds: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Of which bubbles no outline is printed though others have one, shape (n,): there the form does not lie."""
    low, high = BUBBLES.outline
    ring = (far_out() > low) & (far_out() < high)
    dark = 1 - np.minimum(pictures[:, ring], 1)
    own = np.zeros(len(pictures))
    usual = np.zeros(len(pictures))
    for kind in np.unique(kinds):
        alike = kinds == kind
        common = np.median(dark[alike], axis=0)
        # The darkest of what they have in common is their outline.
        outline = common >= np.percentile(common, BUBBLES.outline_share)
        own[alike], usual[alike] = dark[alike][:, outline].mean(1), common[outline].mean()
    printed = float(usual.max())
    if printed < BUBBLES.outlined:
        return np.zeros(len(pictures), np.bool_)
    return np.asarray(own < BUBBLES.no_outline * np.maximum(usual, BUBBLES.outlined), np.bool_)


def _as_printed(image: Gray, matrix: Points, boxes: Points, kinds: NDArray[np.intp]) -> Points:
    """`boxes`, shape (n, 4), as large as they are printed, where those of a kind are plainly larger or smaller than the
    template says."""
    printed = boxes.copy()
    for kind in np.unique(kinds):
        own = np.flatnonzero(kinds == kind)
        if len(own) < BUBBLES.fewest_alike:
            continue
        looked = own[:: -(-len(own) // BUBBLES.looked_at)]
        around = boxes[looked] * (1, 1, BUBBLES.far_around, BUBBLES.far_around)
        around[:, :2] -= (around[:, 2:] - boxes[looked, 2:]) / 2
        inside = printed_inside(_pictures(image, matrix, around))
        if inside is None:
            continue
        middle, size = inside
        if np.maximum(size, 1 / size).max() > BUBBLES.other_size:
            sides = boxes[own, 2:] * size
            printed[own] = np.hstack([boxes[own, :2] + boxes[own, 2:] * (0.5 + middle) - sides / 2, sides])
    return printed


def _pictures(image: Gray, matrix: Points, boxes: Points) -> Floats:
    """What is in and around each of `boxes`, shape (n, 4), in template units, as shares of the paper's brightness."""
    wide = BUBBLES.side + 2 * BUBBLES.reach
    # Template units at the middle of each pixel of a picture, from the middle of the bubble.
    steps = ((np.arange(wide) + 0.5) - wide / 2) / BUBBLES.inner
    centres = boxes[:, :2] + boxes[:, 2:] / 2
    x = centres[:, 0, None] + steps * boxes[:, 2, None]
    y = centres[:, 1, None] + steps * boxes[:, 3, None]
    grid = np.stack(np.broadcast_arrays(x[:, None, :], y[:, :, None]), -1)
    places = transform(matrix, grid.reshape(-1, 2)).reshape(len(boxes), wide, wide, 2)
    scale = np.linalg.norm(places[:, wide // 2, -1] - places[:, wide // 2, 0], axis=1) / (wide - 1)
    return _on_white(_sampled(image, places, scale), centres)


def _kinds(sizes: Points, labels: Sequence[tuple[str, ...]]) -> NDArray[np.intp]:
    """Which bubbles are of one size and in answers with the same `labels`, as a number for each: they are printed
    alike."""
    firsts: list[tuple[NDArray[np.float64], tuple[str, ...]]] = []
    kinds = np.zeros(len(sizes), np.intp)
    for place, (size, words) in enumerate(zip(sizes, labels, strict=True)):
        for kind, (first, own) in enumerate(firsts):
            if own == words and np.maximum(size / first, first / size).max() <= BUBBLES.same_size:
                kinds[place] = kind
                break
        else:
            kinds[place] = len(firsts)
            firsts.append((size, words))
    return kinds


def _by_shape(kinds: NDArray[np.intp], pictures: Floats, centres: Points) -> NDArray[np.intp]:
    """`kinds`, those with round outlines apart from those with corners: fields with the same labels may have either.

    What is written hides a corner here and there, so bubbles nearby tell as well.
    """
    middle, half = pictures.shape[1] / 2, BUBBLES.inner / 2
    dark = 1 - np.minimum(pictures, 1)

    def darkest(far: float) -> NDArray[np.float64]:
        """How dark it is so far out on the diagonals, the second faintest of four, shape (n,)."""
        near = BUBBLES.corner
        found = []
        for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
            left, top = round(middle + x * far - near), round(middle + y * far - near)
            found.append(dark[:, top : top + 2 * near + 1, left : left + 2 * near + 1].max((1, 2)))
        return np.asarray(np.sort(np.stack(found), axis=0)[1], np.float64)

    squarer = darkest(half) - darkest(half / np.sqrt(2))
    apart = kinds.copy()
    for kind in np.unique(kinds):
        own = np.flatnonzero(kinds == kind)
        here = squarer[own]
        usual = np.median(here[_near(centres[own])], axis=1)
        square, round_ = usual > BUBBLES.squarer, usual < -BUBBLES.squarer
        if min(square.sum(), round_.sum()) >= BUBBLES.fewest_alike:
            apart[own[square]] = apart.max() + 1
    return apart


def _sampled(image: Gray, places: Points, scale: NDArray[np.float64]) -> Floats:
    """The brightness of `image` at `places`, shape (n, h, w, 2), for each of n the mean over so many pixels around as
    `scale`, shape (n,), says; white beside the page."""
    height, width = image.shape
    seen = np.full(places.shape[:3], 255, np.float32)
    # A plane is seen within the corners of its picture.
    ends = places[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    low, high = ends.min(1), ends.max(1)
    there = (low < (width - 1, height - 1)).all(1) & (high > 0).all(1)
    sizes = np.maximum(1, np.rint(scale)).astype(int)
    for size in np.unique(sizes[there]):
        own = np.flatnonzero(there & (sizes == size))
        left, top = np.maximum(np.floor(low[own].min(0)).astype(int) - size - 1, 0)
        right, bottom = np.ceil(high[own].max(0)).astype(int) + size + 2
        part = image[top:bottom, left:right]
        if size > 1:
            part = as_gray(cv2.blur(part, (int(size), int(size))))
        at = (places[own] - (left, top)).astype(np.float32).reshape(len(own), -1, 2)
        flat = cv2.remap(part, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        seen[own] = flat.reshape(len(own), *places.shape[1:3])
    return seen


def _on_white(pictures: Floats, centres: Points) -> Floats:
    """`pictures` as shares of the brightness of the paper around each."""
    paper = np.percentile(pictures[:, far_out(pictures.shape[1]) < BUBBLES.paper_around], BUBBLES.paper, axis=1)
    usual = np.median(paper[_near(centres)], axis=1)
    paper = np.maximum(np.maximum(paper, BUBBLES.darker_paper * usual), 1.0)
    return np.asarray(np.minimum(pictures / paper[:, None, None], 1.25), np.float32)


def _near(centres: Points) -> NDArray[np.intp]:
    """The bubbles nearest to each, itself among them, shape (n, at most BUBBLES.near)."""
    count = min(BUBBLES.near, len(centres))
    apart = np.abs(centres[:, None] - centres[None]).sum(2)
    return np.asarray(np.argpartition(apart, count - 1, axis=1)[:, :count], np.intp)


def _shifts(pictures: Floats, kinds: NDArray[np.intp], centres: Points) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """How far each bubble lies off the middle of its picture, shape (n, 2), and which lie elsewhere than those near it.

    Its outline is that which all bubbles of its size have in common. What is filled or ticked shows it badly, so those
    around it say where it is.
    """
    reach = BUBBLES.reach
    found = np.zeros((len(pictures), 2))
    sure = np.zeros(len(pictures))
    for kind in range(int(kinds.max()) + 1):
        own = np.flatnonzero(kinds == kind)
        shifts = np.zeros((len(own), 2))
        for _ in range(2):
            moved = np.stack([_moved(pictures[i], shift) for i, shift in zip(own, shifts, strict=True)])
            common = np.median(moved, axis=0).astype(np.float32)
            if len(own) < BUBBLES.fewest_alike:
                common = np.minimum(common, _square())
            for place, i in enumerate(own):
                likeness = cv2.matchTemplate(pictures[i], common, cv2.TM_CCOEFF_NORMED)
                _, best, _, (x, y) = cv2.minMaxLoc(likeness)
                shifts[place], sure[i] = (x - reach, y - reach), best
            off = np.median(shifts[sure[own] > BUBBLES.telling], axis=0) if (sure[own] > BUBBLES.telling).any() else 0
            if np.abs(off).max() < 1:
                break
        found[own] = shifts
    telling = sure > BUBBLES.telling
    agreed = np.zeros((len(pictures), 2), np.intp)
    near = _near(centres)
    told = np.where(telling[near][..., None], found[near], np.nan)
    seen = telling[near].any(1)
    agreed[seen] = np.round(np.nanmedian(told[seen], axis=1))
    astray = telling & (np.abs(found - agreed).max(1) > BUBBLES.astray)
    return agreed, np.asarray(astray, np.bool_)


def _moved(picture: Floats, shift: Points) -> Floats:
    x, y = (round(float(v)) for v in shift)
    reach, side = BUBBLES.reach, BUBBLES.side
    return picture[reach + y : reach + y + side, reach + x : reach + x + side]


def _square() -> Floats:
    """The outline of a box to tick, as dark as print."""
    picture = np.ones((BUBBLES.side, BUBBLES.side), np.float32)
    edge = (BUBBLES.side - BUBBLES.inner) // 2
    cv2.rectangle(picture, (edge - 1, edge - 1), (BUBBLES.side - edge, BUBBLES.side - edge), 0.4, 1)
    return picture
