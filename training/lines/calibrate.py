"""Calibration of strings that are read whole: how probable it is that a string's raw probability is right.

    python -m training.lines.calibrate [MODEL]

A logistic curve (J. Platt, 1999) is fitted on every third string of `cheque_amounts` and `photo_strings`, which are
left out of every figure that is reported, and written into the line model's card.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from extractor.decoding import decode_line
from extractor.errors import ModelError
from extractor.fields import FieldImage, whole_field
from extractor.ink import as_gray
from extractor.reading import WHOLE, Located, observe
from extractor.recognizer.calibration import Calibration
from extractor.recognizer.card import CARD, SHIPPED
from extractor.recognizer.choice import load_model
from extractor.recognizer.lines import FOLDER
from training.calibrate import Outcomes, fit
from training.command import run
from training.data.sources import data_folder
from training.evaluation.measures import expected_calibration_error
from training.ship import write_card

SETS = {"cheque_amounts": "images", "photo_strings": "."}
EVERY = 3

WRONG = frozenset({"a_car_000340.jpg", "a_car_000768.jpg", "a_car_000817.jpg", "a_car_001116.jpg", "a_car_001209.jpg"})
"""Strings of the calibration part whose label is not what is written, by eye."""

BATCH = 50


@dataclass(frozen=True)
class Entry:
    """One labelled string of a data set: its picture, its label, and whether constants are fitted on it."""

    picture: Path
    label: str
    calibrates: bool


def entries(name: str, folder: Path | None = None) -> list[Entry]:
    """The strings of one of SETS, in the order of its labels.csv."""
    root = (folder or data_folder()) / name
    with (root / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [Entry(root / SETS[name] / row["file"], row["label"], i % EVERY == 0) for i, row in enumerate(rows)]


def calibrate_lines(folder: Path) -> dict[str, float]:
    """Fits the line model in `folder` (a symbols' model with one) and writes its card; returns what was fitted."""
    model = load_model(folder)
    if model.lines is None:
        raise ModelError(f"The model in {folder} reads no lines; train one with 'python -m training.lines.train'.")
    raw: list[float] = []
    right: list[bool] = []
    for fields, labels in _batches():
        for seen, label in zip(observe([Located(WHOLE, field, model) for field in fields]), labels, strict=True):
            assert seen.line is not None
            plain = decode_line(seen.line.hypotheses, seen.format, Calibration())
            raw.append(plain.confidence)
            right.append(plain.meaning.value == label)
    outcomes = Outcomes(np.array(raw), np.array(right))
    curve = fit(outcomes)
    calibrated = np.array([curve.apply(p) for p in raw])
    path = folder / FOLDER / CARD
    card = json.loads(path.read_text(encoding="utf-8"))
    card["calibration"] = {
        "temperature": card["calibration"]["temperature"],
        "slope": round(curve.slope, 5),
        "offset": round(curve.offset, 5),
        "fitted_on": {
            "data": f"every {EVERY}rd string of cheque_amounts and photo_strings",
            "strings": len(raw),
            "right": round(float(outcomes.right.mean()), 4),
            "expected_calibration_error": round(expected_calibration_error(calibrated, outcomes.right), 4),
            "command": "python -m training.lines.calibrate",
        },
    }
    write_card(path.parent, card)
    return vars(curve)


def _batches() -> Iterator[tuple[list[FieldImage], list[str]]]:
    """Fields and what they say, in batches."""
    for name in SETS:
        chosen = [e for e in entries(name) if e.calibrates and e.picture.name not in WRONG]
        for start in range(0, len(chosen), BATCH):
            part = chosen[start : start + BATCH]
            pictures = [as_gray(np.asarray(cv2.imread(str(e.picture), cv2.IMREAD_GRAYSCALE))) for e in part]
            yield [whole_field(picture) for picture in pictures], [e.label for e in part]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", type=Path, default=SHIPPED)
    options = parser.parse_args()
    for name, value in calibrate_lines(options.model).items():
        print(f"{name}: {value:.4f}")


if __name__ == "__main__":
    sys.exit(run(main))
