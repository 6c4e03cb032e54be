"""What a session sees in one frame."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from extractor.values import PageResult, Points, Reading

Quad: TypeAlias = tuple[tuple[float, float], ...]
"""Four corners in pixels of the frame, clockwise from the sheet's own top left."""

Bounds: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels of the frame."""


class Guidance(StrEnum):
    """What would help the camera to see better."""

    SHOW = "show"
    WRITE = "write"
    CLOSER = "closer"
    STILL = "still"
    DARK = "dark"
    GLARE = "glare"
    WRONG = "wrong"

    @property
    def sentence(self) -> str:
        return SENTENCES[self]


SENTENCES = {
    Guidance.SHOW: "Hold a whole form in front of the camera.",
    Guidance.WRITE: "Hold up a sheet with handwritten numbers.",
    Guidance.CLOSER: "Come closer: the digits are too small.",
    Guidance.STILL: "Hold still.",
    Guidance.DARK: "Too dark: more light.",
    Guidance.GLARE: "Glare: tilt the sheet or move the lamp.",
    Guidance.WRONG: "This is another form, or part of it is out of sight.",
}


@dataclass(frozen=True)
class Sight:
    """All that is known after one frame, in pixels of that frame.

    `at` is the frame's time in seconds. `form` is the name of the form that is seen (empty without one, and always
    without templates), `outline` the corners of the sheet. `readings` are fused over all frames of this sheet; their
    `quad` is where the field lies in this frame; a field that was not read yet has an empty `value`, `written` and
    confidence 0. `settled` names the fields that are accepted or have not changed for a second. `locked` says that
    the sheet is settled and its row given, `again` that the row was given when the sheet was here before; `repeats` is
    the number of an earlier row whose sheet this may be, or 0.
    `row` is there only in the frame that finishes a row: a page of the table, whose `page` is the number of the row.
    Where it may repeat an earlier row its status is `duplicate`, and its reason says so.
    """

    at: float
    form: str = ""
    outline: Quad | None = None
    readings: tuple[Reading, ...] = ()
    settled: frozenset[str] = frozenset()
    locked: bool = False
    again: bool = False
    repeats: int = 0
    guidance: Guidance | None = None
    row: PageResult | None = None


def possible_repeat(row: int) -> str:
    """Why a sheet that may have given the row of that number has given another."""
    return f"Possible repeat of row {row}: no number differs beyond doubt, and the ink does not tell."


def as_quad(corners: Points) -> Quad:
    """`corners`, shape (4, 2), as they are given in a sight."""
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in corners)


def bounds_of(quad: Quad) -> Bounds:
    """The upright rectangle around `quad`."""
    xs, ys = zip(*quad, strict=True)
    return min(xs), min(ys), max(xs), max(ys)
