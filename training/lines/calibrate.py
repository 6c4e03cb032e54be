"""Calibration of strings that are read whole: how probable it is that a string's raw probability is right.

    python -m training.lines.calibrate [MODEL]

Two logistic curves (J. Platt, 1999), one for each kind of evidence (`LineCalibration`), are fitted on every third
string of `cheque_amounts` and `photo_strings`, which are left out of every figure that is reported, and on composed
lines of writers that the model never learned from. They are written into the line model's card.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from extractor.decoding import decode_line
from extractor.errors import ModelError
from extractor.fields import FieldImage, whole_field
from extractor.ink import as_gray
from extractor.reading import WHOLE, Located, Observation, observe
from extractor.recognizer.calibration import KINDS, Calibration
from extractor.recognizer.card import CARD, SHIPPED
from extractor.recognizer.choice import load_model
from extractor.recognizer.lines import FOLDER
from training.calibrate import Outcomes, fit
from training.data.sources import data_folder, digits_to_train_on
from training.evaluation.measures import expected_calibration_error
from training.lines.compose import EASY, by_writer, composed
from training.lines.train import HELD_OUT, SEED, letters_to_train_on
from training.ship import write_card

SETS = {"cheque_amounts": "images", "photo_strings": "."}
EVERY = 3

WRONG = frozenset({"a_car_000340.jpg", "a_car_000768.jpg", "a_car_000817.jpg", "a_car_001116.jpg", "a_car_001209.jpg"})
"""Strings of the calibration part whose label is not what is written, by eye."""

COMPOSED, BATCH = 1000, 50


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


def calibrate_lines(folder: Path, composed_lines: int = COMPOSED) -> dict[str, float]:
    """Fits the line model in `folder` (a symbols' model with one) and writes its card; returns what was fitted."""
    model = load_model(folder)
    if model.lines is None:
        raise ModelError(f"The model in {folder} reads no lines; train one with 'python -m training.lines.train'.")
    raw: list[float] = []
    right: list[bool] = []
    kinds: list[str] = []
    for fields, labels, real in _batches(composed_lines):
        for seen, label in zip(observe([Located(WHOLE, field, model) for field in fields]), labels, strict=True):
            evidence, value, probability = _evidence(seen)
            # Composed strings are harder than real ones: only those that leave no doubt are like them.
            if real or evidence == "glance":
                raw.append(probability)
                right.append(value == label)
                kinds.append(evidence)
    outcomes, kind = Outcomes(np.array(raw), np.array(right)), np.array(kinds)
    curves = {name: fit(Outcomes(outcomes.raw[kind == name], outcomes.right[kind == name])) for name in KINDS}
    calibrated = np.array([curves[name].apply(p) for p, name in zip(raw, kinds, strict=True)])
    path = folder / FOLDER / CARD
    card = json.loads(path.read_text(encoding="utf-8"))
    for name, curve in curves.items():
        card["calibration"][name] = {"slope": round(curve.slope, 5), "offset": round(curve.offset, 5)}
    card["calibration"]["fitted_on"] = {
        "data": f"every {EVERY}rd string of cheque_amounts and photo_strings; for those read at one glance also "
        f"{composed_lines} composed lines of held-out writers",
        "strings": len(raw),
        "right": round(float(outcomes.right.mean()), 4),
        "expected_calibration_error": round(expected_calibration_error(calibrated, outcomes.right), 4),
        "command": "python -m training.lines.calibrate",
    }
    write_card(path.parent, card)
    return {f"{name} {key}": value for name, curve in curves.items() for key, value in vars(curve).items()}


def _evidence(seen: Observation) -> tuple[str, str, float]:
    """Which of KINDS a string is, what it was read as, and the raw probability of that."""
    assert seen.line is not None
    plain = decode_line(seen.line.hypotheses, seen.format, Calibration())
    return "glance" if seen.line.glance else "sides", plain.meaning.value, plain.confidence


def _batches(composed_lines: int) -> Iterator[tuple[list[FieldImage], list[str], bool]]:
    """Fields, what they say, and whether they are real, in batches."""
    for name in SETS:
        chosen = [e for e in entries(name) if e.calibrates and e.picture.name not in WRONG]
        for start in range(0, len(chosen), BATCH):
            part = chosen[start : start + BATCH]
            pictures = [as_gray(np.asarray(cv2.imread(str(e.picture), cv2.IMREAD_GRAYSCALE))) for e in part]
            yield [whole_field(picture) for picture in pictures], [e.label for e in part], True
    _, aside = digits_to_train_on().split(HELD_OUT, SEED)
    writers, rng = by_writer(aside, letters_to_train_on()), np.random.default_rng((SEED, 5))
    for start in range(0, composed_lines, BATCH):
        made = [composed(writers, rng, EASY) for _ in range(min(BATCH, composed_lines - start))]
        # A string with what is no digit is never accepted, so it says nothing.
        kept = [
            (picture, text) for picture, text in made if any(c.isdigit() for c in text) and not set(text) & set("X?")
        ]
        yield (
            [whole_field(picture) for picture, _ in kept],
            ["".join(c for c in t if c.isdigit()) for _, t in kept],
            False,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", type=Path, default=SHIPPED)
    parser.add_argument("--composed", type=int, default=COMPOSED)
    options = parser.parse_args()
    for name, value in calibrate_lines(options.model, options.composed).items():
        print(f"{name}: {value:.4f}")


if __name__ == "__main__":
    main()
