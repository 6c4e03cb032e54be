"""An evaluation says how well strings and symbols are read: right figures, on the terminal, in JSON and as pictures."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.errors import InputError
from extractor.options import ReadOptions
from formdigits.actions.evaluate import evaluate_model
from tests.test_reading import SHAPES
from training.evaluation import Outcome, Outcomes, measured
from training.evaluation.labelled_strings import labelled
from training.evaluation.measures import NONE, aligned, reject_curve, worst

NUMBERS = st.text("0123456789", max_size=7)

SINGLE = ReadOptions.of(single_field=True)


def written(text: str) -> np.ndarray:
    """`text`, of digits that SHAPES has, as somebody writes it on a strip of paper."""
    image = np.full((70, 40 + 56 * len(text)), 235, np.uint8)
    for i, digit in enumerate(text):
        for stroke in SHAPES[digit]:
            points = np.array([(25 + 56 * i + x * 40, 14 + y * 42) for x, y in stroke])
            cv2.polylines(image, [np.round(points * 16).astype(np.int32)], False, 40, 3, cv2.LINE_AA, 4)
    return image


def table(folder: Path, rows: list[tuple[str, str]], head: tuple[str, str] = ("file", "label")) -> Path:
    folder.mkdir(exist_ok=True)
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return folder


@given(NUMBERS, NUMBERS)
@settings(deadline=None)
def test_symbols_are_paired_with_the_fewest_changes(truth: str, read: str) -> None:
    pairs = aligned(truth, read)
    assert "".join(a for a, _ in pairs if a != NONE) == truth
    assert "".join(b for _, b in pairs if b != NONE) == read
    changes = sum(a != b for a, b in pairs)
    assert abs(len(truth) - len(read)) <= changes <= max(len(truth), len(read))
    assert changes == sum(a != b for a, b in aligned(read, truth))
    assert (changes == 0) == (truth == read)


def test_a_lost_symbol_is_one_mistake() -> None:
    assert aligned("5140", "510") == [("5", "5"), ("1", "1"), ("4", NONE), ("0", "0")]


def outcomes(*given: tuple[str, str, float]) -> Outcomes:
    rows = tuple(Outcome(str(i), truth, read, p, p >= 0.9) for i, (truth, read, p) in enumerate(given))
    return Outcomes("drawn", rows)


def test_figures_of_a_small_set() -> None:
    found = measured(outcomes(("12", "12", 0.95), ("34", "35", 0.92), ("56", "56", 0.6), ("78", "7", 0.2)))
    assert (found.count, found.right, found.accepted, found.accepted_wrong) == (4, 2, 2, 1)
    assert found.symbol_error == pytest.approx(2 / 8)
    assert found.curve.tolist() == [[0.25, 0.0], [0.5, 0.5], [0.75, pytest.approx(1 / 3)], [1.0, 0.5]]
    assert found.reachable[0.001] == 0.25
    names = found.confusion.symbols
    assert found.confusion.counts[names.index("4"), names.index("5")] == 1
    assert found.confusion.counts[names.index("8"), names.index(NONE)] == 1
    assert found.confusion.counts.sum() == 8
    assert [one.truth for one in worst(outcomes(("1", "2", 0.1), ("3", "4", 0.8), ("5", "5", 1.0)).outcomes, 9)] == [
        "3",
        "1",
    ]


def test_equal_confidences_are_accepted_together() -> None:
    curve = reject_curve(np.array([0.9, 0.9, 0.5]), np.array([False, True, True]))
    assert curve.tolist() == [[pytest.approx(2 / 3), 0.5], [1.0, pytest.approx(1 / 3)]]


def test_strings_are_read_as_the_product_reads_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "amounts"
    (folder / "pictures").mkdir(parents=True)
    for name, text in (("a.png", "4107"), ("b.png", "704"), ("c.png", "1014")):
        cv2.imwrite(str(folder / "pictures" / name), written(text))
    (folder / "pictures" / "broken.png").write_bytes(b"no picture")
    # One by its path in the folder, others by name; one label is wrong, one picture is none.
    table(folder, [("pictures/a.png", "4107"), ("b.png", "704"), ("c.png", "1011"), ("broken.png", "5")])
    out = tmp_path / "report"
    assert evaluate_model((folder,), SINGLE, out=out) == 1
    shown = capsys.readouterr()
    assert "2 (50.00%)" in shown.out
    assert "broken.png" in shown.err
    tree = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))
    assert (tree["count"], tree["right"], tree["unit"]) == (4, 2, "string")
    assert {(row["name"], row["read"]) for row in tree["mistakes"]} == {("c.png", "1014"), ("broken.png", "")}
    for name in ("reject_curve", "reliability", "confusion", "mistakes"):
        assert cv2.imread(str(out / f"{name}.png")) is not None


def test_symbols_are_measured_too_and_sets_have_folders_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, label in (("one", "1"), ("other", "4")):
        ink = 255 - written("1")
        images = np.stack([np.where(ink > 60, ink, 0).astype(np.uint8)] * 3)
        np.savez(tmp_path / f"{name}.npz", images=images, labels=np.array([label] * 3))
    out = tmp_path / "report"
    assert evaluate_model((tmp_path / "one.npz", tmp_path / "other.npz"), SINGLE, out=out) == 0
    assert "3 (100.00%)" in capsys.readouterr().out
    assert json.loads((out / "other_npz" / "evaluation.json").read_text(encoding="utf-8"))["right"] == 0
    assert not (out / "one_npz" / "mistakes.png").exists()
    # A page of mistakes from an earlier evaluation does not outlive them.
    assert (out / "other_npz" / "mistakes.png").exists()
    evaluate_model((tmp_path / "one.npz",), SINGLE, out=out / "other_npz")
    assert not (out / "other_npz" / "mistakes.png").exists()


def test_symbols_that_the_model_does_not_know(tmp_path: Path) -> None:
    path = tmp_path / "letters.npz"
    np.savez(path, images=np.full((2, 28, 28), 9, np.uint8), labels=np.array(["A", "B"]))
    with pytest.raises(InputError, match="does not know: AB; it reads 0-9"):
        evaluate_model((path,), SINGLE)


@pytest.mark.parametrize(
    ("rows", "head", "sentence"),
    [
        ([("a.png", "1")], ("name", "text"), "must have the columns 'file' and 'label'"),
        ([], ("file", "label"), "names no picture"),
        ([("a.png", "1"), ("b.png", "2")], ("file", "label"), "names a.png and 1 more, which is not in"),
    ],
)
def test_a_table_that_is_no_good(
    tmp_path: Path, rows: list[tuple[str, str]], head: tuple[str, str], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        labelled(table(tmp_path / "set", rows, head))


def test_a_folder_of_pictures_without_labels_is_told_of_the_table(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "amount.png"), written("1"))
    with pytest.raises(InputError, match=r"add a table labels\.csv"):
        evaluate_model((tmp_path,), SINGLE)
