"""The browser's camera: what is asked for, and what is seen after a frame."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, Field

from extractor.video import Sight
from formdigits.web.schemas.page_schema import PageAnswer, Point, ReadingAnswer


class LiveRequest(BaseModel):
    """Templates by their ids; with none, numbers on plain or lined paper are read."""

    templates: list[str] = Field(default=[], max_length=200)
    accept: float = Field(default=0.99, ge=0, le=1, allow_inf_nan=False)


class LiveAnswer(BaseModel):
    id: str
    fields: list[str] = Field(description="Columns of the table; none without templates.")


class SightAnswer(BaseModel):
    """What is seen after a frame, in pixels of that frame. `row` is there once for each sheet."""

    width: int
    height: int
    form: str
    outline: list[Point] | None = Field(description="Corners of the sheet.")
    readings: list[ReadingAnswer]
    settled: list[str] = Field(description="Fields that are accepted or do not change any more.")
    locked: bool = Field(description="The sheet is settled and its row given.")
    again: bool = Field(description="Its row was given when it was here before.")
    repeats: int = Field(description="The number of an earlier row whose sheet this may be, or 0.")
    guidance: str | None = Field(description="What would help the camera to see better.")
    row: PageAnswer | None

    @classmethod
    def of(cls, sight: Sight, size: tuple[int, int]) -> Self:
        return cls(
            width=size[0],
            height=size[1],
            form=sight.form,
            outline=None if sight.outline is None else list(sight.outline),
            readings=[ReadingAnswer.of(one) for one in sight.readings],
            settled=sorted(sight.settled),
            locked=sight.locked,
            again=sight.again,
            repeats=sight.repeats,
            guidance=None if sight.guidance is None else sight.guidance.sentence,
            row=None if sight.row is None else PageAnswer.of(sight.row),
        )
