"""What people change in a workbook comes back as corrections, whatever else they do to it, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from extractor.errors import InputError
from extractor.export import write_table, xlsx_origins
from extractor.export.xlsx_origins import ORIGIN, edits_in, text_of
from extractor.values import CheckKind, FieldStatus, Kind
from tests.reviewed_job import field, job_of_pages
from workers.database.review.answers import Answer
from workers.database.review.brought_back import BroughtBack, bring_back
from workers.database.review.mending import field_now, mend
from workers.database.store import Store, open_store
from workers.job import Job
from workers.review.forms import Forms
from workers.review.typed import clean
from workers.review.values import FieldKey

NONE = Forms({})
VALUES = (("code", "007", Kind.DIGITS), ("total", "57", Kind.INTEGER), ("fee", "12.50", Kind.AMOUNT))
VALUES += (("day", "2019-04-17", Kind.DATE), ("at", "08:30", Kind.TIME))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'jobs.sqlite'}")
    yield opened
    opened.close()


def job_of(store: Store, pages: int = 6) -> Job:
    """Pages with a field of several kinds each, every second doubtful, and a blank one."""
    made = [
        [
            *(
                field(name, value, 0.5 if n % 2 else 0.999, FieldStatus.REVIEW if n % 2 else FieldStatus.ACCEPTED, kind)
                for name, value, kind in VALUES
            ),
            replace(field("left", "", 0.99, FieldStatus.BLANK), alternatives=()),
        ]
        for n in range(pages)
    ]
    return job_of_pages(store, made)


def exported(store: Store, job: Job, folder: Path, *, long: bool = False) -> Path:
    file = folder / "numbers.xlsx"
    write_table(file, store.results(job.id), fields=job.fields, long=long)
    return file


def back(store: Store, file: Path, name: str = "Ann", job: str | None = None) -> BroughtBack:
    return bring_back(store, lambda _: NONE, edits_in(file).edits, name, job)


def columns(sheet: Any) -> dict[str, int]:
    return {cell.value: cell.column for cell in sheet[1]}


def test_all_edits_come_back_from_a_workbook_that_was_sorted_cut_and_widened_and_nothing_else(
    store: Store, tmp_path: Path
) -> None:
    job = job_of(store)
    file = exported(store, job, tmp_path)
    book = openpyxl.load_workbook(file)
    sheet = book["readings"]
    assert sheet.column_dimensions[sheet.cell(1, columns(sheet)[ORIGIN]).column_letter].hidden
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(7, columns(sheet)[ORIGIN]).coordinate}"
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    del rows[3]
    rows.reverse()
    at = columns(sheet)
    # The first row is the last page now.
    rows[0][at["total"] - 1] = 58
    rows[0][at["code"] - 1] = "009"
    rows[1][at["fee"] - 1] = 13.2
    rows[2][at["day"] - 1] = datetime(2019, 4, 18)
    rows[2][at["left"] - 1] = 4
    rows[3][at["at"] - 1] = time(9, 15)
    rows[4][at["total"] - 1] = None
    sheet.delete_rows(2, 6)
    for row in rows:
        sheet.append(row)
    sheet.insert_cols(2)
    sheet["B1"] = "remark"
    sheet["B3"] = "ask the clinic"
    sheet.insert_rows(1)
    sheet["A1"] = "Our numbers"
    book.save(file)
    came = back(store, file)
    assert came.problems == ()
    assert [(one.field, one.was, one.value) for one in came.changes] == [
        ("code", "007", "009"),
        ("total", "57", "58"),
        ("fee", "12.50", "13.20"),
        ("day", "2019-04-17", "2019-04-18"),
        ("left", "", "4"),
        ("at", "08:30", "09:15"),
        ("total", "57", ""),
    ]
    last = field_now(store, FieldKey(job.id, 6, 1, 1), "Ann")
    assert (last.value, last.status, last.history[-1].by) == ("58", FieldStatus.ACCEPTED, "Ann")
    assert field_now(store, FieldKey(job.id, 1, 1, 1), "Ann").status is FieldStatus.BLANK
    # The same file again, and one that is written now, say nothing new.
    again = back(store, file, "Ben")
    assert (again.changes, again.already, again.problems) == ((), 7, ())
    assert edits_in(exported(store, job, tmp_path)).edits == ()


def test_one_row_per_field_comes_back_as_well(store: Store, tmp_path: Path) -> None:
    job = job_of(store, 2)
    file = exported(store, job, tmp_path, long=True)
    book = openpyxl.load_workbook(file)
    sheet = book["readings"]
    sheet.cell(9, columns(sheet)["value"]).value = 60
    book.save(file)
    (change,) = back(store, file).changes
    assert (change.field, change.value, change.job) == ("total", "60", job.id)


def test_what_cannot_be_matched_or_does_not_fit_is_said_and_nothing_is_guessed(store: Store, tmp_path: Path) -> None:
    job = job_of(store)
    file = exported(store, job, tmp_path)
    mend(store, NONE, FieldKey(job.id, 2, 1, 1), "Ben", Answer(CheckKind.TYPE, "99", 0))
    book = openpyxl.load_workbook(file)
    sheet = book["readings"]
    at = columns(sheet)
    sheet.cell(2, at["total"]).value = "many"
    sheet.cell(3, at["total"]).value = 58
    sheet.cell(4, at["total"]).value = "=50+8"
    sheet.cell(5, at[ORIGIN]).value = None
    sheet.cell(5, at["total"]).value = 1
    sheet.cell(6, at[ORIGIN]).value = '["' + job.id + '/77-1",{"total":"57"}]'
    sheet.cell(6, at["total"]).value = 2
    sheet.cell(7, at[ORIGIN]).value = "me"
    sheet.cell(1, sheet.max_column + 1).value = "fee"
    book.save(file)
    found = edits_in(file)
    came = back(store, file)
    assert came.changes == ()
    told = "\n".join((*found.problems, *came.problems))
    for words in (
        "two columns are called 'fee'",
        "row 4, total: a formula stands there",
        "rows that do not say which page they are were left out: 1",
        "row 7: what its hidden cell says was changed",
        "row 2, total: many: not a number",
        "row 3, total: Ben has made it '99' since the workbook was written",
        "row 6, total: its page has no field 'total' any more",
    ):
        assert words in told
    assert "it is of another job" in back(store, file, job="bcdefghj").problems[0]


def test_what_is_no_workbook_of_ours_is_refused_in_a_sentence(tmp_path: Path) -> None:
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK nothing")
    with pytest.raises(InputError, match=r"bad\.xlsx is no workbook"):
        edits_in(bad)
    openpyxl.Workbook().save(bad)
    with pytest.raises(InputError, match="does not say where its rows come from"):
        edits_in(bad)


def test_what_is_small_and_becomes_large_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_origins, "UNPACKED_BYTES", 5_000_000)
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("xl/workbook.xml", "w") as part:
        part.write(b" " * 5_000_001)
    assert bomb.stat().st_size < 10_000
    with pytest.raises(InputError, match=r"April\.xlsx is too large to be looked through"):
        edits_in(bomb, "April.xlsx")


def test_what_a_cell_holds_is_what_a_person_would_type() -> None:
    values = (0.1 + 0.2, 57, 1e15, True, date(2019, 4, 7), time(8, 5), " 57 ", None)
    assert [text_of(value) for value in values] == [
        *("0.3", "57", "1000000000000000", "TRUE", "2019-04-07", "08:05", "57", "")
    ]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_workbook_that_libreoffice_has_saved_comes_back(store: Store, tmp_path: Path) -> None:
    job = job_of(store)
    file = exported(store, job, tmp_path)
    command = ["soffice", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", tmp_path / "o", file]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert edits_in(tmp_path / "o" / file.name).edits == ()


def test_lines_of_tables_come_back_from_their_own_sheet(store: Store, tmp_path: Path) -> None:
    names = [f"patients.{line}.{column}" for line in (1, 2, 3) for column in ("code", "fee")]
    made = [field(name, str(n + 10), 0.999, FieldStatus.ACCEPTED) for n, name in enumerate(names)]
    job = job_of_pages(store, [made])
    file = tmp_path / "numbers.xlsx"
    columns_of = [("patients.code", Kind.INTEGER), ("patients.fee", Kind.INTEGER)]
    write_table(file, store.results(job.id), fields=columns_of)
    book = openpyxl.load_workbook(file)
    sheet = book["patients"]
    sheet.delete_rows(2)
    sheet.cell(3, columns(sheet)["fee"]).value = 99
    book.save(file)
    (change,) = back(store, file).changes
    assert (change.field, change.was, change.value) == ("patients.3.fee", "15", "99")


def test_nothing_in_a_workbook_is_too_strange_or_too_long_to_be_told_of(store: Store, tmp_path: Path) -> None:
    job = job_of(store, 1)
    page = f"{job.id}/1-1"
    said = '{"total":"57"}'
    rows = [
        (f'["\\ud800{page}",{said}]', 58),
        (f'["{page}",{{"total":["57","\\ud800"]}}]', 58),
        ("[" * 20_000, 58),
        (f'["{page}",{said}]', "9" * 30_000),
        (f'["{page}",{said}]', 58),
    ]
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["total", ORIGIN])
    for origin, value in rows:
        sheet.append([value, origin])
    file = tmp_path / "strange.xlsx"
    book.save(file)
    found = edits_in(file)
    assert [len(one.text) for one in found.edits] == [1000]
    *strange, twice = found.problems
    assert all("hidden cell" in one for one in strange)
    assert len(strange) == 3
    assert "row 5, total says something else of the same field" in twice
    [problem] = bring_back(store, lambda _: NONE, found.edits, "Ann").problems
    assert len(problem.encode()) < 300
    with pytest.raises(InputError, match="at most 200 characters; this one has 1,000,000"):
        clean("9" * 1_000_000)
