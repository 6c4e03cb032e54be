"""What people add to numbers, or write instead of them: rings, ticks, words, tails of the row above; punched holes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.unexpected.ink import some
from benchmarks.unexpected.sheets import NOTHING, Case, Sheet, on_glass, right_values, scanned
from samples.generator import glyph
from samples.generator.glyph import MM

WORDS = {"nil": "nil", "none": "none", "n/a": "n/a", "same": "id.", "letters": "ISO"}


def ringed(sheet: Sheet, strength: str) -> Case:
    """Rings around half of the numbers, by a pen or (pale) a pencil: what is in them stands."""
    affected = some(sheet, 0.5)
    for name in affected:
        left, top, right, bottom = sheet.extent(name)
        size = (round((right - left) / 2 + 1.2 * MM), round((bottom - top) / 2 + 0.9 * MM))
        ring = np.zeros_like(sheet.ink)
        middle = ((left + right) // 2, (top + bottom) // 2)
        turn = float(sheet.rng.uniform(-8, 8))
        cv2.ellipse(ring, middle, size, turn, 20, 375, 1.0, round(sheet.writing.hand.pen * MM), cv2.LINE_AA)
        np.maximum(sheet.ink, ring * (0.4 if strength == "pale" else 1.0), out=sheet.ink)
    return Case(scanned(sheet), sheet.form, right_values(sheet), frozenset(affected))


def ticked(sheet: Sheet, strength: str) -> Case:
    """A tick behind half of the numbers, as whoever checks a list makes it, or before them."""
    affected = some(sheet, 0.5)
    for name in affected:
        left, top, right, bottom = sheet.extent(name)
        high = (bottom - top) / MM
        way = [(0.0, 0.55 * high), (0.25 * high, high), (0.75 * high, 0.0)]
        patch = glyph.strokes([way], sheet.writing.hand.pen, sheet.rng)
        gap = float(sheet.rng.uniform(0.4, 1.5)) * MM
        sheet.put(patch, right + gap if strength == "behind" else left - gap - patch.shape[1], top)
    return Case(scanned(sheet), sheet.form, right_values(sheet), frozenset(affected))


def worded(sheet: Sheet, strength: str) -> Case:
    """A word where a number should be."""
    right, affected = right_values(sheet), some(sheet, 0.4)
    for name in affected:
        left, top, end, bottom = sheet.box(name)
        sheet.erase(name)
        high = 0.4 * (bottom - top)
        word = _script(WORDS[strength], high)
        x = left + float(sheet.rng.uniform(0.1, 0.4)) * max(0, end - left - word.shape[1])
        sheet.put(word, x, top + 0.25 * (bottom - top))
        right[name] = NOTHING
    return Case(scanned(sheet), sheet.form, right, frozenset(affected))


def _script(text: str, high: float) -> NDArray[np.float32]:
    scale = high / 21
    (width, tall), base = cv2.getTextSize(text, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, scale, 5)
    word = np.zeros((tall + base + 10, width + 10), np.uint8)
    cv2.putText(word, text, (5, tall + 5), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, scale, 255, 5, cv2.LINE_AA)
    return np.asarray(word / 255, np.float32)


def tailed(sheet: Sheet, strength: str) -> Case:
    """Tails of what is written in the row above hang into empty fields: straight ones, or loops."""
    empty = [name for name in sheet.fields if name not in sheet.written()]
    affected = sheet.rng.choice(empty, max(1, len(empty) // 2), replace=False).tolist() if empty else []
    for name in affected:
        left, top, right, bottom = sheet.box(name)
        deep = float(sheet.rng.uniform(0.35, 0.7)) * (bottom - top) / MM
        way = (
            [(1.2, 0.0), (1.0, deep)]
            if strength == "straight"
            else [(1.2, 0.0), (1.1, deep), (0.2, deep * 0.8), (1.6, 0.3 * deep)]
        )
        patch = glyph.strokes([[(x, y) for x, y in way]], sheet.writing.hand.pen, sheet.rng)
        sheet.put(patch, left + float(sheet.rng.uniform(0.2, 0.8)) * (right - left), top - 1.5 * MM)
    return Case(scanned(sheet), sheet.form, right_values(sheet), frozenset(affected))


def punched(sheet: Sheet, strength: str) -> Case:
    """Punched holes through fields, over the black or the white lid of a scanner."""
    picture, hidden = sheet.picture.copy(), np.zeros(sheet.ink.shape, np.uint8)
    for name in sheet.rng.choice(list(sheet.fields), 4, replace=False):
        left, top, right, bottom = sheet.box(str(name))
        at = (round(float(sheet.rng.uniform(left, right))), round(float(sheet.rng.uniform(top, bottom))))
        cv2.circle(hidden, at, round(2.75 * MM), 255, cv2.FILLED, cv2.LINE_AA)
        cv2.circle(
            picture, at, round(2.75 * MM), (25,) * 3 if strength == "black" else (252,) * 3, cv2.FILLED, cv2.LINE_AA
        )
        cv2.circle(picture, at, round(2.75 * MM), (120,) * 3, 2, cv2.LINE_AA)
    affected = frozenset(name for name in sheet.fields if _meets(sheet, name, hidden))
    return Case(on_glass(sheet, picture), sheet.form, right_values(sheet), affected)


def _meets(sheet: Sheet, name: str, hidden: NDArray[np.uint8]) -> bool:
    left, top, right, bottom = sheet.box(name)
    return bool(hidden[top:bottom, left:right].any())
