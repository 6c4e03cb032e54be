"""What the API answers with, beside plain sentences. Times are seconds since 1970, places are pixels of the page as it
is read (`width` x `height`), whatever the size of its picture."""

from __future__ import annotations

import base64
from typing import Annotated, Self

import cv2
from pydantic import AfterValidator, BaseModel, Field

from extractor.explain import ExplainedField
from extractor.field_symbols import FieldSymbol
from extractor.values import Change, Checked, FieldStatus, Gray, Kind, PageStatus
from formdigits.web.browser_words import in_browser
from formdigits.web.sandboxed import Picture, SeenPage
from formdigits.web.schemas.base_schema import Answer

Point = tuple[float, float]


class AlternativeAnswer(BaseModel):
    value: str
    probability: float


class ReadingAnswer(Answer):
    """One field. `value` is what it says, `written` its ink cell by cell (X struck, - dash, _ blank, ? no symbol),
    `confidence` the probability that the value is wholly right."""

    field: str
    kind: Kind
    value: str
    written: str
    confidence: float
    status: FieldStatus
    quad: list[Point] = Field(description="Corners, clockwise from the field's own top left.")
    alternatives: list[AlternativeAnswer]
    rules: list[str] = Field(description="Rules of the form that this field breaks.")
    notes: list[str] = Field(description="Why it is to be checked.")
    checked: Checked | None = Field(description="Given once people have settled it; the value is theirs then.")
    history: list[Change] = Field(description="All that people have said of it, the oldest first.")


class RuleAnswer(BaseModel):
    rule: str
    outcome: str


class PageAnswer(Answer):
    """One page and what was read on it; `reason` says why nothing was, or what more it shows."""

    file: str
    page: int
    status: PageStatus
    form: str
    reason: Annotated[str, AfterValidator(in_browser)]
    fit: float = Field(description="0 (no form here) to 1 (every ruling found).")
    readings: list[ReadingAnswer]
    rules: list[RuleAnswer]


class ClassAnswer(BaseModel):
    """A class of the recogniser (a digit, `cross`, `dash`, or `junk`: not one whole symbol) and its probability."""

    name: str
    probability: float


class SymbolAnswer(BaseModel):
    """One 28x28 crop as the recogniser sees it, as a data: address; none for a blank cell. `box` is left, top, width
    and height of its place."""

    text: str
    chosen: bool = Field(description="Whether the reading uses it; the others are alternatives.")
    probability: float = Field(description="That it is `text`, by its crop alone.")
    box: tuple[int, int, int, int] | None
    crop: str | None
    classes: list[ClassAnswer]

    @classmethod
    def of(cls, one: FieldSymbol) -> Self:
        return cls(
            text=one.text,
            chosen=one.chosen,
            probability=one.probability,
            box=one.box,
            crop=None if one.crop is None else _address(one.crop),
            classes=[ClassAnswer(name=name, probability=p) for name, p in one.probabilities],
        )


class ExplainedAnswer(BaseModel):
    reading: ReadingAnswer
    ink: str = Field(description="The cleaned field, dark on white, as a data: address.")
    symbols: list[SymbolAnswer]

    @classmethod
    def of(cls, one: ExplainedField) -> Self:
        return cls(
            reading=ReadingAnswer.of(one.reading),
            ink=_address(255 - one.ink),
            symbols=[SymbolAnswer.of(symbol) for symbol in one.symbols],
        )


class TriedPage(PageAnswer):
    """A page that was tried, with its picture (JPEG as a data: address) where it could be opened."""

    width: int
    height: int
    picture: str | None
    fields: list[ExplainedAnswer]

    @classmethod
    def of_seen(cls, seen: SeenPage, name: str) -> Self:
        """The answer about a page of the file that its sender calls `name`."""
        picture = seen.picture or Picture(b"", 0, 0)
        return cls(
            **dict(PageAnswer.of(seen.result)) | {"file": name},
            width=picture.width,
            height=picture.height,
            picture=as_data("image/jpeg", picture.jpeg) if picture.jpeg else None,
            fields=[ExplainedAnswer.of(one) for one in seen.fields],
        )


class TriedAnswer(BaseModel):
    pages: list[TriedPage]
    of: int = Field(description="How many pages the file has; of a long one only the first are tried.")


class TriedLine(BaseModel):
    """One page, of so many."""

    page: TriedPage
    of: int


def _address(image: Gray) -> str:
    done, png = cv2.imencode(".png", image)
    assert done
    return as_data("image/png", png.tobytes())


def as_data(kind: str, content: bytes) -> str:
    """A data: address."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
