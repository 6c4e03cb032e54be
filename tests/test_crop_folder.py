"""Crops of what was read: in the readings, in JSON, and as pictures with the table that training takes."""

from __future__ import annotations

import base64
import csv
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from extractor.documents import open_pages
from extractor.errors import InputError, OutputError
from extractor.export import holds_symbols, write_table
from extractor.export.crop_folder import CROP_TABLE, write_crops
from extractor.options import ReadOptions
from extractor.reading import open_reader
from extractor.values import FieldStatus, PageResult
from training.data.sources import load_samples

FORMS = ("expenses.yaml", "tally.yaml")
PAGES = ("expenses_phone.jpg", "tally_02.jpg")


@pytest.fixture(scope="module")
def results(samples: Path) -> list[PageResult]:
    """A page of free strings and one of combs."""
    templates = [samples / "templates" / name for name in FORMS]
    reader = open_reader(ReadOptions.of(templates, symbols=True))
    return reader.read([page for name in PAGES for page in open_pages(str(samples / "scans" / name))])


def test_a_reading_has_the_symbols_of_what_is_written_from_left_to_right(results: list[PageResult]) -> None:
    assert [result.form for result in results] == ["time-expenses", "polling-tally"]
    for result in results:
        assert result.readings
        for reading in result.readings:
            assert "".join(one.written for one in reading.symbols) == reading.written
            middles = [one.box[0] + one.box[2] / 2 for one in reading.symbols if one.box]
            assert middles == sorted(middles)


def test_symbols_lie_in_their_field_and_look_like_what_they_are(results: list[PageResult]) -> None:
    for result in results:
        for reading in result.readings:
            left, top, width, height = reading.box
            for one in reading.symbols:
                if not one.crop:
                    assert one.written == "_"
                    continue
                assert one.box
                x, y = one.box[0] + one.box[2] / 2, one.box[1] + one.box[3] / 2
                assert left <= x <= left + width
                assert top <= y <= top + height
                assert one.in_alphabet == one.written.isdigit()
                image = cv2.imdecode(np.frombuffer(base64.b64decode(one.crop), np.uint8), cv2.IMREAD_UNCHANGED)
                assert image is not None
                assert image.shape == (28, 28)
                assert image.max() > 150
    digits = [one for result in results for r in result.readings for one in r.symbols if one.in_alphabet]
    assert np.mean([one.probability for one in digits]) > 0.95


def test_nobody_waits_for_symbols_that_were_not_asked_for(samples: Path, results: list[PageResult]) -> None:
    reader = open_reader(ReadOptions.of([samples / "templates" / name for name in FORMS]))
    [page] = open_pages(str(samples / "scans" / PAGES[0]))
    [plain] = reader.read([page])
    assert not any(one.symbols for one in plain.readings)
    assert plain == replace(results[0], readings=tuple(replace(one, symbols=()) for one in results[0].readings))


def test_json_holds_symbols_and_gives_them_back(tmp_path: Path, results: list[PageResult]) -> None:
    out = tmp_path / "pages.json"
    write_table(out, results, fields=())
    assert [PageResult.from_dict(tree) for tree in json.loads(out.read_text(encoding="utf-8"))] == results
    assert [holds_symbols(name) for name in ("a.json", "a.JSONL", "a.csv", "a.xlsx", "-")] == [True, True, *[False] * 3]


def test_crops_and_their_table_are_what_training_takes(tmp_path: Path, results: list[PageResult]) -> None:
    doubted = replace(results[1].readings[0], status=FieldStatus.REVIEW)
    pages = [results[0], replace(results[1], readings=(doubted, *results[1].readings[1:]))]
    count = write_crops(tmp_path, pages)
    with (tmp_path / CROP_TABLE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == count == sum(bool(s.crop) for page in pages for r in page.readings for s in r.symbols)
    assert all((tmp_path / row["file"]).is_file() for row in rows)
    assert not any(row["label"] for row in rows if row["status"] == "review")
    labelled = [row for row in rows if row["label"]]
    assert all(row["label"] == row["written"] and row["label"].isdigit() for row in labelled)
    found = load_samples(tmp_path)
    assert found.labels.tolist() == [row["label"] for row in labelled]
    assert found.writers is not None
    assert len(set(found.writers.tolist())) == len(PAGES)
    first = cv2.imread(str(tmp_path / labelled[0]["file"]), cv2.IMREAD_GRAYSCALE)
    assert np.array_equal(found.images[0], np.asarray(first))


def test_the_same_page_written_again_replaces_its_crops(tmp_path: Path, results: list[PageResult]) -> None:
    counts = [write_crops(tmp_path, results) for _ in range(2)]
    assert counts[0] == counts[1] == len(list(tmp_path.glob("*/*.png")))


def test_a_folder_of_crops_that_cannot_be_written_is_told(tmp_path: Path, results: list[PageResult]) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        write_crops(tmp_path / "file", results)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("file,label\na.png,\n", "labels nothing"),
        ("file,label\na.png,12\n", "'12'"),
        ("file,label\na.png,1\n", "a.png"),
    ],
)
def test_a_table_that_labels_no_symbols_is_told_in_a_sentence(tmp_path: Path, table: str, says: str) -> None:
    (tmp_path / CROP_TABLE).write_text(table, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        load_samples(tmp_path)


def test_read_writes_crops_beside_the_table_and_json_with_symbols(tmp_path: Path, samples: Path) -> None:
    scan, template = samples / "scans" / "tally_02.jpg", samples / "templates" / "tally.yaml"
    out, crops, pictures = tmp_path / "out.jsonl", tmp_path / "crops", tmp_path / "pictures"
    options = ["-t", template, "-o", out, "--crops", crops, "--overlay", pictures, "--processes", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "formdigits", "read", scan, *options], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"crops in {crops}, with {CROP_TABLE}" in done.stderr
    result = PageResult.from_dict(json.loads(out.read_text(encoding="utf-8")))
    assert len(load_samples(crops)) == sum(
        symbol.in_alphabet and reading.status is FieldStatus.ACCEPTED
        for reading in result.readings
        for symbol in reading.symbols
    )
    assert len(list(pictures.iterdir())) == 1
