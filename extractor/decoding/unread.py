"""Combs with cells that hold no symbol, as when somebody corrects a digit by writing over it: what their ink allows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from extractor.decoding.meaning import judge
from extractor.decoding.written import BLANK, HYPHEN, STRUCK, UNREADABLE, written_in
from extractor.recognizer import CROSS, DASH, JUNK
from extractor.segmentation import Lattice
from extractor.template import Format
from extractor.values import Floats

ALLOWED = 0.005
"""The least probability of a symbol that the ink of a cell allows."""


@dataclass(frozen=True)
class UnreadCells:
    """For each cell the probability of each symbol or mark, as a path writes it, and the field's format.

    The probability that a cell holds no symbol counts for every symbol alike: any may lie under a correction.
    """

    cells: tuple[Mapping[str, float], ...]
    form: Format

    def spell(self, number: Decimal) -> tuple[str, str, float] | None:
        """`number` as the field's value, as it is written cell by cell, and how probable the ink makes that.

        None where the ink of a cell does not allow it, or where the format does not.
        """
        digits = f"{number:f}" if number >= 0 else ""
        if not digits.isdigit() or len(digits) > len(self.cells):
            return None
        before = len(self.cells) - len(digits)
        # Cells before the number are empty, struck, dashed or zero, whichever they look like most.
        written = [
            max((BLANK, STRUCK, HYPHEN, "0"), key=lambda mark: one.get(mark, 0.0)) for one in self.cells[:before]
        ]
        written += digits
        found = [one.get(mark, 0.0) for one, mark in zip(self.cells, written, strict=True)]
        text = "".join(written)
        meaning = judge(written_in(text, comb=True), self.form)
        if min(found) < ALLOWED or meaning.problem or meaning.value != digits:
            return None
        return digits, text, math.prod(found)


def unread_cells(
    lattice: Lattice, log_probabilities: Floats, classes: Sequence[str], form: Format
) -> UnreadCells | None:
    """What the cells of a comb for whole numbers allow where one of them is no symbol; None for any other field.

    `log_probabilities` has shape (crops of this lattice, classes).
    """
    names = [{CROSS: STRUCK, DASH: HYPHEN, JUNK: UNREADABLE}.get(name, name) for name in classes]
    if not lattice.comb or not form.kind.is_number or form.decimals or UNREADABLE not in names:
        return None
    cells: list[dict[str, float]] = []
    unread = False
    for candidate in lattice.candidates:
        if candidate.crop is None:
            cells.append({BLANK: 1.0})
            continue
        probabilities = np.exp(log_probabilities[candidate.crop].astype(np.float64))
        cell = dict(zip(names, probabilities.tolist(), strict=True))
        unread = unread or max(cell, key=lambda mark: cell[mark]) == UNREADABLE
        none = cell.pop(UNREADABLE) / len(cell)
        cells.append({mark: probability + none for mark, probability in cell.items()})
    return UnreadCells(tuple(cells), form) if unread else None
