"""Rows are on disk as they come, go on after what was there, and the last can be taken back."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from extractor.errors import OutputError
from extractor.values import FieldStatus, Kind, PageResult, PageStatus, Reading
from formdigits.camera.rows import RowFile

FIELDS = [("votes", Kind.INTEGER), ("code", Kind.DIGITS)]


def row(page: int, votes: str = "57", code: str = "007") -> PageResult:
    quad = ((1.0, 2.0), (30.0, 2.0), (30.0, 12.0), (1.0, 12.0))
    readings = (
        Reading("votes", Kind.INTEGER, votes, votes, 0.999, FieldStatus.ACCEPTED, quad),
        Reading("code", Kind.DIGITS, code, code, 0.7, FieldStatus.REVIEW, quad),
    )
    return PageResult("camera 0", page, "form", PageStatus.READ, readings, fit=1.0)


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_a_row_is_on_disk_when_it_was_written(tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    with RowFile(str(out), FIELDS) as rows:
        rows.write(row(1))
        assert table(out) == [
            ["file", "page", "form", "status", "review", "votes", "code"],
            ["camera 0", "1", "form", "read", "code", "57", "007"],
        ]


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
def test_the_last_row_can_be_taken_back_but_none_of_an_earlier_run(tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    with RowFile(str(out), FIELDS) as rows:
        rows.write(row(1))
    before = out.read_bytes()
    with RowFile(str(out), FIELDS) as rows:
        assert rows.rows == 1
        rows.write(row(2))
        rows.write(row(3, votes="8"))
        assert out.read_bytes().startswith(before)
        rows.undo()
        rows.undo()
        rows.undo()
        assert rows.rows == 1
    assert out.read_bytes() == before


def test_json_lines_hold_everything(tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    with RowFile(str(out), FIELDS) as rows:
        rows.write(row(1))
        rows.write(row(2))
    read = [PageResult.from_dict(json.loads(line)) for line in out.read_text(encoding="utf-8").splitlines()]
    assert read == [row(1), row(2)]


def test_a_line_that_was_cut_off_does_not_spoil_the_next(tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    with RowFile(str(out), FIELDS) as rows:
        rows.write(row(1))
    with out.open("ab") as stream:
        stream.write(b"camera 0,2,form,re")
    with RowFile(str(out), FIELDS) as rows:
        rows.write(row(3))
    assert table(out)[-1] == ["camera 0", "3", "form", "read", "code", "57", "007"]


def test_a_file_with_other_columns_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    out.write_text("a,b\n1,2\n")
    with pytest.raises(OutputError, match="other columns"), RowFile(str(out), FIELDS):
        pass
    assert out.read_text() == "a,b\n1,2\n"


def test_formats_that_cannot_grow_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"\.csv or \.jsonl"):
        RowFile(str(tmp_path / "rows.xlsx"), FIELDS)
