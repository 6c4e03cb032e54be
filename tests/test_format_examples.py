"""Formats proposed from what was read on filled copies: which kinds, and how sure."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from extractor.reference.format_examples import counted_format, proposed_format
from extractor.template import Format, PageSize, Template, load_template, template_yaml
from extractor.template.table import Table, TableColumn, TableRows
from extractor.values import Box, Kind

CODES = ("10293", "48102", "99210", "30041", "55102", "61727", "20993", "71002")
AGES = tuple(str(age) for age in (0, 3, 7, 12, 15, 18, 21, 24, 29, 33, 36, 38))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (CODES, Format(kind=Kind.DIGITS, digits=(5, 5))),
        (("007", "012", "410"), Format(kind=Kind.DIGITS, digits=(3, 3))),
        (("12.50", "3.00", "140.25", "9.75"), Format(kind=Kind.AMOUNT)),
        (("61.5", "72.0", "55.1"), Format(kind=Kind.DECIMAL)),
        (("120/80", "135/90", "118/72"), Format(kind=Kind.RATIO)),
        (("9:30", "14:05", "8:00"), Format(kind=Kind.TIME)),
        (("3.4.24", "12.11.24", "30.1.25"), Format(kind=Kind.DATE)),
        (AGES, Format(kind=Kind.INTEGER, min=Decimal(0), max=Decimal(50))),
        (tuple(str(n) for n in range(40, 990, 50)), Format(kind=Kind.INTEGER, min=Decimal(0), max=Decimal(1100))),
        (("4", "17", "160"), Format(kind=Kind.INTEGER, min=Decimal(0))),
    ],
    ids=lambda one: str(one[0]) if isinstance(one, tuple) else one.kind.value,
)
def test_what_most_values_look_like_is_proposed(written: tuple[str, ...], expected: Format) -> None:
    proposed = proposed_format(written)
    assert proposed is not None
    assert proposed.format == expected


def test_more_values_make_it_surer_and_exceptions_less_sure() -> None:
    few, many, mixed = (proposed_format(one) for one in (CODES[:4], CODES * 2, (*CODES, *CODES, "1234")))
    assert few is not None
    assert many is not None
    assert mixed is not None
    assert few.sure < mixed.sure < many.sure
    assert mixed.remark.startswith("16 of 17 ")


@pytest.mark.parametrize("written", [("12", "40"), ("12.5", "40", "3/4", "7:30"), ("01", "7", "312")])
def test_too_few_values_or_unlike_ones_propose_nothing(written: tuple[str, ...]) -> None:
    assert proposed_format(written) is None


def test_a_column_that_counts_up_has_no_range_and_no_number_of_digits() -> None:
    copies = [[(line, str(begin + line)) for line in (1, 2, 4, 5)] for begin in (96, 310)]
    proposed = counted_format([*copies, [(1, "700"), (2, "107")]])
    assert proposed is not None
    assert proposed.format == Format(kind=Kind.INTEGER, min=Decimal(0))
    assert proposed.remark == "counts up from line to line, 6 of 7 times; 78 % sure"
    assert counted_format([list(enumerate(CODES)), list(enumerate(AGES))]) is None


def test_how_sure_a_format_is_stands_beside_its_column(tmp_path: Path) -> None:
    rows = TableRows(first=Box(10, 20, 100, 30), count=3, pitch=32)
    column = TableColumn(name="age", left=10, width=100, format=Format(kind=Kind.INTEGER, min=Decimal(0)))
    template = Template(
        formdigits=1,
        form="f",
        page=PageSize(width=200, height=200),
        tables=(Table(name="t", rows=rows, columns=(column,)),),
    )
    text = template_yaml(template, {"t.age": "9 of 9 that were read; 91 % sure"})
    assert "format: {kind: integer, min: 0}}  # 9 of 9 that were read; 91 % sure" in text

    file = tmp_path / "f.yaml"
    file.write_text(text, encoding="utf-8")
    assert load_template(file).tables == template.tables
