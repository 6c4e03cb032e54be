"""Decoded pictures as grey ones: ink dark on white paper, one byte per pixel."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from extractor.documents.limits import check_size
from extractor.errors import DocumentError
from extractor.values import Gray

_SQUARE = 0.02
"""How far a pixel's sides may differ before it is stretched: scanners round a page's size by less."""

_FAX = 3.0
"""A fax has lines at half its columns' density; anything far beyond that is a wrong entry in the file."""


def grey_from_bytes(data: bytes, flags: int = cv2.IMREAD_GRAYSCALE, *, darkest: bool = False) -> Gray:
    """The picture file `data`, which OpenCV knows, decoded to grey; EXIF orientation applied.

    `flags` are OpenCV's: straight to grey, which is fastest, or in colour first. `darkest`: see `darkest_colour`.

    Raises DocumentError where it cannot be decoded.
    """
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR if darkest else flags)
    except cv2.error:
        image = None
    if image is None:
        raise DocumentError("The picture is damaged or of a rare kind; scan it again, or save it as PNG.")
    if not image.shape[2:]:  # No colours.
        return np.asarray(image, np.uint8)
    return darkest_colour(image) if darkest else np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)


def darkest_colour(image: NDArray[Any]) -> Gray:
    """The darkest of red, green and blue of each pixel of `image`, shape (height, width, 3): rulings in a pale
    colour, which grey hardly shows, are dark in one of them."""
    return np.ascontiguousarray(image.min(2)).astype(np.uint8, copy=False)


def grey_from_pillow(image: Image.Image, *, darkest: bool = False) -> Gray:
    """`image` in grey: 16 bits scaled to 8, what is transparent on white. The array is the caller's own.

    `darkest`: see `darkest_colour`.

    Raises DocumentError for samples of 32 bits, whose black and white no file states.
    """
    if image.mode.startswith("I;16"):
        return (np.asarray(image) >> 8).astype(np.uint8)
    if image.mode in ("I", "F"):
        raise DocumentError("The picture has 32 bits per pixel; save it with 8 bits per pixel.")
    if image.mode == "LAB":
        return np.array(image.getchannel("L"))
    if image.has_transparency_data:
        return _on_white(image, "RGB" if darkest else "L")
    if darkest:
        return darkest_colour(np.asarray(image.convert("RGB")))
    return np.array(image if image.mode == "L" else image.convert("L"))


def _on_white(image: Image.Image, mode: str) -> Gray:
    rgba = image.convert("RGBA")
    paper = Image.new(mode, rgba.size, "white")
    paper.paste(rgba.convert(mode), mask=rgba.getchannel("A"))
    return np.array(paper) if mode == "L" else darkest_colour(np.asarray(paper))


def squared(image: Gray, across: float, down: float) -> Gray:
    """`image` stretched to square pixels, if it has `across` pixels to the inch sideways and `down` downwards.

    Raises DocumentError where it would grow beyond the limit.
    """
    if not (across > 0 and down > 0) or not 1 / _FAX < across / down < _FAX or abs(across / down - 1) <= _SQUARE:
        return image
    height, width = image.shape
    finer = max(across, down)
    width, height = round(width * finer / across), round(height * finer / down)
    check_size(width, height)
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
