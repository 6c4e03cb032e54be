"""The browser's camera: what is asked for, and what is seen after a frame."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from extractor.export import FieldColumn
from extractor.table_lines import column_of
from extractor.values import Kind, PageResult
from extractor.video import Sight
from formdigits.web.schemas.page_schema import Point, ReadingAnswer


class LiveRequest(BaseModel):
    """Templates by their ids; with none, numbers on plain or lined paper are read."""

    templates: list[str] = Field(default=[], max_length=200)
    rows: int = Field(default=0, ge=0, le=1_000_000, description="Rows that there are already; numbers go on from it.")
    accept: float = Field(default=0.99, ge=0, le=1, allow_inf_nan=False)


class LiveAnswer(BaseModel):
    id: str
    fields: list[str] = Field(description="Columns of the table; none without templates.")


class PhoneAnswer(BaseModel):
    """A one-time sign-in: what a phone opens, the same as a QR code (SVG as a data: address), how long it is good."""

    address: str
    picture: str
    seconds: int


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
    row: PageResult | None = Field(description="As /api/live/export takes it back.")

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
            row=sight.row,
        )


class RowsRequest(BaseModel):
    """Rows to make a file of, as they came, and the names of their columns; more are taken from the rows. Without any,
    each reading is a row."""

    model_config = ConfigDict(allow_inf_nan=False)

    fields: list[str] = Field(default=[], max_length=5000)
    rows: list[PageResult] = Field(max_length=20_000)

    @property
    def columns(self) -> list[FieldColumn]:
        """The columns, each with the kind of what stands in it first."""
        kinds = {column_of(one.field): one.kind for row in reversed(self.rows) for one in reversed(row.readings)}
        named = dict.fromkeys(self.fields)
        more = dict.fromkeys(column_of(one.field) for row in self.rows for one in row.readings) if named else {}
        return [(name, kinds.get(name, Kind.DIGITS)) for name in named | more]
