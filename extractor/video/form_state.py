"""What lies before the camera, as states that follow one another; each function below is one kind of transition.

    Studying --(every field was cut out)--> Watching --(out of sight and back)--> Recognising
        ^                                      |  ^                                    |  |
        +---(other ink, or its row undone)-----+  +----------------(the same ink)------+  |
        +--------------------------------(other ink)--------------------------------------+

How far the reading of a sheet has come is its `Stage` (extractor/video/held_sheet.py). A form that is out of sight for
a moment changes nothing: how long it has been so is an `Absence`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from extractor.video.held_sheet import Cuts, HeldSheet, Stage
from extractor.video.identity import SAME_SHEET

COMPARED_PER_FRAME = 3
"""Fields of a locked sheet whose ink is compared in one frame."""

STRANGE_FRAMES = 2
"""Frames in a row that must show other ink before the sheet is another one: one may be a hand's shadow."""


@dataclass(frozen=True)
class Studying:
    """A new sheet, or none yet. `cuts` are those of its fields so far; `dismissed` says that this sheet gave a row
    before, which was taken back."""

    cuts: Cuts = field(default_factory=dict)
    dismissed: bool = False


@dataclass(frozen=True)
class Watching:
    """`sheet` lies there. `strange` counts the last frames in a row that showed other ink than it has."""

    sheet: HeldSheet
    strange: int = 0


@dataclass(frozen=True)
class Recognising:
    """A form is back, and its ink has to tell whether it is `sheet` again. `left` are the frames after which a sheet
    that shows no ink to compare is taken for the same; `strange` is as in `Watching`."""

    sheet: HeldSheet
    left: int
    strange: int = 0


State: TypeAlias = Studying | Watching | Recognising


@dataclass(frozen=True)
class Absence:
    """No form has been seen since the time `since`. `paper` says whether another sheet of paper lay there when one was
    last sought, at the time `sought_at`."""

    since: float
    sought_at: float = -math.inf
    paper: bool = False


def came_back(state: State, fields: int) -> State:
    """A form of so many `fields` was found after none was in sight: it may be another sheet than before."""
    if isinstance(state, Studying):
        return replace(state, cuts={})
    if not state.sheet.ink:
        # Nothing was read of it by which it would be known again.
        return Studying(dismissed=state.sheet.stage is Stage.DISMISSED)
    # As many comparisons as it takes to see every field.
    return Recognising(state.sheet, math.ceil(fields / COMPARED_PER_FRAME))


def compared(state: Watching | Recognising, likeness: float | None) -> State:
    """A frame's ink was compared with the sheet's: how alike they are, -1 to 1, or None where neither had any."""
    if likeness is not None and likeness < SAME_SHEET:
        strange = state.strange + 1
        return Studying() if strange >= STRANGE_FRAMES else replace(state, strange=strange)
    if likeness is None and isinstance(state, Recognising) and state.left > 1:
        return replace(state, left=state.left - 1)
    return Watching(state.sheet)


def went_away(state: State) -> State:
    """No form was seen for so long that the sheet counts as gone: one whose row was taken back may give it again."""
    if isinstance(state, Studying):
        return replace(state, dismissed=False)
    return Studying() if state.sheet.stage is Stage.DISMISSED else state
