"""A frame with what was read drawn on it: boxes of fields, readings and confidence in green and amber, advice below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from extractor.overlay.text import STATUS_COLOURS, percent
from extractor.values import FieldStatus, Reading
from extractor.video.sight import Bounds, Quad, Sight, bounds_of
from formdigits.camera.sources import Image
from formdigits.messages import counted

FONT = cv2.FONT_HERSHEY_SIMPLEX
BGR_WHITE, BGR_GREEN, BGR_AMBER, BGR_PALE = (255, 255, 255), (70, 200, 90), (0, 170, 255), (190, 190, 190)
ROW_EXISTS = "This sheet already has its row."
BAR = 0.055
"""The height of the bars at head and foot, as a share of the picture's."""


@dataclass(frozen=True)
class Status:
    """What stands in the bars: frames per second, rows so far, the last row's summary, whether it is paused; `flash`
    while a new row is being announced."""

    fps: float = 0.0
    rows: int = 0
    note: str = ""
    trouble: str = ""
    paused: bool = False
    flash: bool = False


def draw(image: Image, sight: Sight | None, status: Status) -> Image:
    """`image`, BGR, shape (height, width, 3), with `sight` drawn on it; a copy."""
    out: Image = image.copy() if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2)
    if sight is not None:
        _sheet(out, sight, status)
    _bars(out, sight, status)
    return out


def _sheet(out: Image, sight: Sight, status: Status) -> None:
    thick = max(1, round(out.shape[0] / 360))
    if sight.outline is not None:
        colour = BGR_GREEN if sight.locked else BGR_WHITE
        _polygon(out, sight.outline, colour, 3 * thick if status.flash else thick)
    taken = [bounds_of(reading.quad) for reading in sight.readings if reading.quad]
    for reading in sight.readings:
        if not reading.quad:
            continue
        known = bool(reading.written) or reading.confidence > 0
        colour = _colour(reading) if known else BGR_PALE
        _polygon(out, reading.quad, colour, thick)
        if known:
            plate = _plate(reading, colour, out.shape[0] / 720, settled=reading.field in sight.settled)
            taken.append(_put(out, plate, reading.quad, taken))


def _colour(reading: Reading) -> tuple[int, int, int]:
    red, green, blue = STATUS_COLOURS[reading.status]
    return blue, green, red


def _polygon(out: Image, quad: Quad, colour: tuple[int, int, int], thick: int) -> None:
    points = np.clip(np.array(quad), -30000, 30000).round().astype(np.int32)
    cv2.polylines(out, [points], True, colour, thick, cv2.LINE_AA)


def _plate(reading: Reading, colour: tuple[int, int, int], scale: float, *, settled: bool) -> Image:
    """The value and its confidence on white, upright."""
    value = reading.value or {FieldStatus.BLANK: "blank", FieldStatus.VOID: "void"}.get(reading.status, "?")
    sure = percent(reading.confidence) if reading.status in (FieldStatus.ACCEPTED, FieldStatus.REVIEW) else ""
    size, small, bold, pad = 0.5 * scale, 0.32 * scale, max(1, round(1.6 * scale)), max(2, round(2.5 * scale))
    (width, height), below = cv2.getTextSize(value, FONT, size, bold)
    (extra, _), _ = cv2.getTextSize(sure, FONT, small, 1)
    plate: Image = np.full((height + below + pad, width + extra + 4 * pad, 3), 255, np.uint8)
    if settled:
        cv2.rectangle(plate, (0, 0), (plate.shape[1] - 1, plate.shape[0] - 1), colour, 1)
    cv2.putText(plate, value, (pad, height + pad // 2), FONT, size, colour, bold, cv2.LINE_AA)
    cv2.putText(plate, sure, (width + 3 * pad, height + pad // 2), FONT, small, (90, 90, 90), 1, cv2.LINE_AA)
    return plate


def _put(out: Image, plate: Image, quad: Quad, taken: Sequence[Bounds]) -> Bounds:
    """Lays `plate` beside a field, turned by quarters as the sheet lies, where it covers nothing that is `taken`."""
    corners = np.array(quad)
    along = corners[1] - corners[0] + corners[2] - corners[3]
    turns = round(float(np.arctan2(along[1], along[0])) / (np.pi / 2)) % 4
    plate = np.ascontiguousarray(np.rot90(plate, -turns))
    height, width = plate.shape[:2]
    left, top, right, bottom = bounds_of(quad)
    x, y = (left + right - width) / 2, (top + bottom - height) / 2
    gap = 3
    sides = [(left - gap - width, y), (x, top - gap - height), (right + gap, y), (x, bottom + gap)]
    # Left of the field as its reader sees it, then above, right, below.
    sides = sides[turns:] + sides[:turns]
    places = [(px, py, px + width, py + height) for px, py in sides]
    place = min(places, key=lambda place: sum(_covers(place, other) for other in taken))
    px = int(min(max(place[0], 0), out.shape[1] - width))
    py = int(min(max(place[1], 0), out.shape[0] - height))
    if px >= 0 and py >= 0:
        out[py : py + height, px : px + width] = plate
    return (float(px), float(py), float(px + width), float(py + height))


def _covers(one: Bounds, other: Bounds) -> float:
    """The area that two rectangles share."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, wide) * max(0.0, high)


def _bars(out: Image, sight: Sight | None, status: Status) -> None:
    height = max(18, round(BAR * out.shape[0]))
    for part in (out[:height], out[-height:]):
        part[:] = part // 4
    size = height / 40
    base = round(0.68 * height)
    right = f"{counted(status.rows, 'row')}   {status.fps:.0f} frames/s"
    (width, _), _ = cv2.getTextSize(right, FONT, size, 1)
    _text(out, _headline(sight, status), (12, base), size, BGR_WHITE)
    _text(out, right, (out.shape[1] - width - 12, base), size, BGR_WHITE)
    words, colour = _advice(sight, status)
    _text(out, words, (12, out.shape[0] - height + base), size, colour)
    keys = "SPACE capture   U undo   P pause   Q quit"
    (width, _), _ = cv2.getTextSize(keys, FONT, 0.75 * size, 1)
    _text(out, keys, (out.shape[1] - width - 12, out.shape[0] - height + base), 0.75 * size, BGR_PALE)


def _headline(sight: Sight | None, status: Status) -> str:
    if sight is None or not sight.form:
        return status.note
    done = f"{len(sight.settled)} of {len(sight.readings)} fields" if sight.readings else "looking"
    return f"{sight.form}: {done}"


def _advice(sight: Sight | None, status: Status) -> tuple[str, tuple[int, int, int]]:
    if status.trouble:
        return status.trouble, BGR_AMBER
    if status.paused:
        return "Paused: press P to go on.", BGR_AMBER
    if sight is not None and sight.repeats and not sight.again:
        return f"Possible repeat of row {sight.repeats}: if it is one, take it back with U.", BGR_AMBER
    if status.flash and status.note:
        return status.note, BGR_GREEN
    if sight is None:
        return "", BGR_WHITE
    if sight.locked:
        return (ROW_EXISTS if sight.again else "Done: next sheet, please."), BGR_GREEN
    if sight.guidance is not None:
        return sight.guidance.sentence, BGR_AMBER
    return "Reading ...", BGR_WHITE


def _text(out: Image, words: str, at: Sequence[int], size: float, colour: tuple[int, int, int]) -> None:
    plain = words.encode("ascii", "replace").decode()
    cv2.putText(out, plain, (int(at[0]), int(at[1])), FONT, size, colour, max(1, round(1.4 * size)), cv2.LINE_AA)
