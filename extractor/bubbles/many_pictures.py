"""Filters over many small pictures at once: one below the other they are a single picture to OpenCV."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from extractor.values import Floats

FAR = 9.0
"""Brighter than any picture, and with a minus darker: of what lies beyond their edges."""


def blurred(pictures: Floats, width: int) -> Floats:
    """Each of `pictures`, shape (n, height, width), as the means over squares of so many pixels."""
    pad = width // 2
    return _filtered(
        np.pad(pictures, ((0, 0), (pad, pad), (0, 0)), "reflect"), pad, lambda one: cv2.blur(one, (width, width))
    )


def least_near(pictures: Floats, width: int) -> Floats:
    """The least value within a square of so many pixels about each of `pictures`, shape (n, height, width)."""
    return _ranked(pictures, width, FAR, cv2.erode)


def most_near(pictures: Floats, width: int) -> Floats:
    """The greatest value within a square of so many pixels about each of `pictures`, shape (n, height, width)."""
    return _ranked(pictures, width, -FAR, cv2.dilate)


def _ranked(pictures: Floats, width: int, beyond: float, rank: Callable[..., cv2.typing.MatLike]) -> Floats:
    pad, square = width // 2, np.ones((width, width), np.uint8)
    padded = np.pad(pictures, ((0, 0), (pad, pad), (0, 0)), constant_values=beyond)
    return _filtered(padded, pad, lambda one: rank(one, square))


def _filtered(padded: Floats, pad: int, made: Callable[[Floats], cv2.typing.MatLike]) -> Floats:
    """What is `made` of `padded`, shape (n, height, width), whose first and last `pad` rows are beyond the pictures."""
    count, height, width = padded.shape
    tall = made(np.ascontiguousarray(padded, np.float32).reshape(count * height, width))
    return np.asarray(np.asarray(tall, np.float32).reshape(count, height, width)[:, pad : height - pad], np.float32)
