"""What lies before the camera, as states that follow one another; each function below is one kind of transition.

    Studying --(every field was cut out)--> Watching
        ^                                      |
        +--(other ink, its row undone, or it was out of sight after its row)

A sheet that comes back after its row is read anew, and what it reads tells whether it is the same one. One that was out
of sight before its row is read on, but gives none before the ink of each of its fields was seen once more.

How far the reading of a sheet has come is its `Stage` (extractor/video/held_sheet.py). A form that is out of sight for
a moment changes nothing: how long it has been so is an `Absence`.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from extractor.video.held_sheet import Cuts, HeldSheet, Stage

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
    """`sheet` lies there. `strange` are the fields that showed other ink than it has in the last `strange_frames`
    frames in a row. `unconfirmed` are those whose ink has not been seen since the sheet was out of sight."""

    sheet: HeldSheet
    strange: frozenset[str] = frozenset()
    strange_frames: int = 0
    unconfirmed: frozenset[str] = frozenset()


State: TypeAlias = Studying | Watching


@dataclass(frozen=True)
class Absence:
    """No form has been seen since the time `since`. `paper` says whether another sheet of paper lay there when one was
    last sought, at the time `sought_at`."""

    since: float
    sought_at: float = -math.inf
    paper: bool = False


def came_back(state: State) -> State:
    """A form was found after none was in sight: it may be another sheet than before."""
    if isinstance(state, Studying):
        return replace(state, cuts={})
    if state.sheet.locked or not state.sheet.ink:
        return Studying(dismissed=state.sheet.stage is Stage.DISMISSED)
    return Watching(state.sheet, unconfirmed=frozenset(state.sheet.ink))


def compared(state: Watching, fields: Collection[str], strange: frozenset[str]) -> State:
    """The ink of a few `fields` in a frame was compared with the sheet's; `strange` are those with other ink."""
    if strange:
        frames = state.strange_frames + 1
        return Studying() if frames >= STRANGE_FRAMES else replace(state, strange=strange, strange_frames=frames)
    return Watching(state.sheet, unconfirmed=state.unconfirmed.difference(fields))


def went_away(state: State) -> State:
    """No form was seen for so long that the sheet counts as gone: one whose row was taken back may give it again."""
    if isinstance(state, Studying):
        return replace(state, dismissed=False)
    return Studying() if state.sheet.stage is Stage.DISMISSED else state
