"""The lines of tables are rows of their own: none is lost, none is made up."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

import formdigits
from extractor.errors import InputError
from extractor.export import write_table
from extractor.template import Table, TableColumn, TableRows
from extractor.values import Box, Checked, CheckKind, FieldStatus, Kind, PageResult, PageStatus, Reading

QUAD = ((1.0, 2.0), (11.0, 2.0), (11.0, 7.0), (1.0, 7.0))
FIELDS = [("facility", Kind.DIGITS), ("patients.patient", Kind.DIGITS), ("patients.fee", Kind.AMOUNT)]


def field(name: str, value: str, kind: Kind = Kind.DIGITS, status: FieldStatus = FieldStatus.ACCEPTED) -> Reading:
    if not value and status is FieldStatus.ACCEPTED:
        status = FieldStatus.BLANK
    return Reading(name, kind, value, value, 0.999, status, QUAD)


def page(number: int, *lines: tuple[str, str]) -> PageResult:
    readings = [field("facility", "00123")]
    for line, (patient, fee) in enumerate(lines, start=1):
        readings += [field(f"patients.{line}.patient", patient), field(f"patients.{line}.fee", fee, Kind.AMOUNT)]
    return PageResult("scan.pdf", number, "register", PageStatus.READ, tuple(readings))


PAGES = [
    page(1, ("00007", "12.50"), ("", ""), ("00042", "3.00"), ("", "")),
    PageResult("scan.pdf", 2, "", PageStatus.UNMATCHED, reason="No template fits this page."),
    page(3, ("", ""), ("", ""), ("", ""), ("", "")),
]


def rows_of(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_csv_has_a_file_for_the_table_with_a_row_for_each_filled_line(tmp_path: Path) -> None:
    write_table(tmp_path / "out.csv", PAGES, fields=FIELDS)
    assert rows_of(tmp_path / "out.csv") == [
        ["file", "page", "form", "status", "review", "facility"],
        ["scan.pdf", "1", "register", "read", "", "00123"],
        ["scan.pdf", "2", "", "unmatched", "", ""],
        ["scan.pdf", "3", "register", "read", "", "00123"],
    ]
    assert rows_of(tmp_path / "out_patients.csv") == [
        ["file", "page", "form", "line", "status", "review", "patient", "fee"],
        ["scan.pdf", "1", "register", "1", "read", "", "00007", "12.50"],
        ["scan.pdf", "1", "register", "3", "read", "", "00042", "3.00"],
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "out_patients.csv"]


def test_an_empty_line_is_kept_where_the_template_says_so_but_not_behind_the_last(tmp_path: Path) -> None:
    rows = TableRows(first=Box(0, 0, 100, 10), count=4, pitch=10)
    columns = (TableColumn(name="patient", left=0, width=50), TableColumn(name="fee", left=50, width=50))
    kept = Table(name="patients", rows=rows, columns=columns, keep_empty=True)
    write_table(tmp_path / "out.csv", PAGES, fields=[FIELDS[0], *kept.output])
    lines = rows_of(tmp_path / "out_patients.csv")
    assert lines[0] == ["file", "page", "form", "line", "status", "review", "patient", "fee"]
    assert [(row[3], row[6]) for row in lines[1:]] == [("1", "00007"), ("2", ""), ("3", "00042")]


def test_a_line_that_people_filled_or_emptied_is_what_they_said(tmp_path: Path) -> None:
    first = page(1, ("", ""), ("", ""))
    said = Checked(CheckKind.TYPE, ("Ann",), "2026-11-28T00:00:00Z", "", FieldStatus.BLANK)
    zero = replace(first.readings[4], value="0.00", written="", status=FieldStatus.ACCEPTED)
    by_form = replace(first, readings=(*first.readings[:4], zero))
    typed = replace(first, readings=(*first.readings[:4], replace(zero, checked=said)))
    doubtful = replace(first, readings=(*first.readings[:4], field("patients.2.fee", "", status=FieldStatus.REVIEW)))
    write_table(tmp_path / "out.csv", [by_form, typed, doubtful], fields=FIELDS)
    lines = rows_of(tmp_path / "out_patients.csv")[1:]
    assert [(row[3], row[5], row[7]) for row in lines] == [("2", "", "0.00"), ("2", "fee", "")]


def test_one_row_per_field_says_table_line_and_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_table(tmp_path / "out.csv", PAGES, fields=FIELDS, long=True)
    lines = rows_of(tmp_path / "out.csv")
    assert lines[0][:8] == ["file", "page", "form", "field", "table", "line", "column", "value"]
    assert [row[3:8] for row in lines[1:4]] == [
        ["facility", "", "", "", "00123"],
        ["patients.1.patient", "patients", "1", "patient", "00007"],
        ["patients.1.fee", "patients", "1", "fee", "12.50"],
    ]
    assert len(lines) == 1 + 5 + 1 + 1
    write_table("-", PAGES, fields=FIELDS)
    assert capsys.readouterr().out == (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_a_workbook_has_a_sheet_for_the_table(tmp_path: Path) -> None:
    write_table(tmp_path / "out.xlsx", PAGES, fields=FIELDS)
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["readings", "patients", "summary"]
    lines = [[cell.value for cell in row] for row in book["patients"].iter_rows()]
    assert lines[1:] == [
        ["scan.pdf", 1, "register", 1, "read", None, "00007", 12.5],
        ["scan.pdf", 1, "register", 3, "read", None, "00042", 3],
    ]
    assert ["patients.fee", 8, 2, 0, 6, 0] in [[cell.value for cell in row] for row in book["summary"].iter_rows()]
    # Of two forms with a table of the same name each has its own sheet.
    forms = {"register": FIELDS, "other": FIELDS}
    both = [*PAGES, replace(PAGES[0], form="other")]
    write_table(tmp_path / "both.xlsx", both, fields=FIELDS, forms=forms)
    book = openpyxl.load_workbook(tmp_path / "both.xlsx")
    assert book.sheetnames == ["register", "register patients", "readings", "other", "other patients", "summary"]
    assert [book[name].max_row for name in ("register patients", "other patients")] == [3, 3]


def test_json_has_the_lines_beside_the_readings(tmp_path: Path) -> None:
    write_table(tmp_path / "out.jsonl", PAGES, fields=FIELDS)
    trees = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert trees[0]["tables"] == {
        "patients": [
            {"line": 1, "status": "read", "review": [], "patient": "00007", "fee": "12.50"},
            {"line": 3, "status": "read", "review": [], "patient": "00042", "fee": "3.00"},
        ]
    }
    assert "tables" not in trees[1]
    assert trees[2]["tables"] == {"patients": []}
    assert [PageResult.from_dict(tree) for tree in trees] == PAGES


def test_a_failure_leaves_no_file_of_a_table_behind(tmp_path: Path) -> None:
    def pages():
        yield PAGES[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_table(tmp_path / "out.csv", pages(), fields=FIELDS)
    assert list(tmp_path.iterdir()) == []


def test_a_frame_of_a_table_has_its_lines() -> None:
    frame = formdigits.to_frame(PAGES, table="patients")
    assert list(frame.columns) == ["file", "page", "form", "line", "status", "review", "patient", "fee"]
    assert frame[["line", "patient", "fee"]].values.tolist() == [[1, "00007", 12.5], [3, "00042", 3.0]]
    with pytest.raises(InputError, match="has a table 'doctors'"):
        formdigits.to_frame(PAGES, table="doctors")
