"""What stands beside each field, and where: close to the ink, never on it."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from extractor.overlay.text import STATUS_COLOURS, WORDS, drawable, font, length, percent
from extractor.values import FieldStatus, Gray, Mask, Points, Reading

LABEL_SIDES = ("above", "right", "below", "left", "above end", "below end")
"""In order of preference; `end` is flush with the end of the field instead of its beginning."""

CLEARLY_BETTER = 0.1
"""A label leaves the side that suits most fields where another has this much less of its area on ink."""

STRAIGHT_WITHIN = math.radians(0.5)
"""Fields that lean by less have upright labels."""

ROOM_SIDE = 1400
"""Pixels of the long side of the picture on which room is looked for, at most."""

FARTHEST = 1e6
"""Pixels; corners that are farther away than this are on no page."""


@dataclass(frozen=True)
class Label:
    """A plate with text to be drawn: centre in pixels, `angle` in radians clockwise, text and its size."""

    reading: Reading
    centre: tuple[float, float]
    angle: float
    value: str
    aside: str
    size: int


@dataclass(frozen=True)
class _Frame:
    """A field seen along its own direction: `u` runs along its text, `v` down."""

    centre: Points
    u: Points
    v: Points
    angle: float
    half_width: float
    half_height: float

    @staticmethod
    def of(quad: Points) -> _Frame:
        along = (quad[1] - quad[0]) + (quad[2] - quad[3])
        angle = math.atan2(along[1], along[0])
        straight = round(angle / (math.pi / 2)) * (math.pi / 2)
        if abs(angle - straight) < STRAIGHT_WITHIN:
            angle = straight
        u = np.array([math.cos(angle), math.sin(angle)])
        v = np.array([-u[1], u[0]])
        centre = quad.mean(axis=0)
        half_width, half_height = np.abs((quad - centre) @ u).max(), np.abs((quad - centre) @ v).max()
        return _Frame(centre, u, v, angle, float(half_width), float(half_height))

    def beside(self, side: str, width: float, height: float, gap: float) -> Points:
        """The centre of a plate of this size on this side of the field."""
        across, down = self.half_width + gap + width / 2, self.half_height + gap + height / 2
        start = width / 2 - self.half_width
        dx, dy = {
            "above": (start, -down),
            "above end": (-start, -down),
            "below": (start, down),
            "below end": (-start, down),
            "right": (across, 0.0),
            "left": (-across, 0.0),
        }[side]
        centre: Points = self.centre + dx * self.u + dy * self.v
        return centre

    def corners(self, centre: Points, width: float, height: float) -> Points:
        u, v = self.u * width / 2, self.v * height / 2
        return np.array([centre - u - v, centre + u - v, centre + u + v, centre - u + v])


class Room:
    """Where on the page there is ink, a field, or a label already."""

    def __init__(self, image: Gray, quads: Sequence[Points]) -> None:
        self._height, self._width = image.shape
        self._scale = min(1.0, ROOM_SIDE / max(image.shape))
        small = cv2.resize(image, None, fx=self._scale, fy=self._scale, interpolation=cv2.INTER_AREA)
        self._ink = cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 18)
        self._taken: Mask = np.zeros(small.shape, np.uint8)
        for quad in quads:
            self.take(quad)

    def take(self, polygon: Points) -> None:
        """Keep other labels off this polygon."""
        cv2.fillConvexPoly(self._taken, np.rint(polygon * self._scale).astype(np.int32), (1,))

    def cost(self, polygon: Points) -> float | None:
        """The share of ink under `polygon`; None where it leaves the page or touches a field or a label."""
        if polygon.min() < 0 or polygon[:, 0].max() >= self._width or polygon[:, 1].max() >= self._height:
            return None
        points = np.rint(polygon * self._scale).astype(np.int32)
        left, top, width, height = cv2.boundingRect(points)
        window = np.s_[top : top + height, left : left + width]
        mask = np.zeros(self._taken[window].shape, np.uint8)
        cv2.fillConvexPoly(mask, points - (left, top), (1,))
        if cv2.countNonZero(cv2.bitwise_and(self._taken[window], mask)):
            return None
        return cv2.countNonZero(cv2.bitwise_and(self._ink[window], mask)) / max(1, cv2.countNonZero(mask))


def label_size(image: Gray, quads: Sequence[Points]) -> int:
    """A text size in pixels for the whole page, by the height of its fields."""
    side = max(image.shape)
    fields = float(np.median([2 * _Frame.of(quad).half_height for quad in quads])) if quads else 0.0
    return int(max(9.0, min(max(0.48 * fields, 0.0095 * side), 0.02 * side)) + 0.5)


def place_labels(
    image: Gray, readings: Sequence[Reading], quads: Sequence[Points], size: int, without: Collection[str] = ()
) -> tuple[list[Label], list[Reading]]:
    """Labels for `readings` at `quads` (each of shape (4, 2), in pixels), and the readings that found no room. Fields
    whose names are in `without` get none, and are covered by none.

    Every label takes the side with the least ink; between sides that are much alike, the one that suits most fields,
    so that a column of fields has a column of labels. Where nothing fits the text gets smaller.
    """
    room = Room(image, quads)
    told = [(one, _Frame.of(quad)) for one, quad in zip(readings, quads, strict=True) if one.field not in without]
    worst = dict.fromkeys(LABEL_SIDES, 0.0)
    for reading, frame in told:
        for side in LABEL_SIDES:
            cost = room.cost(_outline(frame, side, reading, size))
            worst[side] += 1.0 if cost is None else min(1.0, 4 * cost)
    order = sorted(LABEL_SIDES, key=lambda side: round(worst[side] / max(1, len(told)), 1))
    labels, homeless = [], []
    for reading, frame in told:
        label = _place(room, order, reading, frame, size)
        if label is None:
            homeless.append(reading)
        else:
            labels.append(label)
    return labels, homeless


def _place(room: Room, order: Sequence[str], reading: Reading, frame: _Frame, size: int) -> Label | None:
    value, aside = words(reading)
    smaller = max(9, round(0.75 * size))
    for size_now, aside_now in ((size, aside), (smaller, aside), (smaller, "")):
        best: tuple[float, str] | None = None
        for rank, side in enumerate(order):
            cost = room.cost(_outline(frame, side, reading, size_now, aside_now))
            if cost is not None and (best is None or cost + CLEARLY_BETTER * rank < best[0]):
                best = cost + CLEARLY_BETTER * rank, side
        if best:
            outline = _outline(frame, best[1], reading, size_now, aside_now)
            room.take(outline)
            x, y = outline.mean(axis=0)
            return Label(reading, (float(x), float(y)), frame.angle, value, aside_now, size_now)
    return None


def words(reading: Reading) -> tuple[str, str]:
    """What was read, and in smaller letters how sure that is."""
    if reading.status in (FieldStatus.BLANK, FieldStatus.VOID):
        word = WORDS[reading.status]
        return (drawable(reading.value), word) if reading.value else (word, "")
    return drawable(reading.value) or "?", percent(reading.confidence)


def plate(value: str, aside: str, size: int) -> tuple[int, int]:
    """Width and height of a label."""
    small = aside_size(size)
    width = length(value, size) + (length(aside, small) + round(0.4 * size) if aside else 0)
    return width + 2 * round(0.35 * size), round(1.36 * size)


def aside_size(size: int) -> int:
    return max(8, size * 18 // 25)


def _outline(frame: _Frame, side: str, reading: Reading, size: int, aside: str | None = None) -> Points:
    value, sure = words(reading)
    width, height = plate(value, sure if aside is None else aside, size)
    return frame.corners(frame.beside(side, width, height, gap(size)), width, height)


def gap(size: int) -> float:
    """Pixels between field and label: just the field's outline, so that nobody takes it for the next field's."""
    return line_width(size) + 1.5


def line_width(size: int) -> int:
    """Of the fields' outlines, in pixels."""
    return max(1, round(size / 9))


def draw_label(picture: Image.Image, label: Label) -> None:
    """Draw a label on an RGB picture: a light, slightly transparent plate along the direction of its field."""
    width, height = plate(label.value, label.aside, label.size)
    colour = STATUS_COLOURS[label.reading.status]
    patch = Image.new("RGBA", (width, height), (*colour, 0))
    draw = ImageDraw.Draw(patch)
    draw.rounded_rectangle(
        (0, 0, width - 1, height - 1), round(0.25 * label.size), (255, 255, 255, 226), (*colour, 255)
    )
    left, base = round(0.35 * label.size), round(1.02 * label.size)
    draw.text((left, base), label.value, (*colour, 255), font(label.size), anchor="ls", stroke_width=0.3)
    if label.aside:
        left += length(label.value, label.size) + round(0.4 * label.size)
        draw.text((left, base), label.aside, (90, 90, 90, 255), font(aside_size(label.size)), anchor="ls")
    degrees = -math.degrees(label.angle)
    patch = patch.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    x, y = label.centre
    picture.paste(patch, (round(x - patch.width / 2), round(y - patch.height / 2)), patch)


def outlines(readings: Sequence[Reading]) -> tuple[list[Reading], list[NDArray[np.float64]], list[Reading]]:
    """The readings that have a place on the page, their quads, and the readings that have none."""
    placed, quads, lost = [], [], []
    for reading in readings:
        quad = np.array(reading.quad, np.float64).reshape(-1, 2)
        if quad.shape == (4, 2) and np.isfinite(quad).all() and np.abs(quad).max() < FARTHEST:
            placed.append(reading)
            quads.append(quad)
        else:
            lost.append(reading)
    return placed, quads, lost
