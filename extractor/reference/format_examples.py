"""Formats proposed from filled copies: what most values that were read in a field look like, and how sure that is.

How sure is by Laplace's rule of succession: of n values of which k fit, the next one fits with (k + 1) / (n + 2).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from extractor.reading import Reader
from extractor.recognizer.choice import Model
from extractor.reference.reference_parameters import REFERENCE
from extractor.table_lines import table_place
from extractor.template import Format, Template
from extractor.template.table import TableRows
from extractor.values import FieldStatus, Gray, Kind, Page, Reading

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
    """A format that `fit` of `seen` values have, and how sure it is that the next one has it, 0 to 1."""

    format: Format
    fit: int
    seen: int
    sure: float

    @property
    def remark(self) -> str:
        """In plain words, as a comment in the template."""
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
    if alike >= REFERENCE.examples_fit * len(written) and (zeros or chance < REFERENCE.examples_chance):
        by_number = (alike + 1) / (len(written) + 2)
        sure = by_number if zeros else by_number * (1 - chance)
        return ProposedFormat(Format(kind=Kind.DIGITS, digits=(usual, usual)), alike, len(written), sure)
    if zeros:
        return None
    numbers = sorted(int(text) for text in plain)
    if len(numbers) < REFERENCE.examples_range:
        return _sure(Format(kind=Kind.INTEGER, min=Decimal(0)), len(plain), len(written))
    return _sure(Format(kind=Kind.INTEGER, min=Decimal(0), max=Decimal(_largest(numbers))), len(plain), len(written))


def _sure(form: Format, fit: int, seen: int) -> ProposedFormat:
    return ProposedFormat(form, fit, seen, (fit + 1) / (seen + 2))


def _largest(numbers: Sequence[int]) -> int:
    """A round number that those of which these are some hardly exceed: a little above the highest, which may be one
    that was read wrongly if it is far above all others."""
    kept = [number for number in numbers if number <= REFERENCE.examples_far * max(1, numbers[int(0.9 * len(numbers))])]
    most = max(kept) * (1 + 1 / len(kept))
    # 37 gives 40, 123 gives 150.
    part = max(1, 10 ** (len(str(int(most))) - 1) // 2)
    return int(-(-most // part) * part)


def with_examples(template: Template, copies: Sequence[Gray], model: Model) -> tuple[Template, Mapping[str, str]]:
    """`template` with the formats that values read on the filled `copies` propose, and a remark for each of its fields
    and columns (`patients.fee`) that has one."""
    trial = _trial(template)
    reader = Reader((trial,), model)
    written: dict[str, list[str]] = defaultdict(list)
    inked: dict[str, int] = defaultdict(int)
    for copy in copies[: REFERENCE.examples_copies]:
        for result in reader.read([Page("", 1, copy)]):
            for reading in result.readings:
                place = table_place(reading.field)
                name = reading.field if place is None else f"{place.table}.{place.column}"
                text = _read(reading)
                written[name] += [text] if text else []
                inked[name] += reading.status is not FieldStatus.BLANK
    # Of words a few look like numbers.
    numbers = {name: texts for name, texts in written.items() if len(texts) >= REFERENCE.examples_read * inked[name]}
    found = {name: one for name, texts in numbers.items() if (one := proposed_format(texts)) is not None}
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


def _read(reading: Reading) -> str:
    """What was written, where it was read surely and is no word."""
    if reading.status in (FieldStatus.BLANK, FieldStatus.VOID) or reading.confidence < REFERENCE.examples_sure:
        return ""
    text = reading.written.strip("_ ").replace(" ", "")
    return text if text and set(text) <= set("0123456789" + ANY_MARK) else ""


def _trial(template: Template) -> Template:
    """`template` with fields in which any mark may stand, and no more lines of its tables than tell what is in them."""
    form = Format(kind=Kind.DIGITS, marks=ANY_MARK)
    fields = tuple(field.model_copy(update={"format": form}) for field in template.fields)
    tables = []
    for table in template.tables:
        rows, most = table.rows, REFERENCE.examples_lines
        fewer = (
            TableRows(boxes=rows.boxes[:most])
            if rows.boxes
            else TableRows(first=rows.first, count=min(rows.count or 1, most), pitch=rows.pitch)
        )
        columns = tuple(column.model_copy(update={"format": form}) for column in table.columns)
        tables.append(table.model_copy(update={"rows": fewer, "columns": columns}))
    return template.model_copy(update={"fields": fields, "tables": tuple(tables), "rules": ()})
