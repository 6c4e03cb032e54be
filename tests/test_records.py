"""Pages belong to the record that their own code names, or that of the separator before them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import formdigits
from extractor.documents import open_pages
from extractor.errors import TemplateError
from extractor.export import write_table
from extractor.options import ReadOptions
from extractor.reading import open_reader
from extractor.records import in_records
from extractor.template import load_template
from extractor.values import SEPARATOR, FieldStatus, Kind, PageResult, PageStatus, Reading

TRUTH = {"record": "ROOM-204", "sheet": "X1-004720", "candidate_written": "183687", "candidate": "183687", "q1": "A"}


def _page(file: str, number: int, form: str = "exam", record: str | None = None, code: str = "") -> PageResult:
    reading = Reading("sheet", Kind.BARCODE, code, code, 1.0, FieldStatus.ACCEPTED, ())
    return PageResult(file, number, form, PageStatus.READ, (reading,) if code else (), record=record)


def test_a_separator_holds_to_the_next_one_and_to_the_end_of_a_file_of_several_pages() -> None:
    first = [_page("a", 1, SEPARATOR, "R1"), _page("b", 1), _page("c", 1, SEPARATOR, "R2"), _page("d", 1)]
    many = [_page("e", 1), _page("e", 2, SEPARATOR, "R3"), _page("e", 3), _page("f", 1)]
    assert [one.record for one in in_records(first + many)] == ["R1", "R1", "R2", "R2", "R2", "R3", "R3", None]


def test_what_people_say_of_a_code_that_is_the_key_counts() -> None:
    results = [_page("a", 1, SEPARATOR, "R1"), _page("b", 1, record="", code="X-7"), _page("c", 1, record="")]
    assert [one.record for one in in_records(results)] == ["R1", "X-7", "R1"]


def test_a_scanned_batch_has_its_records_in_every_table(samples: Path, tmp_path: Path) -> None:
    template = samples / "templates" / "exam.yaml"
    reader = open_reader(ReadOptions.of([str(template)]))
    results = reader.read(list(open_pages(str(samples / "exams" / "exam_batch.tif"), first=1, last=2)))
    assert [(one.form, one.record) for one in results] == [(SEPARATOR, "ROOM-204"), ("exam-answers", None)]
    write_table(tmp_path / "out.csv", results, fields=reader.fields)
    with (tmp_path / "out.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0])[:5] == ["file", "page", "form", "record", "status"]
    assert rows[0]["record"] == "ROOM-204"
    assert {name: rows[1][name] for name in TRUTH} == TRUTH
    assert list(formdigits.to_frame(results)["record"]) == ["ROOM-204"] * 2
    assert [PageResult.from_dict(one.to_dict()).record for one in results] == ["ROOM-204", None]


def test_a_key_needs_a_code_and_its_column_no_second_meaning(tmp_path: Path) -> None:
    head = "formdigits: 1\nform: f\npage: {width: 100, height: 100}\nsheet: {code: 'T-*', key: true}\nfields:\n"
    for name, kind, problem in (("number", "digits", "no field has it"), ("record", "barcode", "column of records")):
        path = tmp_path / f"{name}.yaml"
        path.write_text(f"{head}  - {{name: {name}, box: [1, 1, 20, 20], format: {{kind: {kind}}}}}\n")
        with pytest.raises(TemplateError, match=problem):
            load_template(path)
