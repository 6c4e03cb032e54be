"""Boxes to tick and bubbles to fill: which labels they have, and where each lies."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from extractor.values import Box

MOST_LABELS, MOST_ANSWERS, MOST_PARTS = 100, 64, 20
"""Of a field of bubbles: labels of one answer, answers in one block, and blocks."""

MOST_OF_FIELD, MOST_OF_FORM = 1_000, 20_000
"""Bubbles: each is looked at on each page."""

RANGE = re.compile(r"([A-Za-z])\s*\.\.\s*([A-Za-z])|(\d{1,3})\s*\.\.\s*(\d{1,3})")
"""`A..E` and `1..5`."""


class Bubble(NamedTuple):
    """One box to tick or bubble to fill: what it stands for, and the inside of its outline in template units."""

    label: str
    box: Box


def _labels(value: object) -> object:
    """`A..E`, `1..5` and `yes/no` are short for lists; any other text has a letter for each bubble. YAML takes yes and
    no for truth values."""
    if isinstance(value, str):
        if match := RANGE.fullmatch(value.strip()):
            ends = tuple(ord(end) if end.isalpha() else int(end) for end in match.groups() if end)
            return tuple(chr(one) if match[1] else str(one) for one in range(ends[0], ends[1] + 1))
        return tuple(value.split("/")) if "/" in value else tuple(value)
    if isinstance(value, (list, tuple)):
        return tuple(_word(one) for one in value)
    return value


def _word(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, int) else value


def _box(value: object) -> object:
    return Box(*value) if isinstance(value, (list, tuple)) and len(value) == len(Box._fields) else value


Label = Annotated[str, Field(min_length=1, max_length=50)]
Labels = Annotated[tuple[Label, ...], BeforeValidator(_labels), Field(min_length=1, max_length=MOST_LABELS)]
Size = tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]]


class MarkBlock(BaseModel):
    """A block of bubbles, evenly spread over a box: those of one answer lie `across` or `down`, and `answers` of them
    lie side by side the other way. `size` is [width, height] of a bubble; without it they fill their places."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    labels: Labels
    direction: Literal["across", "down"] = "across"
    answers: Annotated[int, Field(ge=1, le=MOST_ANSWERS)] = 1
    size: Size | None = None

    def bubbles(self, box: Box) -> tuple[tuple[Bubble, ...], ...]:
        """The bubbles of each answer in `box`, which goes around all of them."""
        labels, answers = len(self.labels), self.answers
        columns, rows = (labels, answers) if self.direction == "across" else (answers, labels)
        side = min(box.width / columns, box.height / rows)
        width, height = self.size or (side, side)
        right = (box.width - width) / max(1, columns - 1)
        down = (box.height - height) / max(1, rows - 1)
        # What is alone in its direction lies in the middle.
        left, top = (0.0 if columns > 1 else right / 2), (0.0 if rows > 1 else down / 2)
        found = []
        for answer in range(answers):
            own = []
            for place, label in enumerate(self.labels):
                x, y = (place, answer) if self.direction == "across" else (answer, place)
                own.append(Bubble(label, Box(box.left + left + x * right, box.top + top + y * down, width, height)))
            found.append(tuple(own))
        return tuple(found)


class MarkPart(MarkBlock):
    """One of several blocks that make one field, with the box around it."""

    box: Annotated[Box, BeforeValidator(_box)]


class Marks(BaseModel):
    """The bubbles of a field: one block in the field's box, or `parts` with a box each, whose answers follow.

    `choose` says whether `one` bubble of an answer may be marked or `any` of them. `empty` is the value of an answer
    in which none is. Where there are several answers and no `empty`, each must be given, unless `gaps` are allowed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    labels: Labels | None = None
    direction: Literal["across", "down"] = "across"
    answers: Annotated[int, Field(ge=1, le=MOST_ANSWERS)] = 1
    size: Size | None = None
    parts: Annotated[tuple[MarkPart, ...], Field(max_length=MOST_PARTS)] = ()
    choose: Literal["one", "any"] = "one"
    empty: Annotated[str, BeforeValidator(_word), Field(max_length=50)] = ""
    gaps: bool = False

    @model_validator(mode="after")
    def _labelled(self) -> Self:
        if (self.labels is None) == (not self.parts):
            raise ValueError("give marks their labels, or parts that have some, and not both")
        if self.count > MOST_OF_FIELD:
            raise ValueError(
                f"marks are {self.count:,} bubbles, and may be {MOST_OF_FIELD:,}; make several fields of them"
            )
        for labels in [self.labels or (), *(part.labels for part in self.parts)]:
            if len(set(labels)) < len(labels):
                raise ValueError(f"two of the labels {', '.join(labels)} are the same")
        return self

    def bubbles(self, box: Box) -> tuple[tuple[Bubble, ...], ...]:
        """The bubbles of each answer, in template units; `box` is the field's."""
        if self.labels is None:
            return tuple(own for part in self.parts for own in part.bubbles(part.box))
        block = MarkBlock(labels=self.labels, direction=self.direction, answers=self.answers, size=self.size)
        return block.bubbles(box)

    def overlap(self, box: Box) -> bool:
        """Whether bubbles that follow each other lie over one another."""
        for answer in self.bubbles(box):
            for one, other in pairwise(answer):
                across = min(one.box.right, other.box.right) - max(one.box.left, other.box.left)
                down = min(one.box.bottom, other.box.bottom) - max(one.box.top, other.box.top)
                if across > 1e-6 * box.width and down > 1e-6 * box.height:
                    return True
        return False

    @property
    def count(self) -> int:
        """How many bubbles there are, which is known before they are laid out."""
        return len(self.labels or ()) * self.answers + sum(len(part.labels) * part.answers for part in self.parts)

    @property
    def joint(self) -> str:
        """What stands between labels that are marked together: nothing where each is a single letter."""
        labels = [*(self.labels or ()), *(label for part in self.parts for label in part.labels)]
        return "" if all(len(label) == 1 for label in labels) else " "


TICK = Marks(labels=("1",), empty="0")
"""A single box to tick: 1 where it is ticked, else 0."""


def plain_marks(marks: Marks) -> dict[str, Any]:
    """`marks` as a template's YAML has them, without what is as usual."""
    return marks.model_dump(mode="json", exclude_defaults=True)
