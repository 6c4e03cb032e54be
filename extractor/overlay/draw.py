"""The page in colour, with its fields outlined, its readings beside them and a strip that sums it up."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from extractor.overlay.banner import footer, header
from extractor.overlay.field_labels import draw_label, label_size, line_width, outlines, place_labels
from extractor.overlay.text import STATUS_COLOURS
from extractor.table_lines import empty_fields
from extractor.values import FieldStatus, Gray, PageResult, Points, Reading, Symbol

SURE_ENOUGH = 0.9
"""A symbol that is less probable by itself is underlined in the colour of what is to be checked."""


def draw_overlay(image: Gray, result: PageResult) -> NDArray[np.uint8]:
    """The page with what was read, shape (height + strips, width, 3), blue-green-red, at the size of `image`.

    Fields, and cells that stand apart, are outlined by status: green accepted, amber to check, grey blank, blue-grey
    void. Where symbols are known, each is underlined, for so much of its width as it is probable by itself. Value and
    confidence stand beside the field, along its direction, where they cover no field and as little ink as can be.
    Fields of empty lines of a table have none. Below the page are readings for which there is no room, and what is
    doubtful. The strip above it names form, fit
    and counts, the rules that are broken, and for a page that was not read the reason.
    """
    readings, quads, homeless = outlines(result.readings)
    size = label_size(image, quads)
    colour: NDArray[np.uint8] = np.repeat(image[:, :, None], 3, axis=2)
    _draw_fields(colour, readings, quads, size)
    page = Image.fromarray(colour)
    # An empty line of a table is seen to be empty.
    labels, crowded = place_labels(image, readings, quads, size, without=empty_fields(result.readings))
    for label in labels:
        draw_label(page, label)
    below = footer([*crowded, *homeless], result.readings, page.width)
    parts = [header(result, page.width), page, *([below] if below else [])]
    whole: NDArray[np.uint8] = np.concatenate([np.asarray(part) for part in parts])
    return np.ascontiguousarray(whole[:, :, ::-1])


def _draw_fields(picture: NDArray[np.uint8], readings: Sequence[Reading], quads: Sequence[Points], size: int) -> None:
    """Tint each field's paper and draw a line around it, outside of the quad so that no ink goes under it."""
    width = line_width(size)
    # Fields to check come last, so that no neighbour's line covers theirs.
    for reading, quad in sorted(zip(readings, quads, strict=True), key=lambda one: one[0].status is FieldStatus.REVIEW):
        colour = STATUS_COLOURS[reading.status]
        parts = _parts(quad, reading.cells)
        for part in parts:
            _tint(picture, part, colour)
        around = [np.rint(_grown(part, width / 2 + 1)).astype(np.int32) for part in parts]
        cv2.polylines(picture, around, True, colour, width, cv2.LINE_AA)
        for symbol in reading.symbols:
            _underline(picture, symbol, width)


def _underline(picture: NDArray[np.uint8], symbol: Symbol, width: int) -> None:
    """A pale bar at the foot of a symbol that has ink, and on it a dark one as long as the symbol is probable."""
    if symbol.box is None or not symbol.crop:
        return
    left, top, wide, high = symbol.box
    foot = top + high + 1
    colour = STATUS_COLOURS[FieldStatus.ACCEPTED if symbol.probability >= SURE_ENOUGH else FieldStatus.REVIEW]
    pale = tuple(round(255 - 0.35 * (255 - part)) for part in colour)
    for end, shade in ((left + wide, pale), (left + round(symbol.probability * wide), colour)):
        cv2.rectangle(picture, (left, foot), (max(left, end), foot + width), shade, cv2.FILLED)


def _parts(quad: Points, cells: Sequence[tuple[float, float]]) -> list[Points]:
    """The quads of cells that stand apart; of all other fields the one quad."""
    top_left, top_right, bottom_right, bottom_left = quad
    along, below = top_right - top_left, bottom_right - bottom_left
    return [
        np.array(
            [top_left + begin * along, top_left + end * along, bottom_left + end * below, bottom_left + begin * below]
        )
        for begin, end in cells or ((0.0, 1.0),)
    ]


def _grown(quad: Points, by: float) -> Points:
    """The quad with its sides moved outwards by so many pixels: each corner goes on along the two that meet there."""
    sides = [quad - np.roll(quad, 1, axis=0), quad - np.roll(quad, -1, axis=0)]
    steps: Points = sum(side / np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9) for side in sides)
    return quad + by * steps


def _tint(picture: NDArray[np.uint8], quad: Points, colour: tuple[int, int, int]) -> None:
    height, width = picture.shape[:2]
    left, top = np.clip(np.floor(quad.min(axis=0)), 0, (width, height)).astype(int)
    right, bottom = np.clip(np.ceil(quad.max(axis=0)) + 1, 0, (width, height)).astype(int)
    if right <= left or bottom <= top:
        return
    window = picture[top:bottom, left:right]
    mask = np.zeros(window.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.rint(quad - (left, top)).astype(np.int32), (1,))
    # Multiplied, so that ink stays as dark as it is.
    pale = 255 - 0.15 * (255 - np.array(colour, np.float32))
    tinted = (window.astype(np.float32) * (pale / 255)).astype(np.uint8)
    window[mask == 1] = tinted[mask == 1]
