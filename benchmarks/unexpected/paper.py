"""What lies on a sheet or is missing from it when it is scanned, and what the scanner does."""

from __future__ import annotations

import cv2
import numpy as np

from benchmarks.unexpected.sheets import Case, Sheet, on_glass, right_values, scanned
from samples.generator.filling import Picture
from samples.generator.glyph import MM
from samples.generator.scanner import Scan


def covered(sheet: Sheet, strength: str) -> Case:
    """A finger, a strip of tape, glare, a torn corner or correction fluid over some fields."""
    rng, picture = sheet.rng, sheet.picture.copy()
    names = sheet.written()
    hidden = np.zeros(picture.shape[:2], np.float32)
    for name in rng.choice(names, 4, replace=False):
        left, top, right, bottom = sheet.box(str(name))
        x, y = rng.uniform(left, right), rng.uniform(top, bottom)
        if strength == "finger":
            size = (rng.uniform(7, 9) * MM, rng.uniform(16, 26) * MM)
            cv2.ellipse(hidden, ((x, y), size, rng.uniform(-60, 60)), 1.0, cv2.FILLED)
        elif strength == "tape":
            corners = cv2.boxPoints(((x, y), (rng.uniform(20, 60) * MM, 12 * MM), rng.uniform(-80, 80)))
            cv2.fillConvexPoly(hidden, corners.astype(np.int32), 1.0)
        elif strength == "glare":
            size = (rng.uniform(12, 24) * MM, rng.uniform(9, 16) * MM)
            cv2.ellipse(hidden, ((x, y), size, rng.uniform(0, 180)), 1.0, cv2.FILLED)
        elif strength == "torn":
            _tear(hidden, x, rng)
            break
        else:
            # Correction fluid: a patch as large as a digit or two, whose edge is uneven.
            points = [
                (x + r * np.cos(a), y + 0.6 * r * np.sin(a))
                for a, r in zip(np.linspace(0, 6.28, 14), rng.uniform(3, 6, 14) * MM, strict=True)
            ]
            cv2.fillPoly(hidden, [np.array(points, np.int32)], 1.0)
    spoilt = _covered(picture, hidden, strength, rng)
    affected = frozenset(name for name in sheet.fields if _hides(sheet, name, hidden))
    return Case(on_glass(sheet, spoilt), sheet.form, right_values(sheet), affected)


def _tear(hidden: np.ndarray, x: float, rng: np.random.Generator) -> None:
    """The lower right corner, up to where a field is."""
    height, width = hidden.shape
    ragged = rng.uniform(-2, 2, 12) * MM
    xs = np.linspace(min(x, 0.85 * width), width, 12)
    ys = np.linspace(height, 0.55 * height, 12) + ragged
    edge = [*zip(xs, ys, strict=True), (width, height)]
    cv2.fillPoly(hidden, [np.array(edge, np.int32)], 1.0)


def _covered(picture: Picture, hidden: np.ndarray, strength: str, rng: np.random.Generator) -> Picture:
    soft = cv2.GaussianBlur(hidden, (0, 0), 12 if strength == "glare" else 1.5)[..., None]
    flow = picture.astype(np.float32)
    match strength:
        case "finger":
            over = np.array((205, 150, 122), np.float32) * (1 + 0.05 * rng.standard_normal())
        case "tape":
            # Matt tape lets little through: what lies below it is all but gone.
            over = 0.12 * flow + 0.88 * np.array((226, 218, 190), np.float32)
        case "glare":
            over = np.full(3, 255, np.float32)
        case "torn":
            over = np.full(3, 246, np.float32)
        case _:
            over = np.array((252, 251, 248), np.float32)
    return np.clip(flow * (1 - soft) + over * soft, 0, 255).astype(np.uint8)


def _hides(sheet: Sheet, name: str, hidden: np.ndarray) -> bool:
    """Whether something of the field's ink, or a cell's worth of its room, is hidden."""
    left, top, right, bottom = sheet.box(name)
    mask = hidden[top:bottom, left:right] > 0.5
    ink = sheet.ink[top:bottom, left:right] > 0.5
    return bool((mask & ink).any() or mask.mean() > 0.1)


def streaked(sheet: Sheet, strength: str) -> Case:
    """Lines down the whole page, as dirt on the glass of a feeder makes them, through some fields."""
    rng = sheet.rng
    image = scanned(sheet, Scan(dpi=200, skew=float(rng.uniform(-0.3, 0.3))))
    scale = image.shape[0] / sheet.ink.shape[0]
    thick, grey = {"thin dark": (1, 60), "thick dark": (3, 40), "faint": (1, 140), "white": (2, 255)}[strength]
    affected: set[str] = set()
    for name in rng.choice(sheet.written(), 4, replace=False):
        left, _, right, _ = sheet.box(str(name))
        x = round(scale * rng.uniform(left + 8, right - 8))
        image[:, x : x + thick] = np.clip(grey + rng.normal(0, 6, (image.shape[0], thick)), 0, 255)
        for other in sheet.fields:
            begin, _, end, _ = (scale * v for v in sheet.box(other))
            if begin - 6 <= x + thick and x <= end + 6:
                affected.add(other)
    return Case(image, sheet.form, right_values(sheet), frozenset(affected))


def small(sheet: Sheet, strength: str) -> Case:
    """The page with few pixels, or out of focus: digits from 16 down to 8 pixels high."""
    image = scanned(sheet)
    written = frozenset(sheet.written())
    if strength.startswith("blur"):
        sigma = {"blur 2": 2.0, "blur 3": 3.0, "blur 4": 4.0}[strength]
        return Case(
            np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8), sheet.form, right_values(sheet), written
        )
    tall = int(strength.split(maxsplit=1)[0])
    share = tall / (sheet.writing.hand.height / 25.4 * 200)
    image = np.asarray(cv2.resize(image, None, fx=share, fy=share, interpolation=cv2.INTER_AREA), np.uint8)
    return Case(image, sheet.form, right_values(sheet), written)


def negative(sheet: Sheet, strength: str) -> Case:
    """White on black; or black and white alone, and dithered."""
    image = 255 - scanned(sheet)
    if strength == "dithered":
        noise = sheet.rng.integers(40, 215, image.shape)
        image = np.where(image > noise, 255, 0)
    return Case(np.asarray(image, np.uint8), sheet.form, right_values(sheet), frozenset(sheet.written()))
