"""Small pieces of the blank form, looked for where a mapping puts them: they sharpen it and tell how well it fits."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.geometry import peak_beside, transform_all
from extractor.ink import as_gray
from extractor.values import Gray, Points

HALF, REACH = 14, 9
"""Pixels of the reference: half a piece's side, and how far it may lie from where it should."""

GRID = 7
BESIDE = 5
"""Pixels around boxes in which nothing is taken for print beside them."""

BORDERS = 32
"""Boxes of which a piece of the border is looked for."""

FEWEST = 6
ALIKE = 0.6
"""The least correlation of a piece with the page; handwriting over printed lines takes a part of it away."""

PALE, PEN = 170, 1.3
"""Print that differs from paper by fewer grey levels than the first is pale; pen is darker than so many times that."""

AGREE, CLOSE = 2.5, 2
"""Pixels of the reference by which a piece may lie off where a mapping puts it, and by which it is looked for again."""


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
class Pieces:
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
    other boxes. Pieces that are to lie `apart` from the boxes, whose lines pages do not show, all tell.
    """
    strength = _corners(image)
    whole = boxes.round().astype(int)
    if apart:
        for left, top, right, bottom in whole:
            strength[max(0, top - HALF) : max(0, bottom + HALF), max(0, left - HALF) : max(0, right + HALF)] = 0
        return _pick(image, strength, (GRID, GRID))
    for left, top, right, bottom in whole:
        strength[max(0, top + 3) : max(0, bottom - 3), max(0, left + 3) : max(0, right - 3)] = 0
    # A table is like itself a row aside: what is to tell that lies beside its lines.
    beside = strength.copy()
    for left, top, right, bottom in whole:
        beside[max(0, top - BESIDE) : max(0, bottom + BESIDE), max(0, left - BESIDE) : max(0, right + BESIDE)] = 0
    spread = _pick(image, beside, (GRID, GRID))
    height, width = image.shape
    edge, band = HALF + 2, HALF // 3
    points = []
    # Of many boxes one piece each, of few one at every corner.
    corners = max(1, min(4, BORDERS // max(1, len(whole))))
    for left, top, right, bottom in whole[np.linspace(0, len(whole) - 1, min(len(whole), BORDERS)).round().astype(int)]:
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
    if len(points) < FEWEST:
        return _pick(image, strength, (GRID, GRID))
    borders = _cut(image, points)
    return Patches(
        spread.size,
        np.concatenate([spread.points, borders.points]),
        np.concatenate([spread.pieces, borders.pieces]),
        np.r_[np.zeros(len(spread.points), bool), np.ones(len(points), bool)],
    )


def spread_patches(image: Gray, parts: tuple[int, int]) -> Patches:
    """At most one piece in each of so many `parts` down and across `image`, wherever it has a corner."""
    return _pick(image, _corners(image), parts)


def _corners(image: Gray) -> NDArray[np.float32]:
    strength = cv2.cornerMinEigenVal(cv2.GaussianBlur(image, (0, 0), 1.5), 9)
    return np.maximum(strength, 0).astype(np.float32)


def _pick(image: Gray, strength: NDArray[np.float32], parts: tuple[int, int]) -> Patches:
    height, width = image.shape
    edge = HALF + 2
    points = []
    for rows in np.array_split(np.arange(edge, max(edge, height - edge)), parts[0]):
        for columns in np.array_split(np.arange(edge, max(edge, width - edge)), parts[1]):
            if len(rows) == 0 or len(columns) == 0:
                continue
            part = strength[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            y, x = np.unravel_index(int(part.argmax()), part.shape)
            points.append((part[y, x], columns[0] + x, rows[0] + y))
    floor = 0.02 * max((value for value, _, _ in points), default=0.0)
    return _cut(image, [(int(x), int(y)) for value, x, y in points if value > floor])


def _cut(image: Gray, points: list[tuple[int, int]]) -> Patches:
    pieces = [image[y - HALF : y + HALF + 1, x - HALF : x + HALF + 1] for x, y in points]
    stack = np.stack(pieces) if pieces else np.zeros((0, 2 * HALF + 1, 2 * HALF + 1), np.uint8)
    size = (image.shape[1], image.shape[0])
    return Patches(size, np.array(points, np.float64).reshape(-1, 2), stack, np.ones(len(points), bool))


def find_pieces(drawn: Gray, patches: Patches, reach: int) -> Pieces:
    """The pieces that `drawn`, a page in pixels of the reference, shows within `reach` of where they should be."""
    rows, seen = [], []
    for row, ((x, y), piece) in enumerate(zip(patches.points.astype(int), patches.pieces, strict=True)):
        room = HALF + reach
        top, left = max(0, y - room), max(0, x - room)
        area = _without_pen(drawn[top : y + room + 1, left : x + room + 1], piece)
        scores = cv2.matchTemplate(area, piece, cv2.TM_CCOEFF_NORMED)
        _, best, _, (at_x, at_y) = cv2.minMaxLoc(scores)
        if best >= ALIKE:
            fine = peak_beside(scores[at_y], at_x), peak_beside(scores[:, at_x], at_y)
            rows.append(row)
            seen.append((left + at_x + HALF + fine[0], top + at_y + HALF + fine[1]))
    which = np.array(rows, np.intp)
    return Pieces(which, patches.points[which], np.array(seen, np.float64).reshape(-1, 2))


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
        if others.sum() < FEWEST:
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
    if inside.sum() < max(FEWEST, 0.4 * len(inside)) or telling.sum() < FEWEST:
        return nothing
    drawn = as_gray(
        cv2.warpPerspective(
            image, matrix, patches.size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )
    )
    found = find_pieces(drawn, patches.only(inside), REACH)
    if len(found.ideal) < FEWEST:
        return nothing
    step, agree = cv2.findHomography(found.ideal, found.seen, cv2.RANSAC, AGREE)
    if step is None or not np.isfinite(step).all():
        return nothing
    agreeing = np.zeros(len(inside), bool)
    agreeing[np.flatnonzero(inside)[found.rows[np.asarray(agree).ravel() > 0]]] = True
    return Aligned(matrix @ np.asarray(step, np.float64), agreeing, inside, patches.telling)


def look_again(image: Gray, aligned: Aligned, patches: Patches) -> Aligned:
    """`aligned` with those pieces too that did not agree but are found where it puts them: half a pixel aside, a thin
    line is hardly like itself."""
    side = 2 * (HALF + CLOSE) + 1
    agreeing = aligned.agreeing.copy()
    for row in np.flatnonzero(aligned.inside & ~agreeing):
        left, top = patches.points[row] - HALF - CLOSE
        area = cv2.warpPerspective(
            image,
            aligned.matrix @ np.array(((1, 0, left), (0, 1, top), (0, 0, 1))),
            (side, side),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        piece = patches.pieces[row]
        area = _without_pen(as_gray(area), piece)
        agreeing[row] = float(cv2.matchTemplate(area, piece, cv2.TM_CCOEFF_NORMED).max()) >= ALIKE
    return replace(aligned, agreeing=agreeing)


def _without_pen(area: Gray, piece: Gray) -> Gray:
    """`area` of a page with paper in place of what is much darker than any print of a pale `piece`: handwriting beside
    grey or coloured lines is all that a comparison of the two would otherwise see."""
    contrast = int(piece.max()) - int(piece.min())
    if contrast > PALE:
        return area
    paper = float(np.partition(area.ravel(), 3 * area.size // 4)[3 * area.size // 4])
    pen = cv2.threshold(area, paper * (1 - PEN * contrast / 255), 1, cv2.THRESH_BINARY_INV)[1]
    if not pen.any():
        return area
    cleaned = area.copy()
    cleaned[cv2.dilate(pen, np.ones((3, 3), np.uint8)) > 0] = round(paper)
    return cleaned
