"""Pages that are white on black: some scanners, archives and copiers of film keep them that way."""

from __future__ import annotations

import cv2
import numpy as np

from extractor.values import Gray

_SIDE = 800
"""Pixels of the longer side of the page as it is judged: dither has become grey, writing is still there."""

_COARSE_SIDE = 160
"""Pixels of the longer side for a first judgement, which costs nothing."""

_DARK = 128
"""Grey level: a page whose median is no darker is no negative."""

_BRIGHT = 0.4
"""A page that is white on black is bright in no larger share than this."""

_AROUND = 1 / 25
"""The surroundings of a pixel, as a share of the longer side: a few text lines."""

_AMONG_DARK = 0.65
"""How bright it is around the mean bright pixel of a negative at most. A sheet on a dark desk is bright all over."""


def is_dark(image: Gray) -> bool:
    """Whether most of the page is dark."""
    step = max(1, max(image.shape) // _COARSE_SIDE)
    return float(np.median(image[::step, ::step])) < _DARK


def is_negative(image: Gray) -> bool:
    """Whether the page is white on black: mostly dark, and what is bright on it is thin as writing and print are."""
    if not is_dark(image):  # nearly every page
        return False
    step = max(1, round(max(image.shape) / _SIDE))
    size = (max(1, image.shape[1] // step), max(1, image.shape[0] // step))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    threshold, bright = cv2.threshold(small, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    share = float(bright.mean())
    if not 0 < share <= _BRIGHT or float(np.median(small)) > threshold:
        return False
    side = max(3, round(max(size) * _AROUND))
    around = cv2.blur(bright.astype(np.float32), (side, side), borderType=cv2.BORDER_REPLICATE)
    return float(around[bright > 0].mean()) < _AMONG_DARK


def black_on_white(image: Gray) -> Gray:
    """`image`, or its negative where it is white on black."""
    return np.asarray(cv2.bitwise_not(image), np.uint8) if is_negative(image) else image
