"""Formats proposed from filled copies: what most values that were read in a field look like, and how sure that is.

How sure is by Laplace's rule of succession: of n values of which k fit, the next one fits with (k + 1) / (n + 2).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2

from extractor.reading import Reader
from extractor.recognizer.choice import Model
from extractor.reference.reference_parameters import REFERENCE
from extractor.table_lines import table_place
from extractor.template import Format, Template
from extractor.template.table import TableRows
from extractor.values import FieldStatus, Gray, Kind, Page, Reading

PICTURE = "blank.png"
"""What the picture of the form is called while copies are read."""

ANY_MARK = ".,-/:() "
"""Marks that may stand in every field while nobody knows its format."""

SHAPES = (
    (Kind.RATIO, re.compile(r"\d{1,4}/\d{1,4}")),
    (Kind.TIME, re.compile(r"\d{1,2}:\d\d")),
    (Kind.DATE, re.compile(r"\d{1,2}[./-]\d{1,2}[./-](\d\d|\d{4})")),
    (Kind.AMOUNT, re.compile(r"\d+[.,]\d\d")),
    (Kind.DECIMAL, re.compile(r"\d+[.,]\d+")),
)
"""Kinds by how they are written; of those that fit as often the first counts."""


@dataclass(frozen=True)
class ProposedFormat:
    """A format that `fit` of `seen` values have, and how sure it is that the next one has it, 0 to 1. `counts` says
    that the values of a column count up, and then these are steps from one to the next."""

    format: Format
    fit: int
    seen: int
    sure: float
    counts: bool = False

    @property
    def remark(self) -> str:
        """In plain words, as a comment in the template."""
        if self.counts:
            return f"counts up from line to line, {self.fit} of {self.seen} times; {100 * self.sure:.0f} % sure"
        return f"{self.fit} of {self.seen} that were read; {100 * self.sure:.0f} % sure"


def proposed_format(written: Sequence[str]) -> ProposedFormat | None:
    """The format of a field in which these values are `written`, each as its ink says; None where they are too few, or
    have none in common."""
    if len(written) < REFERENCE.examples_least:
        return None
    for kind, shape in SHAPES:
        fit = sum(shape.fullmatch(text) is not None for text in written)
        # What is written without its point, or with another mark, was read wrongly or is an exception.
        if fit >= REFERENCE.examples_fit * len(written):
            return _sure(Format(kind=kind), fit, len(written))
    plain = [text for text in written if text.isdigit()]
    if len(plain) < REFERENCE.examples_fit * len(written):
        return None
    lengths = [len(text) for text in plain]
    usual = max(sorted(set(lengths)), key=lengths.count)
    alike = lengths.count(usual)
    zeros = any(text[0] == "0" and len(text) > 1 for text in plain)
    # Nine of ten numbers of so many digits or fewer have as many: chance makes a few of them alike.
    chance = 0.9**alike if usual >= REFERENCE.examples_digits else 1.0
    # Of numbers without leading zeros some are shorter; few codes are read so.
    fixed = alike >= (REFERENCE.examples_fit if zeros else REFERENCE.examples_alike) * len(written)
    if fixed and (zeros or chance < REFERENCE.examples_chance):
        by_number = (alike + 1) / (len(written) + 2)
        sure = by_number if zeros else by_number * (1 - chance)
        return ProposedFormat(Format(kind=Kind.DIGITS, digits=(usual, usual)), alike, len(written), sure)
    if zeros:
        return None
    numbers = sorted(int(text) for text in plain)
    if len(numbers) < REFERENCE.examples_range:
        return _sure(Format(kind=Kind.INTEGER, min=Decimal(0)), len(plain), len(written))
    return _sure(Format(kind=Kind.INTEGER, min=Decimal(0), max=Decimal(_largest(numbers))), len(plain), len(written))


def counted_format(columns: Sequence[Sequence[tuple[int, str]]]) -> ProposedFormat | None:
    """The format of a column whose values count up with its lines: of each copy the number of each line and what is
    written there. No range, since they go on; None where most do not count up."""
    steps, zeros = [], False
    for column in columns:
        numbers = [(line, text) for line, text in column if text.isdigit()]
        zeros |= any(text[0] == "0" and len(text) > 1 for _, text in numbers)
        steps += [int(b) - int(a) == other - line for (line, a), (other, b) in pairwise(numbers)]
    fit = sum(steps)
    if len(steps) < REFERENCE.examples_least or fit < REFERENCE.examples_fit * len(steps):
        return None
    sure = (fit + 1) / (len(steps) + 2)
    if zeros:
        lengths = [len(text) for column in columns for _, text in column]
        usual = max(sorted(set(lengths)), key=lengths.count)
        return ProposedFormat(Format(kind=Kind.DIGITS, digits=(usual, usual)), fit, len(steps), sure, counts=True)
    return ProposedFormat(Format(kind=Kind.INTEGER, min=Decimal(0)), fit, len(steps), sure, counts=True)


def _sure(form: Format, fit: int, seen: int) -> ProposedFormat:
    return ProposedFormat(form, fit, seen, (fit + 1) / (seen + 2))


def _largest(numbers: Sequence[int]) -> int:
    """A round number that those of which these are some hardly exceed: a little above the highest, which may be one
    that was read wrongly if it is far above all others."""
    kept = [number for number in numbers if number <= REFERENCE.examples_far * max(1, numbers[int(0.9 * len(numbers))])]
    most = max(kept) * (1 + 2 / len(kept))
    # 37 gives 40, 123 gives 200.
    part = 10 ** (len(str(max(kept))) - 1)
    return int(-(-most // part) * part)


def with_examples(
    template: Template, blank: Gray, copies: Sequence[Gray], model: Model
) -> tuple[Template, Mapping[str, str]]:
    """`template` with the formats that values read on the filled `copies` propose, and a remark for each of its fields
    and columns (`patients.fee`) that has one. `blank` is the picture of the form, on which the template was drafted."""
    with TemporaryDirectory() as folder:
        # Without its print a form of a table alone may lie a line aside, so that nothing on it is sure.
        cv2.imwrite(str(Path(folder) / PICTURE), blank)
        landmarks = template.landmarks.model_copy(update={"reference": PICTURE})
        trial = _trial(template.model_copy(update={"landmarks": landmarks})).found_in(Path(folder))
        reader = Reader((trial,), model)
        written, inked = _written(reader, copies)
    found: dict[str, ProposedFormat] = {}
    for name in _written_names(template):
        texts = [text for values in written[name] for _, text in values]
        # Of words a few look like numbers.
        if len(texts) >= REFERENCE.examples_read * inked[name]:
            one = counted_format(written[name]) or proposed_format(texts)
            found |= {name: one} if one is not None else {}
    fields = tuple(
        field.model_copy(update={"format": found[field.name].format}) if field.name in found else field
        for field in template.fields
    )
    tables = []
    for table in template.tables:
        columns = tuple(
            column.model_copy(update={"format": one.format})
            if (one := found.get(f"{table.name}.{column.name}"))
            else column
            for column in table.columns
        )
        tables.append(table.model_copy(update={"columns": columns}))
    mended = template.model_copy(update={"fields": fields, "tables": tuple(tables)})
    return mended, {name: one.remark for name, one in found.items()}


def _written(
    reader: Reader, copies: Sequence[Gray]
) -> tuple[Mapping[str, list[list[tuple[int, str]]]], Mapping[str, int]]:
    """By field or column what is written on each copy, with the number of its line, and in how many there is ink."""
    written: dict[str, list[list[tuple[int, str]]]] = defaultdict(list)
    inked: dict[str, int] = defaultdict(int)
    for copy in copies[: REFERENCE.examples_copies]:
        for result in reader.read([Page("", 1, copy)]):
            own: dict[str, list[tuple[int, str]]] = defaultdict(list)
            for reading in result.readings:
                place = table_place(reading.field)
                name = reading.field if place is None else f"{place.table}.{place.column}"
                text = _read(reading)
                own[name] += [(0 if place is None else place.line, text)] if text else []
                inked[name] += reading.status is not FieldStatus.BLANK
            for name, values in own.items():
                written[name].append(values)
    return written, inked


def _written_names(template: Template) -> list[str]:
    """The fields and columns (`patients.fee`) that are written into."""
    columns = [(f"{table.name}.{one.name}", one) for table in template.tables for one in table.columns]
    return [name for name, one in (*((one.name, one) for one in template.fields), *columns) if one.is_written]


def _read(reading: Reading) -> str:
    """What was written, where it was read surely and is no word."""
    if reading.status in (FieldStatus.BLANK, FieldStatus.VOID) or reading.confidence < REFERENCE.examples_sure:
        return ""
    text = reading.written.strip("_ ").replace(" ", "")
    return text if text and set(text) <= set("0123456789" + ANY_MARK) else ""


def _trial(template: Template) -> Template:
    """`template` with fields in which any mark may stand, and no more lines of its tables than tell what is in them."""
    form = Format(kind=Kind.DIGITS, marks=ANY_MARK)
    fields = tuple(
        field.model_copy(update={"format": form}) if field.is_written else field for field in template.fields
    )
    tables = []
    for table in template.tables:
        rows, most = table.rows, REFERENCE.examples_lines
        fewer = (
            TableRows(boxes=rows.boxes[:most])
            if rows.boxes
            else TableRows(first=rows.first, count=min(rows.count or 1, most), pitch=rows.pitch)
        )
        columns = tuple(
            column.model_copy(update={"format": form}) if column.is_written else column for column in table.columns
        )
        tables.append(table.model_copy(update={"rows": fewer, "columns": columns}))
    return template.model_copy(update={"fields": fields, "tables": tuple(tables), "rules": ()})
