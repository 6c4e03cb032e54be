"""Barcodes in a picture, by zxing-cpp, with how sure it is that they are read right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
import zxingcpp

from extractor.barcodes.code_grid import corners_in, drawn_anew
from extractor.geometry import transform
from extractor.ink import as_gray
from extractor.values import Gray, Points

KINDS = zxingcpp.barcode_formats_from_str("QRCode,DataMatrix,PDF417,Code128,Code39,EAN13,EAN8,ITF")
"""What is looked for."""

SQUARES = zxingcpp.barcode_formats_from_str("QRCode,DataMatrix")
"""Kinds whose modules can be drawn anew."""

BARS = (zxingcpp.Code128, zxingcpp.Code39, zxingcpp.EAN13, zxingcpp.EAN8, zxingcpp.ITF)
"""Kinds without error correction, some without a check digit: bars that are lost give another text, which one check in
a hundred lets pass, so they must be read alike again and again."""

AGAIN = (1.3, 0.75)
"""How many times as large a code of bars is looked at again."""

SURE, UNCONFIRMED = 0.999, 0.9
"""The confidence in a code whose error correction holds, or that was read alike more than once, and in others."""

PAGE_SIDE = 1800
"""Pixels of the long side of a page on which codes are looked for first."""

FINE, COARSE, MOST_SIDE = 900, 1.6, 2600
"""A part of a page below the first, in pixels, is also looked at larger, and any also so many times smaller; none is
larger than the last."""


BEYOND, DIRT = 0.12, 0.05
"""How far beyond its ends, as a share of its length, a code has no bars; and how much there may be dirt."""

HALVES, BANDS = 2, (6, 10)
"""More parts of a code than the first must read alike; and into how many bands it is cut where its halves do not."""

SOFT_BARS = 1.5
"""Pixels over which bars are blurred that are made sharper."""

NO_CHARACTER = "\N{REPLACEMENT CHARACTER}"
"""Stands in a text for what cannot be shown: a code may hold any bytes, which no table or database need take."""

LEAST_SIDE = 8
"""Pixels: a smaller picture has no code."""


@dataclass(frozen=True)
class SeenCode:
    """A barcode: its `text` as written, its `kind`, its corners, shape (4, 2), in pixels of the picture, clockwise from
    where its own top left is, and how sure it is."""

    text: str
    kind: str
    corners: Points
    confidence: float

    def moved(self, matrix: Points) -> SeenCode:
        """The same in a picture to which `matrix`, shape (3, 3), takes the pixels of this one."""
        return replace(self, corners=transform(matrix, self.corners))

    @property
    def middle(self) -> Points:
        """Shape (2,)."""
        return np.asarray(self.corners.mean(0), np.float64)


def read_codes(image: Gray) -> list[SeenCode]:
    """The codes in `image`, shape (height, width), each once; the first look that shows any decides, as most pages have
    clear ones."""
    for look, scale in _looks(image):
        seen = _decoded(look, scale)
        if seen:
            return [_confirmed(one, image) for one in seen]
    return []


def read_bars(image: Gray) -> list[SeenCode]:
    """The code of bars in `image`, shape (height, width), which stands upright in it, or on its side: what most of its
    rows show, since dirt lies in others on each. It is sure where halves of it, or some of its bands, read alike, and
    none reads anything else."""
    for turned in (image, as_gray(cv2.transpose(image))):
        height = len(turned)
        middle = turned[round(0.25 * height) : round(0.75 * height)]
        halves = [middle, middle[::2], middle[: len(middle) // 2], middle[len(middle) // 2 :]]
        ways = [_whole_codes(halves)]
        if len(ways[0]) <= HALVES:
            for count in BANDS:
                edges = np.linspace(0, len(middle), count + 1).round().astype(int)
                ways.append(_whole_codes([middle[low:high] for low, high in pairwise(edges)]))
        seen = [one for own in ways for one in own]
        texts = [one.text for one in seen]
        if seen:
            best = max(seen, key=lambda one: texts.count(one.text))
            # Of one way to cut it, since the same rows are in another's parts as well.
            alike = max(map(len, ways)) > HALVES and len(set(texts)) == 1
            box = np.array(((0, 0), (image.shape[1], 0), (image.shape[1], image.shape[0]), (0, image.shape[0])), float)
            return [SeenCode(best.text, best.kind, box, SURE if alike else UNCONFIRMED)]
    return []


def _whole_codes(parts: Sequence[Gray]) -> list[SeenCode]:
    """The code that most rows of each of `parts` show, where it is whole."""
    found = []
    for part in parts:
        if len(part) >= HALVES:
            row = _one_row(part)
            found += [one for one in _decoded(row, 1.0) if _is_whole(one, row)]
    return found


def read_squares(image: Gray) -> list[SeenCode]:
    """The square code in `image`, shape (height, width), whose finder patterns are damaged: its error correction says
    whether it is read right."""
    for drawn in drawn_anew(image):
        for one in _decoded(drawn.picture, 1.0, clean=True):
            return [replace(one, corners=corners_in(drawn, one.corners))]
    return []


def confirmed_by_bars(code: SeenCode, bars: list[SeenCode], image: Gray) -> SeenCode:
    """`code`, surer if what most rows of `image` show says the same of the whole of it."""
    alike = any(one.text == code.text and one.kind == code.kind for one in bars)
    return replace(code, confidence=SURE) if alike and _is_whole(code, image) else code


def _one_row(rows: Gray) -> Gray:
    """What most of `rows` show at each place, sharper, as a picture of bars, four times as wide."""
    row = np.median(rows, axis=0).astype(np.float32)[None]
    row = np.asarray(2 * row - cv2.GaussianBlur(row, (0, 0), SOFT_BARS), np.float32)
    row = np.clip(row, 0, 255).astype(np.uint8)
    wide = cv2.resize(row, (4 * row.shape[1], 1), interpolation=cv2.INTER_CUBIC)
    return as_gray(np.repeat(np.pad(wide, ((0, 0), (40, 40)), constant_values=255), 60, axis=0))


def page_codes(image: Gray) -> list[SeenCode]:
    """The codes of a whole page: looked for on a smaller copy, then on the page itself."""
    shrink = max(image.shape) / PAGE_SIDE
    if shrink > 1:
        size = (round(image.shape[1] / shrink), round(image.shape[0] / shrink))
        small = as_gray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
        if seen := _decoded(small, 1 / shrink):
            return [_confirmed(one, image) for one in seen]
    return [_confirmed(one, image) for one in _decoded(image, 1.0)]


def _looks(image: Gray) -> Iterator[tuple[Gray, float]]:
    """The picture as it is, and changed in ways that help where it is small, soft or dirty, with their scale."""
    yield image, 1.0
    long_side = max(image.shape)
    if long_side < FINE / 2:
        largest = cv2.resize(image, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
        for size in (5, 9):
            yield as_gray(cv2.medianBlur(largest, size)), 4.0
    if long_side < FINE:
        larger = cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        yield as_gray(larger), 2.0
        soft = cv2.GaussianBlur(larger, (0, 0), 2.0)
        yield as_gray(cv2.addWeighted(larger, 2.5, soft, -1.5, 0)), 2.0
    yield as_gray(cv2.medianBlur(image, 3)), 1.0
    smaller = cv2.resize(image, None, fx=1 / COARSE, fy=1 / COARSE, interpolation=cv2.INTER_AREA)
    yield as_gray(smaller), 1 / COARSE
    # Bars go on where dirt interrupts them: along either direction what is dark stays so.
    for kernel in (np.ones((9, 1), np.uint8), np.ones((1, 9), np.uint8)):
        yield as_gray(cv2.morphologyEx(image, cv2.MORPH_CLOSE, kernel)), 1.0


def _decoded(image: Gray, scale: float, *, clean: bool = False) -> list[SeenCode]:
    """What the library reads in `image`, which is so many times as large as the picture that corners are wanted of; a
    `clean` one holds one square code that lies straight, and nothing else."""
    if min(image.shape) < LEAST_SIDE or max(image.shape) > max(MOST_SIDE, PAGE_SIDE * 4):
        return []
    found = zxingcpp.read_barcodes(
        np.ascontiguousarray(image),
        formats=SQUARES if clean else KINDS,
        text_mode=zxingcpp.TextMode.Plain,
        is_pure=clean,
        try_rotate=not clean,
        try_invert=not clean,
        try_downscale=not clean,
    )
    codes = []
    for one in found:
        if not one.valid or not one.text:
            continue
        place = one.position
        points = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        corners = np.array([(point.x, point.y) for point in points], np.float64) / scale
        sure = UNCONFIRMED if one.format in BARS else SURE
        text = "".join(letter if letter.isprintable() else NO_CHARACTER for letter in one.text)
        codes.append(SeenCode(text, str(one.format), corners, sure))
    return codes


def _is_whole(code: SeenCode, image: Gray) -> bool:
    """Whether no bars go on beyond either end of `code`: a part of one is a code of its own where none is checked."""
    middles = (code.corners[[0, 1]] + code.corners[[3, 2]]) / 2
    way = middles[1] - middles[0]
    steps = np.concatenate((np.linspace(-BEYOND, -BEYOND / 4, 40), 1 + np.linspace(BEYOND / 4, BEYOND, 40)))
    points = np.rint(middles[0] + steps[:, None] * way).astype(int)
    inside = ((points >= 0) & (points < (image.shape[1], image.shape[0]))).all(1)
    seen = image[points[inside, 1], points[inside, 0]]
    between = np.rint(middles[0] + np.linspace(0, 1, 200)[:, None] * way).astype(int)
    between = between.clip(0, (image.shape[1] - 1, image.shape[0] - 1))
    dark, light = np.percentile(image[between[:, 1], between[:, 0]], (10, 90))
    return not len(seen) or float((seen < (dark + light) / 2).mean()) < DIRT


def _confirmed(code: SeenCode, image: Gray) -> SeenCode:
    """`code`, surer if it has bars alone and reads alike in pictures of other sizes."""
    if code.confidence >= SURE or not _is_whole(code, image):
        return code
    low = np.maximum(np.floor(code.corners.min(0) - 40), 0).astype(int)
    high = np.ceil(code.corners.max(0) + 40).astype(int)
    part = image[low[1] : high[1], low[0] : high[0]]
    if not part.size:
        return code
    alike = True
    for scale in AGAIN:
        other = as_gray(cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
        again = _decoded(other, scale)
        alike = alike and bool(again) and all(one.text == code.text and one.kind == code.kind for one in again)
    return SeenCode(code.text, code.kind, code.corners, SURE if alike else UNCONFIRMED)
