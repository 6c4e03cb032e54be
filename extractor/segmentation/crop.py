"""Symbols made as MNIST made its digits, so that a network trained on MNIST knows them.

Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits": the symbol's bounding box is
scaled to fit 20x20 keeping its aspect ratio, with anti-aliasing, and placed in a 28x28 field by its centre of mass.
"""

from __future__ import annotations

import cv2
import numpy as np

from extractor.values import Gray, Mask

SIZE = 28
BOX = 20


def mnist_crop(ink: Gray | Mask) -> Gray:
    """One symbol's ink (255 = ink, any size, at least one non-zero pixel) as a 28x28 uint8 crop, ink = 255.

    `ink` may be binary or soft; the bounding box is that of its non-zero pixels. An image without ink gives zeros.
    """
    out = np.zeros((SIZE, SIZE), np.uint8)
    left, top, width, height = cv2.boundingRect(ink)
    if width == 0 or height == 0:
        return out
    symbol = ink[top : top + height, left : left + width]
    scale = BOX / max(width, height)
    w, h = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(symbol, (w, h), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    moments = cv2.moments(small)
    if moments["m00"] == 0:
        return out
    x = round(SIZE / 2 - moments["m10"] / moments["m00"] - 0.5)
    y = round(SIZE / 2 - moments["m01"] / moments["m00"] - 0.5)
    x, y = min(max(x, 0), SIZE - w), min(max(y, 0), SIZE - h)
    out[y : y + h, x : x + w] = small
    return out
