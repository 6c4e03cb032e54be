"""Corrections by people become labelled crops: the right field, the right ink, the right symbol."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from extractor.errors import InputError
from extractor.fields import as_single_field
from extractor.recognizer import load_ctc, load_recognizer
from extractor.recognizer.card import SHIPPED
from extractor.segmentation import Candidate, Lattice, segment
from extractor.values import Box, Floats
from formdigits.actions.train import learn_from_corrections
from tests.forms import FORM, blank_sheet, lay
from tests.test_evaluation import written
from tests.test_reading import pen
from training.corrections import TuneSettings, read_corrections
from training.corrections.crops import labelled_crops
from training.corrections.fields import cut_fields
from training.corrections.spelling import spelled, spellings
from training.corrections.standing import Usable
from training.corrections.tune_ctc import fits, labelled_text_lines, with_delimiters

CLASSES = (*"0123456789", "cross", "dash", "junk")
ROW = {
    "file": "a.png",
    "page": 1,
    "form": "",
    "field": "value",
    "cells": None,
    "quad": [[0, 0], [9, 0], [9, 5], [0, 5]],
    "was": "1",
    "value": "7",
    "by": "ann",
    "at": "2026-01-01T00:00:00Z",
}


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_of_several_corrections_of_a_field_the_last_counts(tmp_path: Path) -> None:
    path = lines(tmp_path / "fixes.jsonl", ROW, {**ROW, "value": "9"}, {**ROW, "page": 2, "dpi": 300, "more": [1]})
    assert [(row.page, row.value, row.dpi) for row in read_corrections(path)] == [(1, "9", 200), (2, "7", 300)]


@pytest.mark.parametrize(
    "bad",
    [
        [],
        17,
        {},
        {**ROW, "quad": [[0, 0]]},
        {**ROW, "quad": "none"},
        {**ROW, "page": 0},
        {**ROW, "cells": "3"},
        {**ROW, "value": 7},
    ],
)
def test_a_line_that_is_no_correction_is_named(tmp_path: Path, bad: object) -> None:
    with pytest.raises(InputError, match="line 2: this is no correction"):
        read_corrections(lines(tmp_path / "fixes.jsonl", ROW, bad))


@pytest.mark.parametrize("content", [None, b"", b"\n\n", b"\xff\xfe\x00"])
def test_no_corrections(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "fixes.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"corrections"):
        read_corrections(path)


@pytest.mark.parametrize(
    ("value", "cells", "wanted"),
    [
        ("57", None, {"57"}),
        ("57", 3, {"57", "057"}),
        ("12.50", None, {"1250"}),
        ("12.00", None, {"1200", "12"}),
        ("08:05", None, {"0805", "805"}),
        ("2019-04-17", None, {"17042019", "170419", "04172019", "041719", "20190417", "190417"}),
        ("2019-14-17", None, set()),
        ("A7", None, set()),
        ("", 3, set()),
    ],
)
def test_ways_to_write_a_value(value: str, cells: int | None, wanted: set[str]) -> None:
    assert set(spellings(value, cells, CLASSES[:10])) == wanted


def scores(*rows: dict[str, float]) -> Floats:
    """Log-probabilities with the given shares; what is left is spread over the other classes."""
    table = np.array([[row.get(name, (1 - sum(row.values())) / (13 - len(row))) for name in CLASSES] for row in rows])
    return np.log(table).astype(np.float32)


def lattice_of_three_pieces() -> Lattice:
    """Two pieces that are a 4 in two parts or an 1 and something, and then a 7."""
    box = Box(0, 0, 20, 40)
    spans = [(0, 1), (1, 2), (0, 2), (2, 3), (1, 3)]
    candidates = tuple(
        Candidate(start, end, i, box, pieces=end - start, ink=100.0 * (end - start))
        for i, (start, end) in enumerate(spans)
    )
    rng = np.random.default_rng(1)
    crops = rng.integers(0, 256, (len(spans), 28, 28), dtype=np.uint8)
    return Lattice(4, candidates, crops, comb=False, line_height=40)


def test_the_ink_of_each_symbol_is_what_spells_the_value() -> None:
    lattice = lattice_of_three_pieces()
    table = scores({"1": 0.9}, {"1": 0.6}, {"4": 0.7, "junk": 0.2}, {"1": 0.8, "7": 0.1}, {"junk": 0.9})
    path = spelled(lattice, table, CLASSES, ["47"])
    assert [(one.candidate.crop, one.name) for one in path] == [(2, "4"), (3, "7")]
    other = spelled(lattice, table, CLASSES, ["111"])
    assert [one.candidate.crop for one in other] == [0, 1, 3]
    # What joins symbols or cuts one is labelled as no symbol.
    found = labelled_crops(lattice, path, CLASSES)
    labels = {
        int(np.flatnonzero((lattice.crops == crop).all((1, 2)))[0]): CLASSES[i]
        for crop, i in zip(found.crops, found.answers, strict=True)
    }
    assert labels == {2: "4", 3: "7", 0: "junk", 1: "junk"}


def test_ink_that_does_not_look_like_the_value_teaches_nothing() -> None:
    lattice = lattice_of_three_pieces()
    table = scores({"1": 0.99}, {"2": 0.99}, {"3": 0.99}, {"5": 0.99}, {"junk": 0.99})
    assert spelled(lattice, table, CLASSES, ["99"]) == ()
    assert spelled(lattice, table, CLASSES, ["12345678"]) == ()


def test_fields_are_cut_from_a_turned_page_and_labelled(tmp_path: Path) -> None:
    sheet = blank_sheet()
    pen(sheet, "X47", 0)
    pen(sheet, "4107", 2, size=44)
    laid = lay(sheet, turns=1, degrees=1.0)
    cv2.imwrite(str(tmp_path / "page.png"), laid.image)
    rows = []
    for field, value in ((FORM.fields[0], "47"), (FORM.fields[2], "4107")):
        quad = cv2.perspectiveTransform(field.box.corners.reshape(-1, 1, 2), laid.matrix).reshape(-1, 2).tolist()
        own = {"file": str(tmp_path / "page.png"), "form": "test-form", "field": field.name, "cells": field.cells}
        rows.append({**ROW, **own, "quad": quad, "value": value})
    gone = {**ROW, "file": str(tmp_path / "gone.png")}
    cut = cut_fields(read_corrections(lines(tmp_path / "fixes.jsonl", *rows, gone)))
    assert len(cut.troubles) == 1
    assert "gone.png" in cut.troubles[0]
    recognizer = load_recognizer()
    for one, wanted in zip(cut.fields, (["cross", "4", "7"], ["4", "1", "0", "7"]), strict=True):
        lattice = segment(one.image, comb=one.correction.cells is not None)
        table = recognizer.log_probabilities(lattice.crops)
        texts = spellings(one.correction.value, one.correction.cells, recognizer.classes[:10])
        found = labelled_crops(lattice, spelled(lattice, table, recognizer.classes, texts), recognizer.classes)
        names = [recognizer.classes[i] for i in found.answers.tolist()]
        assert [name for name in names if name != "junk"] == wanted


@pytest.mark.parametrize(
    ("value", "said", "wanted"),
    [
        ("1250", "#12.80-", "#12.50-"),
        ("125", "#12.80-", "#125-"),
        ("1250", "", "1250"),
        ("1250", "#.-", "1250"),
    ],
)
def test_a_line_keeps_the_delimiters_that_are_seen(value: str, said: str, wanted: str) -> None:
    assert with_delimiters(value, said) == wanted


def test_a_line_too_narrow_for_its_text_teaches_nothing() -> None:
    assert fits(200, "1250")
    assert not fits(12, "115511")


@pytest.mark.skipif(load_ctc(SHIPPED) is None, reason="no model for lines is shipped")
def test_a_free_string_teaches_the_network_for_lines(tmp_path: Path) -> None:
    lines_model = load_ctc(SHIPPED)
    assert lines_model is not None
    field = as_single_field(written("4107"))
    (found,) = labelled_text_lines(
        [Usable(field, None, ("4107",), False), Usable(field, 4, ("4107",), False)], lines_model
    )
    assert found.text == "4107"


def test_corrections_of_a_job_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither a file nor a job abc123"):
        learn_from_corrections("abc123", TuneSettings(tmp_path))


def test_a_picture_that_is_one_field_is_cut_as_it_is_read(tmp_path: Path) -> None:
    image = written("4107")
    cv2.imwrite(str(tmp_path / "amount.png"), image)
    height, width = image.shape
    quad = [[0, 0], [width, 0], [width, height], [0, height]]
    row = {**ROW, "file": str(tmp_path / "amount.png"), "quad": quad, "value": "4107"}
    (one,) = cut_fields(read_corrections(lines(tmp_path / "fixes.jsonl", row))).fields
    assert not one.image.printed
    assert one.image.quad == tuple((float(x), float(y)) for x, y in quad)
