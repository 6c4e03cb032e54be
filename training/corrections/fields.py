"""Corrected fields cut from their pages, as the product cuts fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from extractor.documents import open_page
from extractor.fields import FieldImage, as_single_field, locate
from extractor.template import TemplateField
from extractor.values import Box, FailedPage, Gray, Page
from training.corrections.rows import Correction

WHOLE = 2.0
"""Pixels: a field whose corners are this near to those of its page is the whole picture."""


@dataclass(frozen=True)
class CorrectedField:
    """A field's picture, cleaned as for reading, and the correction of it."""

    image: FieldImage
    correction: Correction


@dataclass(frozen=True)
class CutFields:
    """The fields that could be cut, and sentences about pages that could not be opened."""

    fields: tuple[CorrectedField, ...]
    troubles: tuple[str, ...]


def cut_fields(rows: Sequence[Correction], progress: Callable[[int, int], None] | None = None) -> CutFields:
    """The field of each of `rows`, each page opened once. Never raises for a page that cannot be opened."""
    by_page: dict[tuple[str, int, int], list[Correction]] = {}
    for row in rows:
        by_page.setdefault((row.file, row.page, row.dpi), []).append(row)
    fields: list[CorrectedField] = []
    troubles: list[str] = []
    for done, ((file, number, dpi), own) in enumerate(by_page.items(), 1):
        page = _page(file, number, dpi)
        if isinstance(page, FailedPage):
            troubles.append(f"{file}, page {number}: {page.reason}")
        else:
            fields += [CorrectedField(_field(page.image, row), row) for row in own]
        if progress:
            progress(done, len(by_page))
    return CutFields(tuple(fields), tuple(troubles))


def _page(file: str, number: int, dpi: int) -> Page | FailedPage:
    if not Path(file).is_file():
        return FailedPage(file, number, "The file is no longer there.")
    return open_page(file, number, dpi=dpi)


def _field(image: Gray, row: Correction) -> FieldImage:
    height, width = image.shape
    corners = np.array(row.quad, np.float64)
    if not row.form and row.cells is None and np.abs(corners - Box(0, 0, width, height).corners).max() < WHOLE:
        return as_single_field(image)
    wide = max(1.0, float(np.hypot(*(corners[1] - corners[0]))))
    high = max(1.0, float(np.hypot(*(corners[3] - corners[0]))))
    box = Box(0, 0, wide, high)
    field = TemplateField(name="corrected", box=box, cells=row.cells)
    matrix = cv2.getPerspectiveTransform(box.corners.astype(np.float32), corners.astype(np.float32))
    return locate(image, np.asarray(matrix, np.float64), field)
