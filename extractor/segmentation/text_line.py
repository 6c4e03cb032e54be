"""A free string as one picture of fixed height, for the reader that looks at the whole field at once."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.fields import FieldImage
from extractor.geometry import between_centres
from extractor.ink import STROKE, as_gray, grey_counts, percentile
from extractor.pieces import Pieces, only
from extractor.segmentation.inside import inside_pieces
from extractor.segmentation.segmentation_parameters import SEGMENTATION
from extractor.segmentation.slant import slant
from extractor.values import Gray, Points

HEIGHT, TEXT = 32, 20
"""Rows of a text line, and how many of them its digits take: those of MNIST's digits in their crops."""

MOST_COLUMNS = 512
"""Columns of a text line at most; a longer one is squeezed."""

FULL_INK = 204
"""What the middle of a stroke is brought to, so that darker places have room above."""


@dataclass(frozen=True, eq=False)
class Writing:
    """What is written in a field, ready to be drawn as a text line.

    `picture`, shape (height, width), has the writing as `contrast` makes it. `xs` and `ys` are the first and the last
    pixel in each row of all that may be a digit; most of the large ones reach from `low` to `high` once they are level;
    `rise` is the slope of their baseline, `shear` the columns to the right for each row upwards that make them upright.
    `dashes` says whether a flat stroke stands before and after them, so far away that it may not be in the line.
    """

    picture: Gray
    xs: NDArray[np.intp]
    ys: NDArray[np.intp]
    rise: float
    shear: float
    low: float
    high: float
    dashes: tuple[bool, bool]

    def drawn(self, *, size: float = 1.0, lean: float = 0.0) -> Gray:
        """The writing as a text line, shape (HEIGHT, width): ink = bright, digits about TEXT rows high and upright on a
        level baseline.

        `size` times as large as usual, and sheared by `lean` once it is upright, it is another view of the same ink.
        """
        to_line, scale, width = self.to_line(size=size, lean=lean)
        return _drawn(self.picture, to_line, scale, width)

    def to_line(self, *, size: float = 1.0, lean: float = 0.0) -> tuple[Points, float, int]:
        """How the writing becomes a text line: the matrix, shape (3, 3), from its picture to the line, both measured
        from their edges; the rows of the line to one of the picture; and the line's width."""
        tall = max(4.0, (self.high - self.low) * SEGMENTATION.text_room)
        scale = size * TEXT / tall
        # First level, then upright, about the middle of the writing.
        level = np.array(((1, 0, 0), (-self.rise, 1, -(self.low + self.high) / 2), (0, 0, 1.0)))
        upright = np.array(((1, self.shear - lean, 0), (0, 1, 0), (0, 0, 1.0))) @ level
        across = upright[0, 0] * self.xs + upright[0, 1] * self.ys + upright[0, 2]
        margin = SEGMENTATION.text_margin * tall
        left, right = float(across.min()) - margin, float(across.max()) + margin
        wide = scale * min(1.0, MOST_COLUMNS / (scale * (right - left)))
        to_line = np.array(((wide, 0, -wide * left), (0, scale, HEIGHT / 2), (0, 0, 1.0))) @ upright
        return to_line, scale, min(MOST_COLUMNS, max(8, int(np.ceil(wide * (right - left)))))


def writing_of(field: FieldImage) -> Writing | None:
    """What is written in `field`; None where nothing is."""
    pieces, ink = field.pieces, field.ink
    if field.printed and len(pieces.areas):
        inside = inside_pieces(field, pieces)
        pieces, ink = pieces.kept(inside), only(ink, pieces, inside)
    if len(pieces.areas) == 0:
        return None
    large = _large(pieces, ink.shape)
    if not large.any():
        return None
    digits = pieces.shown(large)
    xs, ys = _inked(digits)
    rise = _rise(xs, ys)
    rows = ys - rise * xs
    small = _small(pieces, rise, *(float(end) for end in _between(rows, SEGMENTATION.text_small_outliers)))
    low, high = (float(end) for end in _between(rows, SEGMENTATION.text_outliers))
    more = (SEGMENTATION.text_whole - 1) / 2 * (high - low)
    if small.any():
        xs, ys = _inked(pieces.shown(large | small))
    shear = SEGMENTATION.text_upright * slant(digits)
    flat = _dashes(pieces, ~large & ~small, rise, low, high)
    left, right = pieces.boxes[flat, 0], pieces.boxes[flat, 0] + pieces.boxes[flat, 2]
    dashes = bool((right <= xs.min()).any()), bool((left >= xs.max()).any())
    return Writing(contrast(field, ink), *_row_ends(xs, ys), rise, shear, low - more, high + more, dashes)


def text_line_of(field: FieldImage, *, size: float = 1.0, lean: float = 0.0) -> Gray | None:
    """The string in `field` as `Writing.drawn` draws it; None where nothing is written."""
    writing = writing_of(field)
    return None if writing is None else writing.drawn(size=size, lean=lean)


def contrast(field: FieldImage, ink: Gray) -> Gray:
    """The field as 0 on paper and FULL_INK in the middle of strokes: grey where the paper's grey is known, so that
    nothing is lost that a threshold would lose; else its `ink`."""
    if field.grey is None:
        return as_gray(cv2.convertScaleAbs(ink, alpha=FULL_INK / 255))
    strokes = grey_counts(field.grey, cv2.threshold(ink, STROKE - 1, 255, cv2.THRESH_BINARY)[1])
    paper, full = percentile(grey_counts(field.grey) - strokes, 50), percentile(strokes, 50)
    greys = np.arange(256, dtype=np.float32)
    brighter = FULL_INK / max(SEGMENTATION.text_least_contrast, paper - full)
    table = np.clip((paper - greys) * brighter, 0, 255).astype(np.uint8)
    return as_gray(cv2.LUT(field.grey, table))


def _inked(picture: Gray) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The x and the y of all pixels of `picture` that are not 0 (at least one), several times faster than numpy."""
    xs, ys = cv2.findNonZero(picture).reshape(-1, 2).T.astype(np.intp, order="C")
    return xs, ys


def _row_ends(xs: NDArray[np.intp], ys: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Of pixels row by row those at either end of each row: whatever is level or leans, nothing lies beyond them."""
    lasts = np.flatnonzero(ys[1:] != ys[:-1])
    ends = np.concatenate(([0], lasts + 1, lasts, [len(ys) - 1]))
    return xs[ends], ys[ends]


def _large(pieces: Pieces, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which pieces are digits by their size: no specks, no delimiters, no rulings along the picture's edge."""
    wide, high = pieces.boxes[:, 2], pieces.boxes[:, 3]
    times, low = SEGMENTATION.text_dash
    flat = (wide > times * high) & (high < low * shape[0])
    tallest, second = (float(end) for end in np.sort(np.append(high[~flat], (0, 0)))[:-3:-1])
    if np.count_nonzero(~flat) >= SEGMENTATION.text_fewest and second > SEGMENTATION.text_large * tallest:
        tallest = second  # one long 1 does not make the others small
    return ~flat & (high >= max(SEGMENTATION.text_large * tallest, SEGMENTATION.text_least_large * shape[0]))


def _small(pieces: Pieces, rise: float, low: float, high: float) -> NDArray[np.bool_]:
    """Which pieces may be small digits, such as the zeros at the end of a round amount, or parts of broken ones: those
    in the rows of the large ones."""
    left, top, wide, tall = pieces.boxes.T
    middle = top + tall / 2 - rise * (left + wide / 2)
    reach = high - low
    lowest = high + SEGMENTATION.text_small_high * reach
    within = (middle > low + SEGMENTATION.text_small_low * reach) & (middle < lowest)
    least_tall, least_wide = SEGMENTATION.text_small
    large_enough = (tall >= least_tall * reach) & (wide >= least_wide * reach)
    return np.asarray(within & large_enough & (wide < SEGMENTATION.text_small_wide * tall), np.bool_)


def _dashes(pieces: Pieces, others: NDArray[np.bool_], rise: float, low: float, high: float) -> NDArray[np.bool_]:
    """Which of the `others`, pieces that are no digits, are flat strokes in the rows of the writing, or a little below
    it."""
    left, top, wide, tall = pieces.boxes.T
    middle = top + tall / 2 - rise * (left + wide / 2)
    reach = high - low
    within = (middle > low) & (middle < high + SEGMENTATION.text_dash_below * reach)
    flat = (wide >= SEGMENTATION.text_dash_flat * tall) & (wide >= SEGMENTATION.text_dash_wide * reach)
    return np.asarray(others & within & flat, np.bool_)


def _rise(xs: NDArray[np.intp], ys: NDArray[np.intp]) -> float:
    """The slope of the baseline: that at which the writing takes the fewest rows; level where little tells."""
    step = max(1, len(xs) // 500)
    xs, ys = xs[::step], ys[::step]
    slopes = np.linspace(-SEGMENTATION.text_steepest, SEGMENTATION.text_steepest, 17)
    rows = ys[None, :] - slopes[:, None] * xs[None, :]
    low, high = _between(rows, SEGMENTATION.text_rise_outliers)
    cost = (high - low) * (1 + SEGMENTATION.text_doubt * np.abs(slopes))
    return float(slopes[int(cost.argmin())])


def _between(values: NDArray[np.float64], share: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where all but the lowest and the highest `share` of `values` along the last axis begin and end."""
    last = values.shape[-1] - 1
    first, final = round(share * last), round((1 - share) * last)
    parted = np.partition(values, (first, final), axis=-1)
    return parted[..., first], parted[..., final]


def _drawn(picture: Gray, to_line: Points, scale: float, width: int) -> Gray:
    """`picture` through `to_line`, shape (HEIGHT, width); averaged first where it becomes much smaller."""
    times = 1.0
    if scale < SEGMENTATION.text_reduced_below:
        size = tuple(max(1, round(side * scale * SEGMENTATION.text_first_step)) for side in picture.shape[::-1])
        times = size[0] / picture.shape[1]
        picture = as_gray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    matrix = between_centres(to_line @ np.diag((1 / times, 1 / times, 1.0)))
    return as_gray(
        cv2.warpAffine(
            picture,
            matrix[:2],
            (width, HEIGHT),
            flags=cv2.INTER_CUBIC if scale > SEGMENTATION.text_enlarged_above else cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=0,
        )
    )
