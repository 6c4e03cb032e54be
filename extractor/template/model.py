"""The parts of a template, checked by pydantic: page, landmarks, fields, and what these may hold. `template.py` makes
the whole of them, and `load.py` turns errors into line and fix."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from importlib import import_module
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from extractor.alphabet import symbols
from extractor.pattern import check_pattern
from extractor.template.mark_group import TICK, Bubble, Marks
from extractor.values import Box, Kind

Meaning = Literal["zero", "missing", "void"]
FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
MARKS, DROPPED = ".,-/():+#$%= ", ".,-=() "
"""Marks that may stand beside digits, and those that mean nothing in a field of digits."""
RESERVED = {"file", "page", "form", "status", "review"}

LEAST_LANDMARKS = 3
"""Fewer marks do not say where a form lies."""

MOST_DIGITS = 200
"""Of a field."""

MOST_FIELDS, VALUES_ALLOWED = 1000, 5000
"""Of a template, those of its tables included, and of a field's `values`, so that none takes minutes to look at."""

Name = Annotated[str, Field(max_length=100)]
"""Of a field, a table or a list. What is shown in a list of templates, or stood in a column's head, must not be
endless."""

BoxList = Annotated[
    Box, BeforeValidator(lambda v: Box(*v) if isinstance(v, (list, tuple)) and len(v) == len(Box._fields) else v)
]
"""A box as a template has it: [left, top, width, height]."""


def check_name(name: str) -> None:
    """Raises ValueError where a field, a column or a table cannot be called so."""
    if not FIELD_NAME.fullmatch(name):
        raise ValueError(f"name '{name}' must be letters, digits and underscores, and not start with a digit")
    if name in RESERVED:
        raise ValueError(f"name '{name}' is a column of its own; choose another")


class StrictModel(BaseModel):
    """A part of a template: unknown keys are mistakes, and nothing changes once it is checked."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class PageSize(StrictModel):
    """The size of the form's own coordinates; every box in the template is in these units.

    `dpi` is the resolution at which a PDF page that is no scan is drawn before it is read.
    """

    width: Annotated[float, Field(gt=0, le=1e6)]
    height: Annotated[float, Field(gt=0, le=1e6)]
    dpi: Annotated[int, Field(ge=72, le=600)] = 200


class Landmarks(StrictModel):
    """What registration can hold on to.

    `marks` are the centres of solid square marks, or of `rings` within rings; three at least. `mark_size` is their
    side. `reference` is the file name of a picture of the blank form, beside the template. `dropout` says that the
    boxes are printed in a colour that pages in grey do not show: then the rest of the picture tells how well a page
    fits.
    """

    marks: Annotated[tuple[tuple[float, float], ...], Field(max_length=100)] = ()
    mark_size: Annotated[float, Field(gt=0)] | None = None
    rings: bool = False
    reference: Annotated[str, Field(max_length=1000)] | None = None
    dropout: bool = False

    @model_validator(mode="after")
    def _enough_marks(self) -> Landmarks:
        if self.dropout and self.reference is None:
            raise ValueError("dropout needs a reference picture, since boxes that do not show cannot be found")
        if self.marks and len(self.marks) < LEAST_LANDMARKS:
            raise ValueError("give at least three marks, or none")
        return self


class SheetCode(StrictModel):
    """That a sheet is known by its barcode: pages with a `code` as this pattern has it, in which `*` stands for
    anything and `?` for one character, are read by this template, and by no other.

    Pages of one record have the same in the column `record`: their own code where it is the `key`, else that of the
    last `separator` before them, a page with a code as this pattern has it."""

    code: Annotated[str, Field(min_length=1, max_length=200)]
    key: bool = False
    separator: Annotated[str, Field(min_length=1, max_length=200)] | None = None

    @property
    def has_records(self) -> bool:
        """Whether pages belong to records."""
        return self.key or self.separator is not None


def _digit_range(value: object) -> object:
    """`digits: 3` is short for `{min: 3, max: 3}` in strings and for 'at most 3' in combs; `2-5` is a range."""
    if isinstance(value, int) and not isinstance(value, bool):
        return (value, value)
    if isinstance(value, str) and (match := re.fullmatch(r"\s*(\d+)\s*-\s*(\d+)\s*", value)):
        return int(match[1]), int(match[2])
    return value


def _limit(value: object) -> object:
    """A number, or a day as YAML has it: `2020-01-31`, with or without quotes."""
    if value is None or isinstance(value, Decimal) or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    text = "" if isinstance(value, bool | datetime) else str(value).strip()
    try:
        limit = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else Decimal(text)
    except (ValueError, InvalidOperation):
        limit = Decimal("NaN")
    if isinstance(limit, Decimal) and not limit.is_finite():
        raise ValueError(f"must be a number, or for a date a day such as 2020-01-31, but it is {str(value)!r}")
    return limit


def _is_check(scheme: str) -> bool:
    try:
        return re.fullmatch(r"[a-z0-9_.]+", scheme) is not None and hasattr(
            import_module(f"stdnum.{scheme}"), "is_valid"
        )
    except ImportError:
        return False


class Format(StrictModel):
    """What may stand in a field, and what a blank, struck or dashed field means.

    `signed` allows a sign, as a `min` below 0 does; `halves` allows a number to end in ½. `marks` are those that may
    stand in the field and mean nothing: for digits points, commas, dashes, brackets and spaces where it is left out.
    `digits` is how many are written; `min` and `max` are numbers, for a date days; `order` is that of day, month and
    year in a date; `check` names a scheme of check digits (a module of python-stdnum).
    """

    kind: Kind = Kind.DIGITS
    digits: Annotated[tuple[int, int] | None, BeforeValidator(_digit_range)] = None
    decimals: Annotated[int, Field(ge=0, le=9)] | None = None
    min: Annotated[Decimal | date | None, BeforeValidator(_limit)] = None
    max: Annotated[Decimal | date | None, BeforeValidator(_limit)] = None
    signed: bool = False
    halves: bool = False
    marks: Annotated[str, Field(max_length=50)] | None = None
    pattern: str | None = None
    values: Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Field(max_length=VALUES_ALLOWED)] | None = None
    check: Annotated[str, Field(max_length=40)] | None = None
    order: Literal["dmy", "mdy", "ymd"] = "dmy"
    blank: Meaning = "missing"
    struck: Meaning = "void"
    dash: Meaning = "missing"

    @property
    def places(self) -> int:
        """Digits after the point: where `decimals` does not say, two for an amount and none for other numbers."""
        if self.kind not in (Kind.DECIMAL, Kind.AMOUNT):
            return 0
        return self.decimals if self.decimals is not None else 2 if self.kind is Kind.AMOUNT else 0

    @property
    def dropped(self) -> str:
        """The marks that a field of digits may hold and that do not count."""
        return DROPPED if self.marks is None else self.marks

    @property
    def is_signed(self) -> bool:
        """Whether a number may have a sign."""
        return self.signed or (isinstance(self.min, Decimal) and self.min < 0)

    @model_validator(mode="after")
    def _consistent(self) -> Format:
        if (self.signed or self.halves) and not self.kind.is_number:
            raise ValueError(f"signed and halves are for numbers; leave them out of kind {self.kind.value}")
        if self.halves and (self.kind is not Kind.DECIMAL or self.decimals is not None):
            raise ValueError("halves are for 'kind: decimal' without decimals")
        if unknown := "".join(mark for mark in self.marks or "" if mark not in MARKS):
            raise ValueError(f"marks may be any of {MARKS!r}, but not {unknown!r}")
        if self.digits and not 1 <= self.digits[0] <= self.digits[1] <= MOST_DIGITS:
            raise ValueError(f"digits must be a number from 1 to {MOST_DIGITS}, or a range such as 2-5")
        limits: list[Any] = [limit for limit in (self.min, self.max) if limit is not None]
        if limits and self.kind in (Kind.TIME, Kind.RATIO):
            raise ValueError(f"min and max are for numbers and dates; leave them out of a {self.kind.value}")
        for limit in limits:
            if isinstance(limit, date) is not (self.kind is Kind.DATE):
                wanted = "days such as 2020-01-31" if self.kind is Kind.DATE else "numbers"
                raise ValueError(f"min and max of kind {self.kind.value} are {wanted}, not {limit}")
        if limits != sorted(limits):
            raise ValueError(f"min {self.min} is above max {self.max}")
        if self.pattern is not None:
            check_pattern(self.pattern)
        if self.check is not None and not _is_check(self.check):
            raise ValueError(f"check '{self.check}' is not known; use luhn, verhoeff, iban, isbn or another of stdnum")
        return self


class FieldContent(StrictModel):
    """What a field and a column of a table have in common: their name and what may be written there.

    `cells` makes it a comb of so many. `alphabet` are the symbols that may be written in it (`0-9`, `A-Z`); a model
    that knows them reads it. `gap` is the space between the cells of a comb that stand apart; without it neighbours
    share a ruling. `marks` are bubbles that stand there in place of writing.
    """

    name: Name
    cells: Annotated[int, Field(ge=1, le=64)] | None = None
    gap: Annotated[float, Field(ge=0)] = 0.0
    alphabet: Annotated[str, Field(max_length=500)] = "0-9"
    marks: Marks | None = None
    format: Format = Format()

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        check_name(self.name)
        if not set(symbols(self.alphabet)) <= set("0123456789") and self.format.kind is not Kind.DIGITS:
            raise ValueError(
                f"alphabet '{self.alphabet}' has more than digits, so it makes no {self.format.kind.value}; "
                "leave kind out, or write 'kind: digits', which keeps symbols as they are written"
            )
        if self.gap and self.cells is None:
            raise ValueError("gap is the space between the cells of a comb; give cells as well, or leave gap out")
        if self.cells is not None and not self.is_written:
            raise ValueError("cells are for writing; leave them out of a field of bubbles and of a barcode")
        if self.marks is not None and self.format.kind is Kind.BARCODE:
            raise ValueError("marks are bubbles, and a barcode has none; give another kind, or leave marks out")
        return self

    @property
    def is_written(self) -> bool:
        """Whether it is read by its handwriting, and not by bubbles or as a barcode."""
        return self.marks is None and self.format.kind not in (Kind.MARK, Kind.BARCODE)

    @property
    def bubble_marks(self) -> Marks | None:
        """The bubbles that the field is read by; a box to tick is one. None where it is not read by bubbles."""
        return self.marks or (TICK if self.format.kind is Kind.MARK else None)

    def _check_room(self, width: float) -> None:
        if self.gap * ((self.cells or 1) - 1) >= width:
            raise ValueError(f"the gaps of {self.gap:g} leave no room for {self.cells} cells in the box")


class TemplateField(FieldContent):
    """One field of the form: a comb when `cells` is given, else a free string.

    `box` is the inside of the printed box (for a comb, of the whole row of cells), in template units.
    """

    box: BoxList

    @model_validator(mode="after")
    def _has_room(self) -> TemplateField:
        if self.box.width <= 0 or self.box.height <= 0:
            raise ValueError("box is [left, top, width, height] with width and height above zero")
        self._check_room(self.box.width)
        if self.marks is not None and self.marks.overlap(self.box):
            raise ValueError("the bubbles of marks lie over each other; give a larger box or a smaller size")
        return self

    @cached_property
    def bubbles(self) -> tuple[tuple[Bubble, ...], ...]:
        """The bubbles of each of its answers, in template units."""
        marks = self.bubble_marks
        return marks.bubbles(self.box) if marks else ()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's; its bubbles are laid out anew."""
        copy = super().model_copy(update=update, deep=deep)
        copy.__dict__.pop("bubbles", None)
        return copy

    @property
    def cell_boxes(self) -> tuple[Box, ...]:
        """The printed cells from left to right, in template units; of a free string the one box."""
        count, box = self.cells or 1, self.box
        width = (box.width - self.gap * (count - 1)) / count
        return tuple(Box(box.left + i * (width + self.gap), box.top, width, box.height) for i in range(count))
