"""The fields of one registered sheet, cut out: what is written in them, their bubbles and their barcodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from extractor.barcodes.code_field import field_codes
from extractor.barcodes.code_reader import SeenCode
from extractor.bubbles.bubble_state import read_bubbles
from extractor.fields import FieldImage, locate, locate_all
from extractor.geometry import between_centres, transform
from extractor.ink import as_gray
from extractor.observation import Located
from extractor.recognizer.choice import Model
from extractor.registration import Registration
from extractor.segmentation import with_ends
from extractor.template import TemplateField
from extractor.values import Box, Gray, Points

HIGHEST_PICTURE, WIDEST_PICTURE = 400, 1600
"""Pixels at most of the picture of a field that is not written in."""


def locate_sheet(
    image: Gray, registration: Registration, model_of: Callable[[TemplateField], Model], codes: Sequence[SeenCode] = ()
) -> list[Located]:
    """All fields of the sheet that `registration` found on the page `image`, in the order of its template. `codes` are
    those of the page that are known already."""
    fields, matrix = registration.template.all_fields, registration.matrix
    written = [field for field in fields if field.is_written]
    images = iter(with_ends(image, locate_all(image, [(matrix, field) for field in written])))
    others = iter(locate_unwritten(image, matrix, [one for one in fields if not one.is_written], model_of, codes))
    located = []
    for field in fields:
        one = Located(field, next(images), model_of(field)) if field.is_written else next(others)
        if registration.doubts:
            one = replace(one, image=replace(one.image, doubts=(*one.image.doubts, *registration.doubts)))
        located.append(one)
    return located


def locate_unwritten(
    image: Gray,
    matrix: Points,
    fields: Sequence[TemplateField],
    model_of: Callable[[TemplateField], Model],
    codes: Sequence[SeenCode] = (),
) -> list[Located]:
    """`fields`, which are bubbles and barcodes, on the page `image`; `matrix` takes template units to its pixels, and
    `codes` are those of the page that are known already."""
    bubbles = iter(read_bubbles(image, matrix, [field for field in fields if field.bubble_marks]))
    located = []
    for field in fields:
        picture = unwritten_image(image, matrix, field.box)
        if not field.bubbles:
            found = field_codes(image, matrix, field.box, codes)
            located.append(Located(field, picture, model_of(field), codes=found))
        else:
            seen = next(bubbles)
            located.append(Located(field, replace(picture, doubts=seen.doubts), model_of(field), bubbles=seen))
    return located


def field_pictures(image: Gray, matrix: Points, fields: Sequence[TemplateField]) -> list[FieldImage]:
    """The picture of each of `fields` on the page `image`; bubbles and barcodes have no rulings to snap to."""
    return [
        locate(image, matrix, field) if field.is_written else unwritten_image(image, matrix, field.box)
        for field in fields
    ]


def unwritten_image(image: Gray, matrix: Points, box: Box) -> FieldImage:
    """The picture of a field that nobody writes into, as it is on the page: dark is ink."""
    corners = transform(matrix, box.corners)
    wide = float(np.linalg.norm(corners[1] - corners[0]))
    high = float(np.linalg.norm(corners[3] - corners[0]))
    shrink = max(1.0, high / HIGHEST_PICTURE, wide / WIDEST_PICTURE)
    width, height = max(1, round(wide / shrink)), max(1, round(high / shrink))
    to_page = matrix @ np.array(((box.width / width, 0, box.left), (0, box.height / height, box.top), (0, 0, 1.0)))
    grey = cv2.warpPerspective(
        image,
        between_centres(to_page),
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    inside = Box(0, 0, width, height)
    return FieldImage(as_gray(255 - grey), inside, (0.0, float(width)), to_page, snapped=False, printed=False)
