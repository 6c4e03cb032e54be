"""What came back from a workbook that people have changed."""

from __future__ import annotations

from pydantic import BaseModel, Field


class ChangeAnswer(BaseModel):
    """A cell that became a correction: where it stands in the workbook, and from what to what."""

    where: str
    field: str
    was: str
    value: str = Field(description="Empty: the field is blank.")


class BroughtBackAnswer(BaseModel):
    """`changed` cells became corrections, the first of which are `changes`; `already` said what is known already;
    `problems` are sentences about the first of those that were not taken."""

    changes: list[ChangeAnswer]
    changed: int
    already: int
    problems: list[str]
    summary: str
