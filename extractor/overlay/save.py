"""Overlay pictures as files, one per page, under names that say whose they are and never collide."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2

from extractor.errors import OutputError
from extractor.export.draft import page_name, telling, write_whole
from extractor.ink import as_gray
from extractor.overlay.draw import draw_overlay
from extractor.values import Gray, PageResult, Reading

QUALITY = 85

LARGEST = 4
"""How many times larger a small page is drawn at most, so that the letters beside its fields can be read."""


def write_overlay(folder: str | Path, image: Gray, result: PageResult, max_side: int = 2000) -> Path:
    """Draw `result` on its page and write the picture as JPEG into `folder`, which is made where it is missing.

    A page whose longer side has more than `max_side` pixels is made smaller first; one that fits into that several
    times is made as many times larger. The same page always has the same name, so that a second run replaces the
    picture of the first. Raises OutputError.
    """
    folder = Path(folder)
    with telling(folder):
        folder.mkdir(parents=True, exist_ok=True)
    scale = max_side / max(image.shape)
    if scale >= 1:
        scale = min(LARGEST, int(scale))
    if scale != 1:
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        image = as_gray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=how))
        result = replace(
            result,
            readings=tuple(_scaled(reading, scale) for reading in result.readings),
        )
    done, encoded = cv2.imencode(".jpg", draw_overlay(image, result), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise OutputError(f"The picture of {result.file}, page {result.page}, could not be made; use a smaller page.")
    path = folder / f"{page_name(result.file, result.page)}.jpg"
    write_whole(path, encoded.tobytes())
    return path


def _scaled(reading: Reading, scale: float) -> Reading:
    """The reading with its places in a picture `scale` times as large."""
    symbols = []
    for one in reading.symbols:
        left, top, width, height = (round(scale * side) for side in one.box or (0, 0, 0, 0))
        symbols.append(replace(one, box=(left, top, width, height) if one.box else None))
    quad = tuple((x * scale, y * scale) for x, y in reading.quad)
    return replace(reading, quad=quad, symbols=tuple(symbols))
