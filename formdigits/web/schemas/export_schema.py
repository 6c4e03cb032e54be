"""Tables that are made beside the server, and kept to be fetched."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, Field

from formdigits.web.browser_words import in_browser
from formdigits.web.jobs.kept_exports import KeptExport
from formdigits.web.jobs.tables import Ending
from formdigits.web.schemas.base_schema import Answer


class ExportRequest(BaseModel):
    """Which table to make."""

    format: Ending = Ending.XLSX
    long: bool = Field(default=False, description="One row per field, with confidence and place.")


class ExportAnswer(Answer):
    """A table: being made until `made`, and then there under its name, until another is asked for in its place."""

    name: str
    format: Ending
    long: bool
    pages: int = Field(description="How many pages it will have, as far as is known; 0 once it is made.")
    done: int = Field(description="Pages that are written.")
    made: float | None = Field(description="When it was whole, in seconds since 1970; null before.")
    size: int = Field(description="Bytes, once it is made.")
    problem: str = Field(description="Why it was not made; empty where nothing is wrong.")

    @classmethod
    def of_kept(cls, kept: KeptExport) -> Self:
        return cls(
            name=kept.name,
            format=kept.ending,
            long=kept.long,
            pages=kept.pages,
            done=kept.done,
            made=kept.made,
            size=kept.size,
            problem=in_browser(kept.problem),
        )
