"""What people write that no form expects: struck numbers, marks, missing points, numbers that leave their box."""

from __future__ import annotations

import cv2
import numpy as np

from benchmarks.unexpected.sheets import COMBS, NOTHING, Case, Sheet, right_values, scanned
from samples.generator import glyph
from samples.generator.glyph import MM

Line = list[tuple[float, float]]


def struck(sheet: Sheet, strength: str) -> Case:
    """Pen lines through half of the numbers: one, a thin one, one aslant, two, or a zigzag."""
    rng, right = sheet.rng, right_values(sheet)
    affected = some(sheet, 0.5)
    for name in affected:
        left, top, end, bottom = (v / MM for v in sheet.extent(name))
        over = rng.uniform(0.3, 1.4, 2)
        width, height = end - left + over.sum(), bottom - top
        middle = height * rng.uniform(0.35, 0.65)
        rise = height * rng.uniform(-0.12, 0.12)
        flat: Line = [(0, middle), (width / 2, middle + rise / 2 + rng.uniform(-0.2, 0.2)), (width, middle + rise)]
        pen = sheet.writing.hand.pen * (0.55 if strength == "thin" else 1.0)
        lines: list[Line] = [flat]
        if strength == "aslant":
            lines = [[(0, height * rng.uniform(0.85, 1.1)), (width, height * rng.uniform(-0.1, 0.15))]]
        elif strength == "twice":
            lines.append([(x, y + 0.18 * height) for x, y in flat])
        elif strength == "zigzag":
            xs = np.linspace(0, width, max(5, 2 * round(width / 1.6) + 1))
            lines = [[(float(x), height * (0.2 + 0.6 * (k % 2))) for k, x in enumerate(xs)]]
        patch = glyph.strokes(lines, pen, rng)
        low = min(y for line in lines for _, y in line)
        sheet.put(patch, (left - over[0]) * MM, (top + low) * MM)
        right[name] = NOTHING
    return Case(scanned(sheet), sheet.form, right, frozenset(affected))


def marked(sheet: Sheet, strength: str) -> Case:
    """Numbers with a mark that their format does not explain, in boxes for whole numbers."""
    rng, right = sheet.rng, right_values(sheet)
    affected = [name for name in sheet.fields if name.startswith("km_")]
    for name in affected:
        a, b = int(rng.integers(10, 99)), int(rng.integers(1, 9))
        text = {
            "point": f"{a}.{b}",
            "minus": f"-{a}",
            "minus after": f"{a}-",
            "dash": f"{b}-{a % 9 + 1}",
            "slash": f"{b}/{a % 9 + 1}",
            "brackets": f"({a})",
            "percent": f"{a}%",
        }[strength]
        sheet.write(name, text)
        right[name] = NOTHING
    return Case(scanned(sheet), sheet.form, right, frozenset(affected))


def pointless(sheet: Sheet, strength: str) -> Case:
    """Numbers whose points a copier took away, or for which the writer left a gap instead."""
    affected = [name for name in sheet.written() if "." in sheet.answers[name].written]
    for name in affected:
        sheet.write(name, sheet.answers[name].written.replace(".", " " if strength == "gap" else ""))
    return Case(scanned(sheet), sheet.form, right_values(sheet), frozenset(affected))


def faint(sheet: Sheet, strength: str) -> Case:
    """Numbers of which one digit is paler than the others, as where a pen runs dry: so much of their darkness is left.
    Whoever looks closely sees it."""
    affected = some(sheet, 0.5)
    for name in affected:
        left, top, right, bottom = sheet.box(name)
        ink = sheet.ink[top:bottom, left:right]
        count, labels, stats, _ = cv2.connectedComponentsWithStats((ink > 0.1).astype(np.uint8))
        tall = [n for n in range(1, count) if stats[n, 3] >= 0.6 * stats[1:, 3].max()]
        digit = tall[int(sheet.rng.integers(len(tall)))]
        ink[labels == digit] *= int(strength.split(maxsplit=1)[0]) / 100
    return Case(scanned(sheet), sheet.form, right_values(sheet), frozenset(affected))


def past_the_box(sheet: Sheet, strength: str) -> Case:
    """Numbers that run over an edge of their box or comb, by a part of a digit up to more than one."""
    right = right_values(sheet)
    if sheet.form == COMBS:
        # What stands beside many combs of a page is print.
        affected = some(sheet, 0.25)
        for name in affected:
            _move_over(sheet, name, strength)
    else:
        affected = _rewritten(sheet, strength, right)
    return Case(scanned(sheet), sheet.form, right, frozenset(affected))


def _rewritten(sheet: Sheet, strength: str, right: dict[str, frozenset[str]]) -> list[str]:
    """Writes one number into each row of the table, over that side of its box; the fields of these rows."""
    rng = sheet.rng
    affected: list[str] = []
    names = [name for name in sheet.fields if name.startswith(("km_", "hours_", "amount_")) and name[-1].isdigit()]
    # First: what runs over a side of one row must not be erased with the next.
    for name in names:
        sheet.erase(name)
        right[name] = frozenset({"0", "0.0", "0.00"})
    for row in range(1, 7):
        mine = [name for name in names if name.endswith(f"_{row}")]
        name = mine[int(rng.integers(len(mine)))]
        text = str(int(rng.integers(100, 999)) if name.startswith("km") else int(rng.integers(100, 990)) / 10)
        sheet.write(name, text)
        _move_over(sheet, name, strength)
        value = {"km": text, "hours": text, "amount": f"{float(text):.2f}"}[name.split("_")[0]]
        right[name] = frozenset({value})
        affected += mine
    return affected


def _move_over(sheet: Sheet, name: str, side: str) -> None:
    """Moves what is written in a field over that side of its box, by 0.3 to 1.3 of a digit."""
    rng = sheet.rng
    left, top, right, bottom = sheet.box(name)
    inked = sheet.extent(name)
    patch = sheet.ink[inked[1] : inked[3], inked[0] : inked[2]].copy()
    sheet.erase(name)
    digit = 0.6 * (inked[3] - inked[1])
    over = rng.uniform(0.3, 1.3) * digit
    x, y = inked[0], inked[1]
    if side == "right":
        x = right - patch.shape[1] + round(over)
    elif side == "left":
        x = left - round(over)
    elif side == "below":
        y = bottom - patch.shape[0] + round(0.6 * over)
    else:
        y = top - round(0.6 * over)
    sheet.put(patch, x, y)


def some(sheet: Sheet, share: float) -> list[str]:
    names = sheet.written()
    if sheet.form == COMBS:
        # One figure in one cell, struck out, is how an unused cell is written.
        names = [name for name in names if sum(c.isdigit() for c in sheet.answers[name].written) > 1]
    count = max(1, round(share * len(names)))
    return sorted(sheet.rng.choice(names, count, replace=False).tolist())
