"""Workbooks open with the right types, colours, links and notes, and hold nothing that runs."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from datetime import datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractor.errors import OutputError
from extractor.export import open_sink, write_table, xlsx, xlsx_history
from extractor.export.xlsx_cells import AMBER, RED
from extractor.values import (
    Alternative,
    Change,
    CheckKind,
    Doubt,
    DoubtKind,
    FieldStatus,
    Kind,
    PageResult,
    PageStatus,
    Reading,
)

QUAD = ((10.0, 20.0), (110.0, 20.0), (110.0, 60.0), (10.0, 60.0))
FIELDS = [(kind.value, kind) for kind in Kind]


def reading(kind: Kind, value: str, status: FieldStatus = FieldStatus.ACCEPTED, **more: Any) -> Reading:
    given: dict[str, Any] = {"written": value, "confidence": 0.99871, "quad": QUAD} | more
    return Reading(field=kind.value, kind=kind, value=value, status=status, **given)


def page(*readings: Reading, file: str = "scan.png", number: int = 1) -> PageResult:
    return PageResult(file, number, "tally", PageStatus.READ, readings)


def workbook(out: Path, pages: Iterable[PageResult], long: bool = False) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # xlsxwriter warns of whatever it leaves out
        with open_sink(out, fields=FIELDS, long=long) as sink:
            for result in pages:
                sink.write(result)
    return openpyxl.load_workbook(out)


def colour(cell: Any) -> str | None:
    return f"#{cell.fill.start_color.rgb[2:]}" if cell.fill.fill_type == "solid" else None


def test_the_header_is_bold_frozen_and_filtered(tmp_path: Path) -> None:
    sheet = workbook(tmp_path / "out.xlsx", [page(), page()])["readings"]
    names = [cell.value for cell in sheet[1]]
    assert names == ["file", "page", "form", "status", "review", *Kind]
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:N3"
    assert sheet.column_dimensions["A"].width >= len("scan.png")


def test_values_have_their_types(tmp_path: Path) -> None:
    values = ["007", "57", "-1.250", "12.50", "120/80", "2019-04-17", "08:30", "B", "=T1-7"]
    sheet = workbook(
        tmp_path / "out.xlsx", [page(*(reading(kind, value) for kind, value in zip(Kind, values, strict=True)))]
    )["readings"]
    cells = sheet[2][5:]
    moments = [datetime(2019, 4, 17), time(8, 30)]
    assert [cell.value for cell in cells] == ["007", 57, -1.25, 12.5, "120/80", *moments, "B", "=T1-7"]
    formats = ["@", "0", "0.000", "0.00", "@", "yyyy-mm-dd", "hh:mm", "General", "General"]
    assert [cell.number_format for cell in cells] == formats
    assert [cell.data_type for cell in cells] == ["s", "n", "n", "n", "s", "d", "d", "s", "s"]
    assert sheet["B2"].value == 1


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.INTEGER, "5?"),
        (Kind.INTEGER, "1e5"),
        (Kind.INTEGER, "٣"),
        (Kind.INTEGER, "1234567890123456"),
        (Kind.AMOUNT, "12,50"),
        (Kind.AMOUNT, "nan"),
        (Kind.DECIMAL, "=1+1"),
        (Kind.DATE, "2019-02-30"),
        (Kind.DATE, "1899-12-31"),
        (Kind.DATE, "20190417"),
        (Kind.TIME, "24:00"),
        (Kind.TIME, "830"),
        (Kind.DIGITS, "=cmd|' /C calc'!A0"),
        (Kind.DIGITS, "https://example.org"),
    ],
)
def test_what_is_no_such_value_stays_text(tmp_path: Path, kind: Kind, value: str) -> None:
    sheet = workbook(tmp_path / "out.xlsx", [page(reading(kind, value))])["readings"]
    cell = sheet[2][5 + list(Kind).index(kind)]
    assert cell.value == value
    assert cell.data_type in ("s", "inlineStr")
    with ZipFile(tmp_path / "out.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_cells_to_check_are_amber_with_what_a_person_needs_to_know(tmp_path: Path) -> None:
    doubtful = reading(
        Kind.INTEGER,
        "57",
        FieldStatus.REVIEW,
        written="X57",
        confidence=0.98999,
        alternatives=(Alternative("51", 0.0061), Alternative("67", 0.002), Alternative("07", 0.001)),
        rules=("integer = amount",),
        doubts=(Doubt(DoubtKind.FORMAT, "the last digit is faint"),),
    )
    empty = reading(Kind.DIGITS, "", FieldStatus.REVIEW, confidence=0.0)
    for long, where in ((False, ("G2", "F2", "I2")), (True, ("E2", "E3", "E4"))):
        sheet = workbook(tmp_path / "out.xlsx", [page(doubtful, empty, reading(Kind.AMOUNT, "1.00"))], long)["readings"]
        assert [colour(sheet[name]) for name in where] == [AMBER, AMBER, None]
        assert sheet[where[0]].comment.text == (
            "98.9 % sure\nThe ink says: X57\nOr: 51 (0.6 %), 67 (0.2 %)\n"
            "Breaks: integer = amount\nthe last digit is faint"
        )
        assert sheet[where[1]].comment.text == "0.0 % sure"
        assert sheet[where[2]].comment is None


@pytest.mark.parametrize("status", [PageStatus.FAILED, PageStatus.UNMATCHED])
@pytest.mark.parametrize("long", [False, True])
def test_a_page_that_was_not_read_is_red_and_says_why(tmp_path: Path, status: PageStatus, long: bool) -> None:
    lost = PageResult("lost.png", 1, "", status, reason="No form was found; scan the whole page.")
    book = workbook(tmp_path / "out.xlsx", [page(reading(Kind.INTEGER, "5")), lost], long)
    sheet = book["readings"]
    assert {colour(cell) for cell in sheet[3]} == {RED}
    assert {colour(cell) for cell in sheet[2]} == {None}
    [said] = [cell for cell in sheet[3] if cell.comment]
    assert (said.value, said.comment.text) == (status.value, lost.reason)
    assert [lost.reason, 1] in [[cell.value for cell in row[:2]] for row in book["summary"]]


def test_the_summary_counts_pages_and_fields(tmp_path: Path) -> None:
    pages = [
        page(reading(Kind.INTEGER, "5"), reading(Kind.DATE, "", FieldStatus.BLANK)),
        page(reading(Kind.INTEGER, "6", FieldStatus.REVIEW)),
        PageResult("again.png", 1, "tally", PageStatus.DUPLICATE),
    ]
    rows = [
        [cell.value for cell in row if cell.value is not None]
        for row in workbook(tmp_path / "o.xlsx", pages)["summary"]
    ]
    assert ["read", 2] in rows
    assert ["duplicate", 1] in rows
    assert ["integer", 2, 1, 1, 0, 0] in rows
    assert ["all", 3, 1, 1, 1, 0] in rows


NAMES = [
    "plain.png",
    "two words.png",
    "50% #1.png",
    "a%20b.png",
    "Zürich 表.pdf",
    "C:x.png",
    'q?&[1]{2}^`<>".png',
    "x\x01y\n.png",
]


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_from_the_workbook_to_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("scans/day 1").mkdir(parents=True)
    Path("results").mkdir()
    file = f"scans/day 1/{name}"
    Path(file).touch()
    sheet = workbook(Path("results/out.xlsx"), [page(file=file)])["readings"]
    link = sheet["A2"].hyperlink
    assert (Path("results") / unquote(link.target)).samefile(file)
    assert link.location is None
    assert not set(link.target) & set('\\ #<>"')
    if "\x01" not in name:
        assert sheet["A2"].value == file


def test_a_document_that_is_not_there_gets_no_dead_link(tmp_path: Path) -> None:
    sheet = workbook(tmp_path / "out.xlsx", [page(file="gone.png"), page(file="x" * 5000), page(file="\udcff\ufffe")])
    assert [sheet["readings"].cell(row, 1).hyperlink for row in (2, 3, 4)] == [None] * 3
    assert sheet["readings"]["A4"].value.startswith(r"\udcff")


def test_beyond_excels_links_and_rows_and_beyond_our_notes_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "SHEET_ROWS", 5)
    monkeypatch.setattr(xlsx, "SHEET_LINKS", 3)
    monkeypatch.setattr(xlsx, "NOTES_OF_A_KIND", 2)
    scan = tmp_path / "scan.png"
    scan.touch()
    doubtful = reading(Kind.INTEGER, "7", FieldStatus.REVIEW)
    book = workbook(tmp_path / "o.xlsx", [page(doubtful, file=str(scan), number=number) for number in range(1, 11)])
    assert book.sheetnames == ["readings", "readings 2", "readings 3", "summary"]
    sheets = [book[name] for name in book.sheetnames[:3]]
    assert [sheet["A1"].value for sheet in sheets] == ["file"] * 3
    assert [sheet.freeze_panes for sheet in sheets] == ["B2"] * 3
    assert [sheet.auto_filter.ref for sheet in sheets] == ["A1:N5", "A1:N5", "A1:N3"]
    assert [row[1].value for sheet in sheets for row in sheet.iter_rows(min_row=2)] == list(range(1, 11))
    assert [sum(row[0].hyperlink is not None for row in sheet.iter_rows(min_row=2)) for sheet in sheets] == [3, 3, 2]
    assert sum(cell.comment is not None for sheet in sheets for row in sheet for cell in row) == 2
    assert {row[0].value for sheet in sheets for row in sheet.iter_rows(min_row=2)} == {str(scan)}


def test_more_columns_than_excel_has_are_refused_at_once(tmp_path: Path) -> None:
    fields = [(f"f{number}", Kind.DIGITS) for number in range(16_380)]
    with pytest.raises(OutputError, match=r"16,385 columns"), open_sink(tmp_path / "out.xlsx", fields=fields):
        pass
    assert list(tmp_path.iterdir()) == []


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=15), min_size=4, max_size=4))
def test_any_text_gives_a_workbook_that_opens_and_holds_no_formula(tmp_path: Path, texts: list[str]) -> None:
    file, form, value, reason = texts
    odd = reading(Kind.AMOUNT, value, FieldStatus.REVIEW, written=form, doubts=(Doubt(DoubtKind.FORMAT, reason),))
    result = PageResult("=" + file, 1, form, PageStatus.READ, (odd,), reason=reason)
    out = tmp_path / "out.xlsx"
    workbook(out, [result])
    with ZipFile(out) as archive:
        assert b"<f" not in archive.read("xl/worksheets/sheet1.xml").replace(b"<filter", b"")


def test_several_forms_have_a_sheet_each_with_their_own_columns(tmp_path: Path) -> None:
    forms = {
        "tally: a/b": (("votes", Kind.INTEGER), ("total", Kind.INTEGER)),
        "Tally  a b": (("amount", Kind.AMOUNT),),
        "x" * 60: (("n", Kind.DIGITS),),
    }
    quad = ((0.0, 0.0), (9.0, 0.0), (9.0, 4.0), (0.0, 4.0))

    def page(number: int, form: str) -> PageResult:
        if form not in forms:
            return PageResult("scan.pdf", number, "", PageStatus.UNMATCHED, reason="No template fits this page.")
        readings = tuple(
            Reading(name, kind, str(number), str(number), 0.999, FieldStatus.ACCEPTED, quad)
            for name, kind in forms[form]
        )
        return PageResult("scan.pdf", number, form, PageStatus.READ, readings, fit=1.0)

    order = [*forms, "", *reversed(forms)]
    fields = [column for columns in forms.values() for column in columns]
    out = tmp_path / "out.xlsx"
    write_table(out, [page(number, form) for number, form in enumerate(order, 1)], fields=fields, forms=forms)
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["tally  a b", "Tally  a b (2)", "x" * 26, "readings", "summary"]
    for name, form, pages in zip(book.sheetnames, forms, ((1, 7), (2, 6), (3, 5)), strict=False):
        rows = list(book[name].iter_rows(values_only=True))
        assert rows[0] is not None
        assert rows[0][5:] == tuple(column for column, _ in forms[form])
        assert [row[1] for row in rows[1:]] == list(pages)
        assert book[name].freeze_panes == "B2"
    assert [row[3] for row in book["readings"].iter_rows(values_only=True)] == ["status", "unmatched"]
    # One form alone is as ever.
    write_table(out, [page(1, "Tally  a b")], fields=fields, forms={"Tally  a b": forms["Tally  a b"]})
    assert openpyxl.load_workbook(out).sheetnames == ["readings", "summary"]


def test_sheets_of_two_forms_never_share_a_name_however_many_rows_one_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "SHEET_ROWS", 2)
    forms: dict[str, tuple[tuple[str, Kind], ...]] = {"Tally": (), "tally 2": (), "tally 3": ()}
    order = ["Tally", "tally 2", "Tally", "Tally", "tally 3"]
    out = tmp_path / "out.xlsx"
    pages = [PageResult("scan.pdf", number, form, PageStatus.READ) for number, form in enumerate(order, 1)]
    write_table(out, pages, fields=FIELDS, forms=forms)
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["Tally", "tally 2", "Tally 3", "Tally 4", "tally 3 (2)", "summary"]
    assert [book[name]["B2"].value for name in book.sheetnames[:-1]] == [1, 2, 3, 4, 5]


def test_changes_beyond_the_room_of_a_sheet_are_not_left_out_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_history, "HISTORY_ROWS", 3)
    change = Change("ann", "2026-11-27T10:00:00Z", CheckKind.TYPE, "1", FieldStatus.REVIEW, "7", FieldStatus.ACCEPTED)
    pages = [page(reading(Kind.INTEGER, "7", history=(change, change)), number=number) for number in (1, 2, 3)]
    rows = list(workbook(tmp_path / "o.xlsx", pages)["history"].iter_rows(values_only=True))
    assert [row[1] for row in rows[1:4]] == [1, 1, 2]
    assert [row[0] for row in rows[4:]] == [xlsx_history.NO_ROOM]
