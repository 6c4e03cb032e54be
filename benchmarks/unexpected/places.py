"""Where registration must not be mistaken: a table that lies a row aside, two sheets in one picture, squared paper."""

from __future__ import annotations

import cv2
import numpy as np

from benchmarks.unexpected.sheets import COMBS, NOTHING, OPEN, Case, Sheet, on_glass, right_values
from samples.generator.glyph import MM
from samples.generator.scanner import Scan
from samples.make_pages import printed

MARKS_MM = 16
"""The marks of the sample forms lie so near to the edge of the sheet."""


def row_aside(sheet: Sheet, strength: str) -> Case:
    """All that is printed and written lies a row lower or higher than it should between the marks: another issue of
    the form."""
    picture = sheet.picture.copy()
    step = _row_pitch(sheet) * (1 if strength == "lower" else -1)
    edge = round(MARKS_MM * MM)
    inner = picture[edge:-edge, edge:-edge]
    moved = np.full_like(inner, 255)
    if step > 0:
        moved[step:] = inner[:-step]
    else:
        moved[:step] = inner[-step:]
    picture[edge:-edge, edge:-edge] = moved
    return Case(on_glass(sheet, picture), sheet.form, right_values(sheet), frozenset(sheet.fields))


def two_sheets(sheet: Sheet, strength: str) -> Case:
    """Another form, of the other sort or (same) of its own, beside the sheet or above it: both are read."""
    other = sheet.form if "same" in strength else {OPEN: COMBS, COMBS: OPEN}[sheet.form]
    pair = [sheet.picture, printed(other)[0]]
    if sheet.rng.random() < 0.5:
        pair.reverse()
    both = on_glass(sheet, np.concatenate(pair, axis=1 if "beside" in strength else 0), Scan(dpi=150))
    return Case(both, sheet.form, right_values(sheet), frozenset(sheet.fields))


def squared_paper(sheet: Sheet, strength: str) -> Case:
    """What was to be written on the form, on squared or lined paper: no form at all."""
    picture = np.full_like(sheet.picture, 255)
    step = round({"5 mm": 5, "8 mm": 8, "lined": 8.5}[strength] * MM)
    ink = (172, 186, 214)
    for y in range(step // 2, picture.shape[0], step):
        cv2.line(picture, (0, y), (picture.shape[1], y), ink, 3)
    for x in range(step // 2, picture.shape[1] if strength != "lined" else 0, step):
        cv2.line(picture, (x, 0), (x, picture.shape[0]), ink, 3)
    written = sheet.writing.on(picture)
    return Case(on_glass(sheet, written), sheet.form, dict.fromkeys(sheet.fields, NOTHING), frozenset(sheet.fields))


def _row_pitch(sheet: Sheet) -> int:
    """Pixels from the first row of the form's table to the second."""
    first, second = ("hours_1", "hours_2") if sheet.form == OPEN else ("votes_1", "votes_2")
    return sheet.box(second)[1] - sheet.box(first)[1]
