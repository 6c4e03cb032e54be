"""Pages read without a template: what is accepted must be what somebody wrote in a field, and neither print nor a part
of a number."""

from __future__ import annotations

import cv2
import numpy as np

from benchmarks.unexpected.sheets import OPEN, Case, Sheet, on_glass, right_values, scanned
from extractor.ink import as_gray
from extractor.values import FieldStatus, PageResult
from samples.generator.glyph import MM
from samples.generator.scanner import Scan

STRENGTHS = ("scan", "100 dpi", "soft", "pale", "specks", "row numbers", "letters")


def drawn(sheet: Sheet, strength: str) -> Case:
    """One sheet, to be read without its template. All of its fields are affected."""
    right = right_values(sheet)
    names = frozenset(sheet.fields)
    if strength in ("row numbers", "letters"):
        image = _printed(sheet, strength, right)
    elif strength == "specks":
        image = _specked(sheet)
    elif strength == "100 dpi":
        image = scanned(sheet, Scan(dpi=100, skew=float(sheet.rng.uniform(-1.2, 1.2)), margin=3))
    else:
        image = scanned(sheet)
        if strength == "soft":
            image = as_gray(cv2.GaussianBlur(image, (0, 0), 2.2))
        elif strength == "pale":
            image = as_gray(cv2.convertScaleAbs(image, alpha=0.45, beta=130))
    return Case(image, sheet.form, right, names)


def _printed(sheet: Sheet, strength: str, right: dict[str, frozenset[str]]) -> np.ndarray:
    """Numbers that count up, or letters, printed in a column of boxes, in the size of the form's own print."""
    column = "km_" if sheet.form == OPEN else "votes_"
    names = [name for name in sheet.fields if name.startswith(column) and name[-1].isdigit()]
    for name in names:
        sheet.erase(name)
        right[name] = frozenset()
    picture = sheet.picture.copy()
    height = 2.9 * MM
    for number, name in enumerate(names, 1):
        left, top, end, bottom = sheet.box(name)
        text = str(number) if strength == "row numbers" else "abcdefghijklmnop"[number - 1]
        scale = height / 21
        (width, tall), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_COMPLEX, scale, 3)
        at = ((left + end - width) // 2, (top + bottom + tall) // 2)
        cv2.putText(picture, text, at, cv2.FONT_HERSHEY_COMPLEX, scale, (10, 10, 10), 3, cv2.LINE_AA)
    return on_glass(sheet, picture)


def _specked(sheet: Sheet) -> np.ndarray:
    """Specks that touch a corner of half of the boxes."""
    picture = sheet.picture.copy()
    for name in sheet.fields:
        left, top, right, bottom = sheet.box(name)
        if sheet.rng.random() < 0.5:
            x, y = (left, right)[int(sheet.rng.integers(2))], (top, bottom)[int(sheet.rng.integers(2))]
            cv2.circle(picture, (x, y), round(float(sheet.rng.uniform(0.5, 0.9)) * MM), (20, 20, 20), cv2.FILLED)
    return on_glass(sheet, picture)


def judged(case: Case, result: PageResult) -> list[tuple[FieldStatus, str, bool]]:
    """Status and value of each field that was found on a page, and whether somebody wrote that value on it: as often
    as it is written, points and leading noughts apart."""
    waiting = [_bare(value) for values in case.right.values() for value in values]
    out = []
    for reading in sorted(result.readings, key=lambda r: r.status is FieldStatus.REVIEW):
        good = bool(reading.value) and _bare(reading.value) in waiting
        if good:
            waiting.remove(_bare(reading.value))
        out.append((reading.status, reading.written, good))
    return out


def _bare(value: str) -> str:
    digits = "".join(c for c in value if c.isdigit())
    return digits.lstrip("0") or digits[:1]
