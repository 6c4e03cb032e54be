"""From ink on paper to what the segmenter hands over: dirt, resolution, blur, noise, compression, thresholds."""

from __future__ import annotations

import cv2
import numpy as np

from extractor.ink import as_gray, soft_ink
from extractor.segmentation.crop import mnist_crop
from extractor.values import Gray

SCANNED_TALL = 60
"""Pixels: about what the product enlarges a symbol to before it looks at the ink."""


def scanned(ink: Gray, rng: np.random.Generator, *, dirt: float = 0.15) -> Gray:
    """The 28x28 crop of `ink` (255 = ink, any size) after it was scanned or photographed somehow.

    `dirt` is the chance that something that is not the symbol lies beside it.
    """
    left, top, width, height = cv2.boundingRect(ink)
    if width == 0:
        return mnist_crop(ink)
    ink = ink[top : top + height, left : left + width]
    if rng.random() < dirt:
        ink = _dirty(ink, rng)
    if rng.random() < 0.05:  # its foot went with the line that it stood on
        ink = ink[: round(ink.shape[0] * rng.uniform(0.88, 0.98))]
    if rng.random() < 0.2:
        ink = _uneven(ink, rng)
    crop = mnist_crop(_through_scanner(ink, rng))
    return crop if crop.any() else mnist_crop(ink)


def _through_scanner(ink: Gray, rng: np.random.Generator) -> Gray:
    tall = rng.uniform(7, 36) if rng.random() < 0.55 else rng.uniform(36, 75)
    picture = on_paper(ink, tall / max(ink.shape), tall, rng)
    if tall < SCANNED_TALL and rng.random() < 0.8:
        times = SCANNED_TALL / tall
        picture = as_gray(cv2.resize(picture, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC))
    return soft_ink(picture, picture) if rng.random() < 0.5 else _threshold(picture, rng)


def on_paper(ink: Gray, scale: float, tall: float, rng: np.random.Generator, edge: int = 3) -> Gray:
    """`ink` as a scanner or camera shows it, `scale` times as large, with `edge` pixels of paper around: grey, dark
    on light. `tall` is the height of a symbol in the result, which bounds how much it may be blurred."""
    size = max(2, round(ink.shape[1] * scale)), max(2, round(ink.shape[0] * scale))
    page = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    page = cv2.copyMakeBorder(page, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=0)
    if rng.random() < 0.5:
        page = cv2.GaussianBlur(page, (0, 0), rng.uniform(0.3, 0.45 + tall / 45))
    # The darkest stroke of a faint or blurred page is still its full ink.
    full = max(1.0, float(page.max()))
    darkness = rng.uniform(0.35, 1.0)
    grey = 255 - page.astype(np.float32) * (darkness * 255 / full)
    if rng.random() < 0.35:
        grey += rng.normal(0, rng.uniform(1, 14 * darkness), grey.shape).astype(np.float32)
    picture = grey.clip(0, 255).astype(np.uint8)
    if rng.random() < 0.25:
        quality = (cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 90)))
        packed = cv2.imencode(".jpg", picture, quality)[1]
        picture = as_gray(np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)))
    return picture


def _threshold(picture: Gray, rng: np.random.Generator) -> Gray:
    """Ink by another threshold than the product's own, sharp (a bilevel scan) or soft."""
    darkest = float(picture.min())
    level = darkest + (255 - darkest) * rng.uniform(0.4, 0.75)
    if rng.random() < 0.5:
        ink = (picture < level).astype(np.uint8) * 255
    else:
        # Bare paper must stay bare.
        span = max(16.0, min((255 - darkest) * rng.uniform(0.2, 0.8), 2 * (244 - level)))
        ink = ((level - picture.astype(np.float32)) * (255 / span) + 127).clip(0, 255).astype(np.uint8)
        ink[ink < 24] = 0
    return _without_specks(ink)


def _without_specks(ink: Gray) -> Gray:
    count, labels, stats, _ = cv2.connectedComponentsWithStats((ink > 0).astype(np.uint8), connectivity=8)
    if count <= 2:
        return ink
    areas = stats[1:, cv2.CC_STAT_AREA]
    keep = np.concatenate(([False], areas >= 0.02 * areas.max()))
    return np.where(keep[labels], ink, 0).astype(np.uint8)


def _uneven(ink: Gray, rng: np.random.Generator) -> Gray:
    """A pen that runs dry: darker and lighter stretches, sometimes gaps."""
    low = 0.2 if rng.random() < 0.2 else 0.5
    points = int(rng.integers(3, 9))
    flow = rng.uniform(low, 1.3, (points, points)).astype(np.float32)
    flow = cv2.resize(flow, (ink.shape[1], ink.shape[0]), interpolation=cv2.INTER_LINEAR).clip(0, 1)
    return (ink * flow).astype(np.uint8)


def _dirty(ink: Gray, rng: np.random.Generator) -> Gray:
    """Something beside the symbol: what is left of a printed line, a neighbour's end, a speck, a scratch through it."""
    height, width = ink.shape
    size = max(height, width)
    room = max(2, round(0.12 * size))
    ink = cv2.copyMakeBorder(ink, room, room, room, room, cv2.BORDER_CONSTANT, value=0).astype(np.uint8)
    rows, columns = ink.shape
    kind = rng.random()
    if kind < 0.35:  # a ruled line or the edge of a box, in part
        thick = int(rng.integers(1, 4))
        start, length = rng.uniform(0, 0.7), rng.uniform(0.2, 1.0)
        if rng.random() < 0.6:
            y = int(rng.integers(0, room)) if rng.random() < 0.3 else rows - 1 - int(rng.integers(0, room))
            ink[y : y + thick, round(start * columns) : round((start + length) * columns)] = 255
        else:
            x = int(rng.integers(0, room)) if rng.random() < 0.5 else columns - 1 - int(rng.integers(0, room))
            length = min(length, 0.5)
            ink[round(start * rows) : round((start + length) * rows), x : x + thick] = 255
    elif kind < 0.6:  # the end of a neighbour's stroke
        x = 0 if rng.random() < 0.5 else columns - 1
        y = int(rng.integers(rows // 5, max(rows // 5 + 1, 4 * rows // 5)))
        reach = rng.uniform(0.03, 0.12) * size
        end = round(x + reach * (1 if x == 0 else -1)), round(y + rng.uniform(-0.15, 0.15) * size)
        cv2.line(ink, (x, y), end, 255, int(rng.integers(2, 6)), cv2.LINE_AA)
    elif kind < 0.8:  # specks
        for _ in range(int(rng.integers(1, 4))):
            centre = int(rng.integers(0, columns)), int(rng.integers(0, rows))
            cv2.circle(ink, centre, int(rng.integers(1, max(2, size // 28) + 1)), 255, -1, cv2.LINE_AA)
    else:  # a light line through the writing, as a removed guide line leaves
        thick = int(rng.integers(1, max(2, size // 22) + 1))
        if rng.random() < 0.7:
            y = int(rng.integers(room, rows - room))
            ink[y : y + thick] = 0
        else:
            x = int(rng.integers(room, columns - room))
            ink[:, x : x + thick] = 0
    return ink
