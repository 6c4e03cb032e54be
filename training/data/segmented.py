"""What the product's own segmenter makes of strings whose symbols are known: whole symbols and all that is none."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from extractor.fields import FieldImage
from extractor.fields.single_field import as_single_field
from extractor.ink import STROKE, as_gray
from extractor.segmentation.crop import mnist_crop
from extractor.segmentation.lattice import Candidate
from extractor.segmentation.slant import slant, upright
from extractor.segmentation.string import segment_string
from extractor.values import Gray
from training.data.junk import Draw, tight
from training.data.marks import is_one_stroke
from training.data.scan import on_paper

SAME_SYMBOL = 0.90
"""A candidate as like a symbol alone as this (correlation) is that symbol."""

OTHER_SYMBOL = 0.80
"""One less like every symbol than this is none; what lies between may be either, and is left out."""

PAPER_AROUND = 40
"""Pixels of paper around a string, at three times MNIST's size."""


def written(draw: Draw, count: int, rng: np.random.Generator) -> tuple[Gray, list[Gray]]:
    """A string of `count` symbols, and each of them alone on the same paper."""
    symbols = [_resized(tight(draw()), rng) for _ in range(count)]
    close = rng.random()  # some writers leave room, some run everything together
    places: list[tuple[int, int]] = []
    x = PAPER_AROUND
    for symbol in symbols:
        places.append((x, PAPER_AROUND + 40 - symbol.shape[0] // 2 + round(rng.normal(0, 4))))
        chance = rng.random()
        if chance < 0.55 * (1 - close) + 0.2:
            gap = rng.uniform(4, 26)
        elif chance < 0.75:
            gap = rng.uniform(-1, 4)
        else:
            gap = -rng.uniform(0, 0.3) * symbol.shape[1]
        x = max(places[-1][0] + 4, x + symbol.shape[1] + round(gap))
    shape = (
        2 * PAPER_AROUND + 80,
        max(x + symbol.shape[1] for (x, _), symbol in zip(places, symbols, strict=True)) + PAPER_AROUND,
    )
    alone = []
    for (left, top), symbol in zip(places, symbols, strict=True):
        paper = np.zeros(shape, np.uint8)
        first = min(max(top, 0), shape[0] - symbol.shape[0])
        paper[first : first + symbol.shape[0], left : left + symbol.shape[1]] = symbol
        alone.append(paper)
    return np.maximum.reduce(alone), alone


def string_crops(draw: Draw, count: int, rng: np.random.Generator) -> Iterator[tuple[Gray, int]]:
    """Crops that the segmenter emits for a string of `count` symbols, each with the symbol's place in the string, or
    -1 where the crop is not one whole symbol. Doubtful crops are left out."""
    ink, alone = written(draw, count, rng)
    if rng.random() < 0.15:  # the ruled line that the number stands on, faint or in full
        y = PAPER_AROUND + 40 + int(rng.integers(24, 44))
        cv2.line(
            ink,
            (0, y),
            (ink.shape[1], y + int(rng.integers(-3, 4))),
            int(rng.integers(90, 256)),
            int(rng.integers(1, 4)),
        )
    tall = rng.uniform(14, 60)
    edge = 2
    field = as_single_field(on_paper(ink, tall / 60, tall, rng, edge))
    lattice = segment_string(field)
    shear = slant(field.ink)
    cut = [_as_cut(symbol, ink, field, shear, scale=tall / 60, edge=edge) for symbol in alone]
    wanted = [mnist_crop(symbol) for symbol, _ in cut]
    for candidate in lattice.candidates:
        if candidate.crop is None:
            continue
        crop = lattice.crops[candidate.crop]
        likeness = [_likeness(crop, symbol) for symbol in wanted]
        best = int(np.argmax(likeness))
        if likeness[best] >= SAME_SYMBOL:
            yield crop, best
        elif likeness[best] < OTHER_SYMBOL and not (_is_stroke(crop) or _nearly_whole(candidate, cut)):
            yield crop, -1


def _is_stroke(crop: Gray) -> bool:
    """Whether `crop` alone would be a whole 1 or dash."""
    _, _, width, height = cv2.boundingRect(crop)
    return width > 1.6 * height or is_one_stroke(crop, 0.2)


def _nearly_whole(candidate: Candidate, cut: list[tuple[Gray, float]]) -> bool:
    """Whether `candidate` holds nearly all of one symbol and next to nothing of the others, `cut` as `_as_cut` does:
    with a speck or less a stroke's end it may look like none of them and still be one."""
    extra = cut[0][1]
    box = candidate.box
    view = np.s_[int(box.top) : int(box.bottom) + 1, int(box.left + extra) : int(box.right + extra) + 1]
    inks = np.array([max(1, np.count_nonzero(symbol >= STROKE)) for symbol, _ in cut])
    within = np.array([np.count_nonzero(symbol[view] >= STROKE) for symbol, _ in cut])
    most = int((within / inks).argmax())
    others = np.delete(within, most).sum() / inks[most]
    return bool(within[most] > 0.75 * inks[most] and others < 0.2 and candidate.ink > 0.6 * inks[most])


def _resized(symbol: Gray, rng: np.random.Generator) -> Gray:
    times = float(np.clip(rng.normal(1, 0.08), 0.75, 1.2))
    size = max(2, round(symbol.shape[1] * times)), max(2, round(symbol.shape[0] * times))
    return cv2.resize(symbol, size, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _as_cut(symbol: Gray, ink: Gray, field: FieldImage, shear: float, *, scale: float, edge: int) -> tuple[Gray, float]:
    """`symbol` as large and as upright as the segmenter sees it in `field`, cleanly written, and the columns that this
    added on the left."""
    height = field.ink.shape[0]
    times = scale * height / (round(ink.shape[0] * scale) + 2 * edge)
    pixels = as_gray(cv2.resize(symbol, None, fx=times, fy=times, interpolation=cv2.INTER_AREA))
    around = round((height - pixels.shape[0]) / 2)
    if around > 0:
        pixels = as_gray(cv2.copyMakeBorder(pixels, around, around, around, around, cv2.BORDER_CONSTANT, value=0))
    return upright(pixels, shear)


def _likeness(crop: Gray, symbol: Gray) -> float:
    """Correlation of two crops, each softened, at the best shift of a pixel at most."""
    a = cv2.GaussianBlur(crop, (0, 0), 0.8).astype(np.float32)
    b = cv2.GaussianBlur(symbol, (0, 0), 0.8).astype(np.float32)
    found = cv2.matchTemplate(cv2.copyMakeBorder(a, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0), b, cv2.TM_CCORR_NORMED)
    return float(found.max())
