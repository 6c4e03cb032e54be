"""Small pieces of the blank form, looked for where a mapping puts them: they sharpen it and tell how well it fits."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.geometry import peak_beside, transform_all
from extractor.ink import as_gray
from extractor.registration.registration_parameters import REGISTRATION
from extractor.values import Gray, Points

HALF_SIDE = 14
"""Pixels of the reference: half a piece's side, its middle left out."""


@dataclass(frozen=True)
class Patches:
    """`size` is width and height of the reference, `points`, shape (n, 2), the middles of `pieces`, (n, 29, 29).

    `telling`, shape (n,), are those that tell how well a page fits; the others only place it.
    """

    size: tuple[int, int]
    points: Points
    pieces: Gray
    telling: NDArray[np.bool_]

    def only(self, wanted: NDArray[np.bool_]) -> Patches:
        """Those `wanted`, shape (n,)."""
        return Patches(self.size, self.points[wanted], self.pieces[wanted], self.telling[wanted])


@dataclass(frozen=True)
class FoundPatches:
    """Where pieces are, `ideal`, and where they were found, `seen`; both shape (n, 2), in pixels of the reference.

    `rows`, shape (n,), says which pieces were found.
    """

    rows: NDArray[np.intp]
    ideal: Points
    seen: Points


def choose_patches(image: Gray, boxes: Points, *, apart: bool = False) -> Patches:
    """Pieces with corners in them, spread over the reference `image` and on the borders of `boxes`, shape (n, 4).

    A box is left, top, right, bottom; its inside, where people write, is left out. The pieces on borders tell how well
    a page fits: another issue of the form may have other words and the same boxes, another form the same head and
    other boxes. Pieces that are to lie `apart` from the boxes, whose rulings pages do not show, all tell.
    """
    strength = _corners(image)
    whole = boxes.round().astype(int)
    if apart:
        for left, top, right, bottom in whole:
            strength[_around(top, bottom, HALF_SIDE), _around(left, right, HALF_SIDE)] = 0
        return _pick(image, strength, (REGISTRATION.patch_grid, REGISTRATION.patch_grid))
    for left, top, right, bottom in whole:
        strength[_around(top, bottom, -3), _around(left, right, -3)] = 0
    # A table is like itself a row aside: what is to tell that lies beside its rulings.
    beside = strength.copy()
    for left, top, right, bottom in whole:
        beside[_around(top, bottom, REGISTRATION.patch_beside), _around(left, right, REGISTRATION.patch_beside)] = 0
    spread = _pick(image, beside, (REGISTRATION.patch_grid, REGISTRATION.patch_grid))
    height, width = image.shape
    edge, band = HALF_SIDE + 2, HALF_SIDE // 3
    points = []
    # Of many boxes one piece each, of few one at every corner.
    corners = max(1, min(4, REGISTRATION.patch_borders // max(1, len(whole))))
    chosen = np.linspace(0, len(whole) - 1, min(len(whole), REGISTRATION.patch_borders)).round().astype(int)
    for left, top, right, bottom in whole[chosen]:
        x0, x1, y0, y1 = left - band, right + band, top - band, bottom + band
        middle_x, middle_y = (left + right) // 2, (top + bottom) // 2
        areas = [(x0, middle_x, y0, middle_y), (middle_x, x1, middle_y, y1), (middle_x, x1, y0, middle_y)]
        areas.append((x0, middle_x, middle_y, y1))
        for low_x, high_x, low_y, high_y in areas[:corners] if corners > 1 else [(x0, x1, y0, y1)]:
            rows = slice(max(edge, low_y), min(height - edge, high_y))
            columns = slice(max(edge, low_x), min(width - edge, high_x))
            part = strength[rows, columns]
            if part.size:
                y, x = np.unravel_index(int(part.argmax()), part.shape)
                points.append((columns.start + int(x), rows.start + int(y)))
    if len(points) < REGISTRATION.patch_fewest:
        return _pick(image, strength, (REGISTRATION.patch_grid, REGISTRATION.patch_grid))
    borders = _cut(image, points)
    return Patches(
        spread.size,
        np.concatenate([spread.points, borders.points]),
        np.concatenate([spread.pieces, borders.pieces]),
        np.r_[np.zeros(len(spread.points), bool), np.ones(len(points), bool)],
    )


def _around(first: int, last: int, margin: int) -> slice:
    """The rows or columns from `first` to `last` and `margin` more on either side."""
    return slice(max(0, first - margin), max(0, last + margin))


def spread_patches(image: Gray, parts: tuple[int, int]) -> Patches:
    """At most one piece in each of so many `parts` down and across `image`, wherever it has a corner."""
    return _pick(image, _corners(image), parts)


def _corners(image: Gray) -> NDArray[np.float32]:
    strength = cv2.cornerMinEigenVal(cv2.GaussianBlur(image, (0, 0), 1.5), 9)
    return np.maximum(strength, 0).astype(np.float32)


def _pick(image: Gray, strength: NDArray[np.float32], parts: tuple[int, int]) -> Patches:
    height, width = image.shape
    edge = HALF_SIDE + 2
    points = []
    for rows in np.array_split(np.arange(edge, max(edge, height - edge)), parts[0]):
        for columns in np.array_split(np.arange(edge, max(edge, width - edge)), parts[1]):
            if len(rows) == 0 or len(columns) == 0:
                continue
            part = strength[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            y, x = np.unravel_index(int(part.argmax()), part.shape)
            points.append((part[y, x], columns[0] + x, rows[0] + y))
    floor = REGISTRATION.patch_faintest * max((value for value, _, _ in points), default=0.0)
    return _cut(image, [(int(x), int(y)) for value, x, y in points if value > floor])


def _cut(image: Gray, points: list[tuple[int, int]]) -> Patches:
    pieces = [image[y - HALF_SIDE : y + HALF_SIDE + 1, x - HALF_SIDE : x + HALF_SIDE + 1] for x, y in points]
    stack = np.stack(pieces) if pieces else np.zeros((0, 2 * HALF_SIDE + 1, 2 * HALF_SIDE + 1), np.uint8)
    size = (image.shape[1], image.shape[0])
    return Patches(size, np.array(points, np.float64).reshape(-1, 2), stack, np.ones(len(points), bool))


def find_patches(drawn: Gray, patches: Patches, reach: int) -> FoundPatches:
    """The pieces that `drawn`, a page in pixels of the reference, shows within `reach` of where they should be."""
    rows, seen = [], []
    for row, ((x, y), piece) in enumerate(zip(patches.points.astype(int), patches.pieces, strict=True)):
        room = HALF_SIDE + reach
        top, left = max(0, y - room), max(0, x - room)
        area = _without_pen(drawn[top : y + room + 1, left : x + room + 1], piece)
        scores = cv2.matchTemplate(area, piece, cv2.TM_CCOEFF_NORMED)
        _, best, _, (at_x, at_y) = cv2.minMaxLoc(scores)
        if best >= REGISTRATION.patch_alike:
            fine = peak_beside(scores[at_y], at_x), peak_beside(scores[:, at_x], at_y)
            rows.append(row)
            seen.append((left + at_x + HALF_SIDE + fine[0], top + at_y + HALF_SIDE + fine[1]))
    which = np.array(rows, np.intp)
    return FoundPatches(which, patches.points[which], np.array(seen, np.float64).reshape(-1, 2))


@dataclass(frozen=True)
class Aligned:
    """`matrix` takes pixels of the reference to those of the page; `agreeing`, shape (n,), are the pieces that were
    found where it says, `inside`, shape (n,), those that lie in the picture.

    `share` is how many of the telling ones inside agree, `others` how many of the others, None where there are few.
    """

    matrix: Points
    agreeing: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    telling: NDArray[np.bool_]

    @property
    def share(self) -> float:
        telling = self.telling & self.inside
        return float((self.agreeing & telling).sum() / max(1, telling.sum()))

    @property
    def others(self) -> float | None:
        others = ~self.telling
        if others.sum() < REGISTRATION.patch_fewest:
            return None
        # Those outside the picture are no excuse where they are most of them.
        seen = max(int((others & self.inside).sum()), int(others.sum()) // 2)
        return float((self.agreeing & others).sum() / seen)


def align_patches(image: Gray, matrix: Points, patches: Patches) -> Aligned:
    """`matrix` (pixels of the reference to pixels of `image`) fitted to where the pieces are found, and their share.

    Pieces that lie outside the picture are left out: a cropped page is not held against the form.
    """
    limit = np.array((image.shape[1] - 1, image.shape[0] - 1))
    on_page = transform_all(matrix[None], patches.points)[0]
    inside = np.asarray(((on_page >= 0) & (on_page <= limit)).all(1), np.bool_)
    nothing = Aligned(matrix, np.zeros(len(inside), bool), inside, patches.telling)
    telling = patches.telling & inside
    fewest = REGISTRATION.patch_fewest
    if inside.sum() < max(fewest, REGISTRATION.patch_in_picture * len(inside)) or telling.sum() < fewest:
        return nothing
    drawn = as_gray(
        cv2.warpPerspective(
            image, matrix, patches.size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )
    )
    found = find_patches(drawn, patches.only(inside), REGISTRATION.patch_reach)
    if len(found.ideal) < fewest:
        return nothing
    step, agree = cv2.findHomography(found.ideal, found.seen, cv2.RANSAC, REGISTRATION.patch_agree)
    if step is None or not np.isfinite(step).all():
        return nothing
    agreeing = np.zeros(len(inside), bool)
    agreeing[np.flatnonzero(inside)[found.rows[np.asarray(agree).ravel() > 0]]] = True
    return Aligned(matrix @ np.asarray(step, np.float64), agreeing, inside, patches.telling)


def look_again(image: Gray, aligned: Aligned, patches: Patches) -> Aligned:
    """`aligned` with those pieces too that did not agree but are found where it puts them: half a pixel aside, a thin
    ruling is hardly like itself."""
    room = HALF_SIDE + REGISTRATION.patch_again
    side = 2 * room + 1
    agreeing = aligned.agreeing.copy()
    for row in np.flatnonzero(aligned.inside & ~agreeing):
        left, top = patches.points[row] - room
        area = cv2.warpPerspective(
            image,
            aligned.matrix @ np.array(((1, 0, left), (0, 1, top), (0, 0, 1))),
            (side, side),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        piece = patches.pieces[row]
        area = _without_pen(as_gray(area), piece)
        agreeing[row] = float(cv2.matchTemplate(area, piece, cv2.TM_CCOEFF_NORMED).max()) >= REGISTRATION.patch_alike
    return replace(aligned, agreeing=agreeing)


def _without_pen(area: Gray, piece: Gray) -> Gray:
    """`area` of a page with paper in place of what is much darker than any print of a pale `piece`: handwriting beside
    grey or coloured rulings is all that a comparison of the two would otherwise see."""
    contrast = int(piece.max()) - int(piece.min())
    if contrast > REGISTRATION.patch_pale:
        return area
    paper = float(np.partition(area.ravel(), 3 * area.size // 4)[3 * area.size // 4])
    pen = cv2.threshold(area, paper * (1 - REGISTRATION.patch_pen * contrast / 255), 1, cv2.THRESH_BINARY_INV)[1]
    if not pen.any():
        return area
    cleaned = area.copy()
    cleaned[cv2.dilate(pen, np.ones((3, 3), np.uint8)) > 0] = round(paper)
    return cleaned
