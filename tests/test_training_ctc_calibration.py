"""The curve of strings is fitted on its own part of them, and the card tells how far it holds on the rest."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from extractor.errors import InputError
from extractor.recognizer.card import CARD, SHIPPED, read_ctc_card
from extractor.recognizer.ctc import CTC_FOLDER
from tests.test_evaluation import table, written
from training.ctc.ctc_calibration import TOGETHER, calibrate_ctc
from training.ctc.ctc_model import RELIABILITY_PICTURE
from training.ctc.string_sets import WRONG_LABELS, entries, swiss_entries, wrong_labels
from training.data.sources import data_folder

TEXTS = ("4107", "704", "1014", "147", "7401", "410", "1470", "74", "4011", "70", "1407", "104")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two sets of strings, of which every fourth label is wrong."""
    for name, inside in {"cheque_amounts": "images", "photo_strings": "."}.items():
        folder = table(tmp_path / name, [(f"{i}.png", "999" if i % 4 == 0 else t) for i, t in enumerate(TEXTS)])
        (folder / inside).mkdir(exist_ok=True)
        for i, text in enumerate(TEXTS):
            cv2.imwrite(str(folder / inside / f"{i}.png"), written(text))
    monkeypatch.setenv("FORMDIGITS_DATA", str(tmp_path))
    return tmp_path


def test_every_third_string_is_for_the_curve(data: Path) -> None:
    assert [entry.calibrates for entry in entries(data / "photo_strings")] == [True, False, False] * 4


def test_a_writer_is_in_one_part_alone(data: Path) -> None:
    folder = table(data / "pen_strings", [(f"{i}.png", text) for i, text in enumerate(TEXTS)])
    rows = (folder / "labels.csv").read_text(encoding="utf-8").splitlines()
    told = [f"{row},{'writer' if i == 0 else 'abcd'[i % 4]}" for i, row in enumerate(rows)]
    (folder / "labels.csv").write_text("\n".join(told), encoding="utf-8")
    for i in range(len(TEXTS)):
        (folder / f"{i}.png").touch()
    assert [entry.calibrates for entry in entries(folder)] == [True, False, False, True] * 3


def test_wrong_labels_are_put_right_and_listed(data: Path) -> None:
    rows = WRONG_LABELS.read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + len(wrong_labels())
    assert len(rows) > 19
    (set_, file), written = next(iter(wrong_labels().items()))
    (data / "again").mkdir()
    folder = table(data / "again" / set_, [(file, "1")])
    (folder / file).touch()
    (entry,) = entries(folder)
    assert (entry.label, entry.written) == ("1", written)


@pytest.mark.skipif("FORMDIGITS_DATA" not in os.environ, reason="$FORMDIGITS_DATA is not set")
def test_composed_swiss_strings_are_always_the_same() -> None:
    if not (data_folder() / "swiss_numbers").is_dir():
        pytest.skip("swiss_numbers is not in the data folder")
    first, again = next(swiss_entries()), next(swiss_entries())
    assert first.written == again.written
    assert np.array_equal(first.image(), again.image())


def test_strings_without_a_table_are_told_in_a_sentence(data: Path) -> None:
    with pytest.raises(InputError, match=r"There is no labels\.csv in .*elsewhere; give a folder of pictures that has"):
        entries(data / "elsewhere")


def test_a_benchmark_without_its_data_ends_in_a_sentence(data: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.tally_c1"]
    there = {**os.environ, "FORMDIGITS_DATA": str(data)}
    done = subprocess.run(command, check=False, env=there, capture_output=True, text=True)
    assert done.returncode == InputError.exit_code
    assert done.stderr == f"There is no tally_c1 in {data}; set FORMDIGITS_DATA to the folder with the data sets.\n"


def test_the_card_tells_what_the_curve_was_fitted_and_measured_on(data: Path) -> None:
    model = data / "model"
    shutil.copytree(SHIPPED, model)
    measures = calibrate_ctc(model)[TOGETHER]
    told = json.loads((model / CTC_FOLDER / CARD).read_text(encoding="utf-8"))["calibration"]
    assert told["fitted_on"]["strings"] + told["fitted_on"]["left_to_doubts"] == 8
    assert told["fitted_on"]["strings"] > 0
    whole = told["measured_on"]["sets"][TOGETHER]
    assert measures.count == whole["strings"] == 16
    assert [told["measured_on"]["sets"][name]["strings"] for name in ("cheque_amounts", "photo_strings")] == [8, 8]
    assert measures.right <= 12
    bins = whole["reliability"]
    assert sum(one["strings"] for one in bins) == 16
    error = sum(one["strings"] / 16 * abs(one["confidence"] - one["right"]) for one in bins)
    assert error == pytest.approx(whole["expected_calibration_error"], abs=1e-3)
    assert read_ctc_card(model / CTC_FOLDER).calibration.slope == told["slope"]
    picture = cv2.imread(str(model / CTC_FOLDER / RELIABILITY_PICTURE))
    assert picture is not None
    assert np.ptp(picture) > 100


def test_the_shipped_card_tells_how_reliable_confidence_is() -> None:
    told = json.loads((SHIPPED / CTC_FOLDER / CARD).read_text(encoding="utf-8"))["calibration"]["measured_on"]
    whole = told["sets"][TOGETHER] if "sets" in told else told
    # The curve by itself; what doubts leave of the confidence of others is lower than it need be, on purpose.
    assert told["undoubted"]["expected_calibration_error"] <= 0.03
    assert whole["expected_calibration_error"] <= 0.035
    assert (SHIPPED / CTC_FOLDER / told["picture"]).is_file()
