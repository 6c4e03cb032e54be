"""A small form drawn by the tests: known marks, boxes and ink, so that what is found can be compared with what is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.template import Template

WIDTH, HEIGHT = 800, 1100

FORM = Template.model_validate(
    {
        "formdigits": 1,
        "form": "test-form",
        "page": {"width": WIDTH, "height": HEIGHT},
        "landmarks": {"marks": [[40, 40], [760, 40], [40, 1060], [760, 1060]], "mark_size": 24},
        "fields": [
            {"name": "votes", "box": [420, 200, 180, 60], "cells": 3, "format": {"kind": "integer"}},
            {"name": "paper", "box": [420, 300, 240, 60], "cells": 4, "format": {"kind": "integer"}},
            {"name": "free", "box": [100, 450, 400, 70], "format": {"kind": "integer"}},
            {"name": "low", "box": [120, 900, 180, 60], "cells": 3, "format": {"kind": "integer"}},
        ],
    }
)


def blank_sheet(scale: float = 1.0, template: Template = FORM) -> NDArray[np.uint8]:
    """The empty form, grey, `scale` pixels to one unit."""
    size = (round(template.page.height * scale), round(template.page.width * scale))
    sheet = np.full(size, 245, np.uint8)
    half = (template.landmarks.mark_size or 0) / 2
    for x, y in template.landmarks.marks:
        low = (round((x - half) * scale), round((y - half) * scale))
        high = (round((x + half) * scale) - 1, round((y + half) * scale) - 1)
        cv2.rectangle(sheet, low, high, 15, cv2.FILLED)
    thick = max(1, round(1.5 * scale))
    for field in template.fields:
        box = field.box
        left, top, right, bottom = (round(v * scale) for v in (box.left, box.top, box.right, box.bottom))
        cv2.rectangle(sheet, (left, top), (right, bottom), 60, thick)
        for i in range(1, field.cells or 1):
            x = round((box.left + box.width * i / (field.cells or 1)) * scale)
            cv2.line(sheet, (x, top), (x, bottom), 60, thick)
    return sheet


@dataclass(frozen=True)
class Warp:
    """How a sheet came to lie in a picture: `matrix`, shape (3, 3), takes form units to pixels of `image`."""

    image: NDArray[np.uint8]
    matrix: NDArray[np.float64]


def lay(sheet: NDArray[np.uint8], *, turns: int = 0, degrees: float = 0.0, tilt: float = 0.0) -> Warp:
    """`sheet` turned by quarter `turns` and `degrees`, with mild perspective `tilt`, on a larger white ground."""
    height, width = sheet.shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
    middle = corners.mean(0)
    angle = np.radians(90 * turns + degrees)
    turn = np.array(((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))))
    moved = (corners - middle) @ turn.T
    moved *= 1 + tilt * (corners[:, 1:] / height - 0.5)
    moved -= moved.min(0) - 30
    size = np.ceil(moved.max(0) + 30).astype(int)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), moved.astype(np.float32))
    image = cv2.warpPerspective(sheet, matrix, tuple(int(v) for v in size), flags=cv2.INTER_AREA, borderValue=235)
    return Warp(image, np.asarray(matrix, np.float64))
