"""A template drawn on a page: every box and cell where it is looked for, with its name."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.fields import FieldImage
from extractor.geometry import transform
from extractor.reference.reference_parameters import REFERENCE
from extractor.table_lines import table_place
from extractor.template import TemplateField
from extractor.values import Box, Gray, Points

SNAPPED_COLOUR, LOOSE_COLOUR, NAME_COLOUR = (60, 150, 0), (0, 110, 240), (190, 60, 0)
"""Blue, green, red: a box whose rulings were found, one whose were not, and names."""

UNWRITTEN_COLOUR = (200, 0, 160)
"""Of bubbles and barcodes, which need no rulings."""


def draw_template(image: Gray, fields: Sequence[TemplateField], found: Sequence[FieldImage]) -> NDArray[np.uint8]:
    """`image` in colour, shape (height, width, 3), with each of `fields` drawn where it was `found`.

    Boxes whose rulings were found are green, others orange, and bubbles and barcodes violet. Of a table the columns are
    named once, and its lines are numbered.
    """
    scale = min(1.0, REFERENCE.preview_side / max(image.shape))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    grey = cv2.resize(image, size, interpolation=cv2.INTER_AREA) if scale < 1 else image
    # Paler, so that what is drawn stands out.
    pale = cv2.addWeighted(grey, 0.75, np.full_like(grey, 255), 0.25, 0)
    picture = np.asarray(cv2.cvtColor(pale, cv2.COLOR_GRAY2BGR), np.uint8)
    thick = max(1, round(max(size) / 900))
    for field, one in zip(fields, found, strict=True):
        colour = SNAPPED_COLOUR if one.snapped else LOOSE_COLOUR if field.is_written else UNWRITTEN_COLOUR
        for cell in one.cell_boxes if not field.bubbles else _bubble_boxes(field, one):
            cv2.polylines(picture, [_on_picture(cell.corners, one.matrix, scale)], True, colour, thick, cv2.LINE_AA)
    firsts: set[tuple[str, int]] = set()
    for field, one in zip(fields, found, strict=True):
        quad = _on_picture(one.inside.corners, one.matrix, scale).reshape(-1, 2)
        words = field.name if field.cells is None else f"{field.name} ({field.cells})"
        place = table_place(field.name)
        if place is None:
            _write(picture, words, quad)
            continue
        # A column is named once, above its first line; before each line stands its number.
        if place.line == 1:
            _write(picture, words.removeprefix(f"{place.table}.1."), quad)
        if (place.table, place.line) not in firsts:
            firsts.add((place.table, place.line))
            _number(picture, place.line, quad)
    return picture


def _bubble_boxes(field: TemplateField, found: FieldImage) -> list[Box]:
    """The bubbles of a field, in pixels of its picture."""
    inside, box = found.inside, field.box
    across, down = inside.width / box.width, inside.height / box.height
    return [
        Box(
            inside.left + (one.box.left - box.left) * across,
            inside.top + (one.box.top - box.top) * down,
            one.box.width * across,
            one.box.height * down,
        )
        for answer in field.bubbles
        for one in answer
    ]


def _number(picture: NDArray[np.uint8], line: int, quad: NDArray[np.int32]) -> None:
    """The number of a table's line, before its first cell."""
    size = 0.4 * float(quad[:, 1].max() - quad[:, 1].min()) / 22
    (width, tall), _ = cv2.getTextSize(str(line), cv2.FONT_HERSHEY_SIMPLEX, size, 1)
    at = (max(0, int(quad[:, 0].min()) - width - 4), int(quad[:, 1].mean()) + tall // 2)
    cv2.putText(picture, str(line), at, cv2.FONT_HERSHEY_SIMPLEX, size, NAME_COLOUR, 1, cv2.LINE_AA)


def _on_picture(points: Points, matrix: Points, scale: float) -> NDArray[np.int32]:
    seen = transform(matrix, points).reshape(-1, 1, 2) * scale
    return np.asarray(seen.round(), np.int32)


def _write(picture: NDArray[np.uint8], words: str, quad: NDArray[np.int32]) -> None:
    """What a field is called, above its box, or inside at its foot where there is no room above."""
    height = float(np.clip(0.45 * (quad[:, 1].max() - quad[:, 1].min()), 9, 0.009 * max(picture.shape)))
    size = height / 22
    (width, tall), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, size, 1)
    left = int(np.clip(quad[:, 0].min(), 0, max(0, picture.shape[1] - width)))
    bottom = int(quad[:, 1].min()) - 3
    if bottom - tall < 0:
        bottom = int(quad[:, 1].max()) - 3
    cv2.putText(picture, words, (left, bottom), cv2.FONT_HERSHEY_SIMPLEX, size, NAME_COLOUR, 1, cv2.LINE_AA)
