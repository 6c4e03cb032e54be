"""CSV holds exactly the promised columns, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.export import open_sink
from extractor.export.csvfile import harmless
from extractor.values import FieldStatus, Kind, PageResult, PageStatus, Reading

QUAD = ((10.4, 20.0), (110.0, 22.0), (109.0, 60.6), (9.6, 58.0))
FIELDS = [("votes", Kind.INTEGER), ("code", Kind.DIGITS), ("sum", Kind.AMOUNT)]


def reading(field: str, kind: Kind, value: str, status: FieldStatus = FieldStatus.ACCEPTED, **more: object) -> Reading:
    given: dict[str, object] = {"written": value, "confidence": 0.99871, "quad": QUAD} | more
    return Reading(field=field, kind=kind, value=value, status=status, **given)  # type: ignore[arg-type]


READ = PageResult(
    "scans/a, b.png",
    1,
    "tally",
    PageStatus.READ,
    (
        reading("votes", Kind.INTEGER, "57", FieldStatus.REVIEW, written="X57", confidence=0.5),
        reading("code", Kind.DIGITS, "007"),
        reading("sum", Kind.AMOUNT, "-12.50", FieldStatus.REVIEW),
    ),
)
UNMATCHED = PageResult("scans/c.pdf", 12, "", PageStatus.UNMATCHED, reason="no form here")


def table(tmp_path: Path, *pages: PageResult, long: bool = False) -> list[list[str]]:
    out = tmp_path / "out.csv"
    with open_sink(out, fields=FIELDS, long=long) as sink:
        for page in pages:
            sink.write(page)
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def test_one_row_a_page(tmp_path: Path) -> None:
    assert table(tmp_path, READ, UNMATCHED) == [
        ["file", "page", "form", "status", "review", "votes", "code", "sum"],
        ["scans/a, b.png", "1", "tally", "read", "votes sum", "57", "007", "-12.50"],
        ["scans/c.pdf", "12", "", "unmatched", "", "", "", ""],
    ]


def test_one_row_a_field_and_one_for_a_page_that_was_not_read(tmp_path: Path) -> None:
    assert table(tmp_path, READ, UNMATCHED, long=True) == [
        ["file", "page", "form", "field", "value", "written", "confidence", "status", "left", "top", "width", "height"],
        ["scans/a, b.png", "1", "tally", "votes", "57", "X57", "0.5000", "review", "10", "20", "100", "41"],
        ["scans/a, b.png", "1", "tally", "code", "007", "007", "0.9987", "accepted", "10", "20", "100", "41"],
        ["scans/a, b.png", "1", "tally", "sum", "-12.50", "'-12.50", "0.9987", "review", "10", "20", "100", "41"],
        ["scans/c.pdf", "12", "", "", "", "", "", "unmatched", "", "", "", ""],
    ]


@pytest.mark.parametrize("status", [PageStatus.FAILED, PageStatus.UNMATCHED])
@pytest.mark.parametrize("long", [False, True])
def test_a_page_that_was_not_read_counts_once_and_adds_no_values(
    tmp_path: Path, status: PageStatus, long: bool
) -> None:
    again = PageResult("again.png", 1, "tally", status, READ.readings)
    header, row = table(tmp_path, again, long=long)
    filled = {name: text for name, text in zip(header, row, strict=True) if text}
    assert filled.pop("review", "votes sum") == "votes sum"
    assert filled == {"file": "again.png", "page": "1", "form": "tally", "status": status.value}


def test_a_duplicate_has_values_where_it_was_read(tmp_path: Path) -> None:
    again = PageResult("camera", 2, "tally", PageStatus.DUPLICATE, READ.readings, reason="Possible repeat of row 1.")
    _, row = table(tmp_path, again)
    assert row == ["camera", "2", "tally", "duplicate", *table(tmp_path, READ)[1][4:]]
    _, row = table(tmp_path, PageResult("again.png", 1, "", PageStatus.DUPLICATE, reason="As page 1."))
    assert row == ["again.png", "1", "", "duplicate", "", "", "", ""]


def test_a_form_without_a_field_leaves_its_column_empty(tmp_path: Path) -> None:
    page = PageResult("a.png", 1, "other", PageStatus.READ, (reading("code", Kind.DIGITS, "12"),))
    assert table(tmp_path, page)[1][5:] == ["", "12", ""]


def test_a_field_that_was_not_found_has_no_box_and_no_confidence(tmp_path: Path) -> None:
    lost = reading("code", Kind.DIGITS, "", FieldStatus.REVIEW, quad=(), confidence=math.nan)
    nowhere = reading("code", Kind.DIGITS, "", FieldStatus.REVIEW, quad=((math.nan, 0.0), (1.0, 1.0)))
    rows = table(tmp_path, PageResult("a.png", 1, "t", PageStatus.READ, (lost, nowhere)), long=True)
    assert rows[1][6:] == ["0.0000", "review", "", "", "", ""]
    assert rows[2][8:] == ["", "", "", ""]


def test_text_is_utf8_without_a_byte_order_mark_even_for_names_that_are_no_text(tmp_path: Path) -> None:
    rows = table(tmp_path, PageResult("wahl \udcff Zürich 表.png", 1, "", PageStatus.FAILED))
    assert rows[1][0] == r"wahl \udcff Zürich 表.png"
    content = (tmp_path / "out.csv").read_bytes()
    assert content.startswith(b"file,")
    assert b"\r" not in content


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "'=1",
        '"=1',
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "\ufeff=1",
        "\n-1",
    ],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert harmless(text).startswith("'")


@pytest.mark.parametrize("text", ["", "57", "X57", "scan-1.png", "a=b", "2019-04-17", "total = a + b", "O'Neill.png"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_only_a_number_in_a_number_field_may_begin_with_a_minus(tmp_path: Path) -> None:
    readings = (
        reading("votes", Kind.INTEGER, "-7"),
        reading("code", Kind.DIGITS, "-7"),
        reading("sum", Kind.AMOUNT, "-7+cmd"),
    )
    assert table(tmp_path, PageResult("a", 1, "t", PageStatus.READ, readings))[1][5:] == ["-7", "'-7", "'-7+cmd"]


NASTY = st.text(st.sampled_from("=+-@＝＋－＠ \t\r\n'\";,|a1.\u200b\ufeff"), max_size=12) | st.text(max_size=20)
STARTS_A_FORMULA = re.compile(r"[\s\x00-\x20\u200b\ufeff\"]*[=+\-@＝＋－＠]")


@given(st.lists(NASTY, min_size=4, max_size=4), st.booleans(), st.sampled_from(",;\t"))
def test_no_cell_begins_a_formula_whatever_is_read_and_however_it_is_split(
    texts: list[str], long: bool, delimiter: str
) -> None:
    """Some spreadsheets split at semicolons or tabs by the computer's language: no cell may be live there either."""
    file, form, value, written = texts
    out = io.StringIO()
    page = PageResult(file, 1, form, PageStatus.READ, (reading("code", Kind.DIGITS, value, written=written),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", out)
        with open_sink("-", fields=FIELDS, long=long) as sink:
            sink.write(page)
    for row in csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=delimiter):
        for cell in row:
            assert not STARTS_A_FORMULA.match(cell), (cell, out.getvalue())
    if delimiter == ",":
        row = list(csv.reader(io.StringIO(out.getvalue(), newline=""), strict=True))[1]
        held = [row[0], row[2], *((row[4], row[5]) if long else (row[6],))]
        for cell, text in zip(held, texts, strict=False):
            assert cell.replace("'", "") == text.replace("'", "")
