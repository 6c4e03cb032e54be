"""What the server asks a reading process: to read a page and explain it, or for its picture. See `workers.sandbox`."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor import reading as extractor_reading
from extractor.documents import count_pages, open_page, open_pages
from extractor.errors import DocumentError
from extractor.explain import ExplainedField, explain
from extractor.ink import at_most
from extractor.options import ReadOptions
from extractor.reading import Reader
from extractor.reference import draw_template
from extractor.registration import register
from extractor.sheet_fields import field_pictures
from extractor.template import Template, load_template
from extractor.values import FailedPage, Gray, PageResult

READERS_KEPT = 8
"""Readers that a process keeps loaded."""


@dataclass(frozen=True)
class Picture:
    """A page as JPEG, at most as large as was asked for; `width` and `height` are those of the page as it is read, in
    which fields have their places."""

    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True)
class SeenPage:
    """A page that was read and explained; `picture` is None where it could not be opened."""

    result: PageResult
    fields: tuple[ExplainedField, ...]
    picture: Picture | None


def look(file: str, options: ReadOptions, number: int, side: int) -> tuple[SeenPage, int]:
    """Page `number` of `file`, and how many there are. Raises TemplateError or ModelError."""
    reader = _reader(options)
    page = next(open_pages(file, dpi=reader.dpi, first=number, last=number))
    picture = None if isinstance(page, FailedPage) else _picture(page.image, side)
    seen = SeenPage(*explain(reader, page), picture)
    try:
        return seen, max(number, count_pages(file))
    except DocumentError:
        return seen, number


def warm() -> None:
    """Loads what nearly every question needs. Raises ModelError."""
    _reader(ReadOptions.of(single_field=True))


def check_place(file: str, roots: tuple[str, ...]) -> None:
    """Raises DocumentError where `file` is not really in one of the folders `roots`, if any: it is a link by now."""
    real = Path(os.path.realpath(file))
    if roots and not any(real.is_relative_to(os.path.realpath(root)) for root in roots):
        raise DocumentError("The document is a link to another place by now; put the document itself there again.")


def page_picture(file: str, roots: tuple[str, ...], number: int, dpi: int, side: int) -> Picture:
    """Page `number` of `file`, which must be in `roots`, its longer side made at most `side` pixels long.

    Raises DocumentError.
    """
    check_place(file, roots)
    return _picture(one_page(file, number, dpi), side)


def template_picture(path: str, side: int) -> bytes:
    """The template's blank form, or white paper where it has no picture, with its boxes drawn, as JPEG.

    Raises TemplateError.
    """
    template = load_template(path)
    image, matrix = paper_of(template, side)
    located = field_pictures(image, matrix, template.all_fields)
    drawn = draw_template(image, template.all_fields, located)
    done, jpeg = cv2.imencode(".jpg", at_most(drawn, side), [cv2.IMWRITE_JPEG_QUALITY, 82])
    if not done:
        raise DocumentError("The template's picture could not be made.")
    return jpeg.tobytes()


def paper_of(template: Template, side: int) -> tuple[Gray, NDArray[np.float64]]:
    """The blank form and how the template lies on it, shape (3, 3), from its units to pixels; white paper, its longer
    side `side` pixels long, where there is none, or it does not lie there."""
    if template.reference_path is not None:
        with suppress(DocumentError):
            image = one_page(str(template.reference_path), 1, template.page.dpi)
            found = register(image, [template])
            if found is not None:
                return image, found.matrix
    scale = min(1.0, side / max(template.page.width, template.page.height))
    size = (max(1, round(template.page.height * scale)), max(1, round(template.page.width * scale)))
    return np.full(size, 255, np.uint8), np.diag([scale, scale, 1.0])


def one_page(file: str, number: int, dpi: int) -> Gray:
    """The picture of page `number` of `file`. Raises DocumentError."""
    page = open_page(file, number, dpi=dpi)
    if isinstance(page, FailedPage):
        raise DocumentError(page.reason)
    return page.image


def _picture(image: Gray, side: int) -> Picture:
    height, width = image.shape
    done, jpeg = cv2.imencode(".jpg", at_most(image, side), [cv2.IMWRITE_JPEG_QUALITY, 82])
    if not done:
        raise DocumentError("The page's picture could not be made; scan it again at a lower resolution.")
    return Picture(jpeg.tobytes(), width, height)


@lru_cache(maxsize=READERS_KEPT)
def _reader(options: ReadOptions) -> Reader:
    return extractor_reading.open_reader(options)
