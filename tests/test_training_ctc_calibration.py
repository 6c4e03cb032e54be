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
from training.ctc.ctc_calibration import calibrate_ctc, entries
from training.ctc.ctc_model import RELIABILITY_PICTURE

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
    measures = calibrate_ctc(model)
    told = json.loads((model / CTC_FOLDER / CARD).read_text(encoding="utf-8"))["calibration"]
    assert told["fitted_on"]["strings"] == 8
    assert measures.count == told["measured_on"]["strings"] == 16
    assert measures.right <= 12
    bins = told["measured_on"]["reliability"]
    assert sum(one["strings"] for one in bins) == 16
    error = sum(one["strings"] / 16 * abs(one["confidence"] - one["right"]) for one in bins)
    assert error == pytest.approx(told["measured_on"]["expected_calibration_error"], abs=1e-3)
    assert read_ctc_card(model / CTC_FOLDER).calibration.slope == told["slope"]
    picture = cv2.imread(str(model / CTC_FOLDER / RELIABILITY_PICTURE))
    assert picture is not None
    assert np.ptp(picture) > 100


def test_the_shipped_card_tells_how_reliable_confidence_is() -> None:
    told = json.loads((SHIPPED / CTC_FOLDER / CARD).read_text(encoding="utf-8"))["calibration"]["measured_on"]
    assert told["expected_calibration_error"] <= 0.03
    assert (SHIPPED / CTC_FOLDER / told["picture"]).is_file()
