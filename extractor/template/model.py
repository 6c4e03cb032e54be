"""What a template file says, checked by pydantic. `load.py` reads the YAML and turns errors into line and fix."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from extractor.alphabet import symbols
from extractor.pattern import check_pattern
from extractor.template.rule import Rule, lists_outside_sums, parse_rule
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

MOST_FIELDS, MOST_RULES, MOST_LISTS, VALUES_ALLOWED = 1000, 300, 100, 5000
"""Of a template, so that none takes minutes to look at; the last is of a field's `values`."""

Name = Annotated[str, Field(max_length=100)]
"""Of a field or a list. What is shown in a list of templates, or stood in a column's head, must not be endless."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class PageSize(_Strict):
    """The size of the form's own coordinates; every box in the template is in these units.

    `dpi` is the resolution at which a PDF page that is no scan is drawn before it is read.
    """

    width: Annotated[float, Field(gt=0, le=1e6)]
    height: Annotated[float, Field(gt=0, le=1e6)]
    dpi: Annotated[int, Field(ge=72, le=600)] = 200


class Landmarks(_Strict):
    """What registration can hold on to.

    `marks` are the centres of solid square marks; three at least. `mark_size` is their side. `reference` is the
    file name of a picture of the blank form, beside the template. `dropout` says that the boxes are printed in a
    colour that pages in grey do not show: then the rest of the picture tells how well a page fits.
    """

    marks: Annotated[tuple[tuple[float, float], ...], Field(max_length=100)] = ()
    mark_size: Annotated[float, Field(gt=0)] | None = None
    reference: Annotated[str, Field(max_length=1000)] | None = None
    dropout: bool = False

    @model_validator(mode="after")
    def _enough_marks(self) -> Landmarks:
        if self.dropout and self.reference is None:
            raise ValueError("dropout needs a reference picture, since boxes that do not show cannot be found")
        if self.marks and len(self.marks) < LEAST_LANDMARKS:
            raise ValueError("give at least three marks, or none")
        return self


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


class Format(_Strict):
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


class TemplateField(_Strict):
    """One field of the form: a comb when `cells` is given, else a free string.

    `box` is the inside of the printed box (for a comb, of the whole row of cells), in template units. `alphabet` are
    the symbols that may be written in it (`0-9`, `A-Z`); a model that knows them reads it. `gap` is the space between
    the cells of a comb that stand apart; without it neighbours share a ruling.
    """

    name: Name
    box: Annotated[
        Box, BeforeValidator(lambda v: Box(*v) if isinstance(v, (list, tuple)) and len(v) == len(Box._fields) else v)
    ]
    cells: Annotated[int, Field(ge=1, le=64)] | None = None
    gap: Annotated[float, Field(ge=0)] = 0.0
    alphabet: Annotated[str, Field(max_length=500)] = "0-9"
    format: Format = Format()

    @model_validator(mode="after")
    def _sensible(self) -> TemplateField:
        if not FIELD_NAME.fullmatch(self.name):
            raise ValueError(f"name '{self.name}' must be letters, digits and underscores, and not start with a digit")
        if self.name in RESERVED:
            raise ValueError(f"name '{self.name}' is a column of its own; choose another")
        if self.box.width <= 0 or self.box.height <= 0:
            raise ValueError("box is [left, top, width, height] with width and height above zero")
        if not set(symbols(self.alphabet)) <= set("0123456789") and self.format.kind is not Kind.DIGITS:
            raise ValueError(
                f"alphabet '{self.alphabet}' has more than digits, so it makes no {self.format.kind.value}; "
                "leave kind out, or write 'kind: digits', which keeps symbols as they are written"
            )
        if self.gap and self.cells is None:
            raise ValueError("gap is the space between the cells of a comb; give cells as well, or leave gap out")
        if self.gap * ((self.cells or 1) - 1) >= self.box.width:
            raise ValueError(f"the gaps of {self.gap:g} leave no room for {self.cells} cells in the box")
        return self

    @property
    def cell_boxes(self) -> tuple[Box, ...]:
        """The printed cells from left to right, in template units; of a free string the one box."""
        count, box = self.cells or 1, self.box
        width = (box.width - self.gap * (count - 1)) / count
        return tuple(Box(box.left + i * (width + self.gap), box.top, width, box.height) for i in range(count))


class Template(_Strict):
    """A form: its size, its landmarks, its fields, its lists of fields and its arithmetic.

    `models` are folders of models, beside the template, that are tried for the fields' alphabets before those that
    come with the program.
    """

    formdigits: Literal[1]
    form: Annotated[str, Field(max_length=200)]
    page: PageSize
    landmarks: Landmarks = Landmarks()
    fields: Annotated[tuple[TemplateField, ...], Field(min_length=1, max_length=MOST_FIELDS)]
    lists: Annotated[
        tuple[tuple[Name, Annotated[tuple[str, ...], Field(max_length=MOST_FIELDS)]], ...],
        Field(max_length=MOST_LISTS),
        BeforeValidator(lambda v: tuple(v.items()) if isinstance(v, dict) else v),
    ] = ()
    rules: Annotated[tuple[Annotated[Rule, BeforeValidator(parse_rule)], ...], Field(max_length=MOST_RULES)] = ()
    models: Annotated[tuple[Annotated[str, Field(max_length=1000)], ...], Field(max_length=20)] = ()
    _folder: Path | None = PrivateAttr(None)

    @property
    def reference_path(self) -> Path | None:
        """Where the picture of the blank form is; None without one, or when the template came from no file."""
        if self._folder is None or self.landmarks.reference is None:
            return None
        return self._folder / self.landmarks.reference

    @property
    def model_paths(self) -> tuple[Path, ...]:
        """The folders that `models` names."""
        return tuple((self._folder or Path()) / name for name in self.models)

    def found_in(self, folder: Path) -> Template:
        """The same template, with its reference picture and models in `folder`."""
        copy = self.model_copy()
        copy._folder = folder
        return copy

    @model_validator(mode="before")
    @classmethod
    def _lists_in_rules(cls, tree: object) -> object:
        """Hands the lists to the rules, which are read one by one."""
        if not isinstance(tree, dict) or not isinstance(tree.get("lists"), dict) or not tree.get("rules"):
            return tree
        lists = tuple(
            (str(name), tuple(map(str, fields))) for name, fields in tree["lists"].items() if isinstance(fields, list)
        )
        rules = [Rule(rule, lists) if isinstance(rule, str) else rule for rule in tree["rules"]]
        return {**tree, "rules": rules}

    @model_validator(mode="after")
    def _lists_known(self) -> Template:
        names = {field.name for field in self.fields}
        for name, fields in self.lists:
            if name in names:
                raise ValueError(f"'{name}' is a field and a list; give the list another name")
            for field in fields:
                if field not in names:
                    raise ValueError(f"'{field}', which is no field of this form, is in the list '{name}'")
        for rule in self.rules:
            for name in lists_outside_sums(rule):
                raise ValueError(f"rule '{rule.text}' uses the list '{name}' as a number; write sum({name})")
        return self

    @model_validator(mode="after")
    def _whole(self) -> Template:
        names = Counter(field.name for field in self.fields)
        for name, count in names.items():
            if count > 1:
                raise ValueError(f"two fields are called '{name}'; give each its own name")
        for field in self.fields:
            box = field.box
            if box.left < 0 or box.top < 0 or box.right > self.page.width or box.bottom > self.page.height:
                raise ValueError(f"the box of field '{field.name}' reaches outside the page")
        for rule in self.rules:
            for name in rule.names:
                if name not in names:
                    raise ValueError(f"rule '{rule.text}' uses '{name}', which is no field of this form")
        return self
