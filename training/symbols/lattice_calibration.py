"""Calibration of whole strings: how probable it is that a string's raw probability is right.

    python -m training.symbols.lattice_calibration [MODEL] [--strings 3000]

Strings are composed from digits of MNIST writers that the model never learned from, drawn on paper, scanned, and read
by the product's own segmenter, recogniser and decoder. A logistic curve (J. Platt, 1999) is fitted to raw log-odds
against right or wrong, and its two numbers are written into the model's card.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from extractor.decoding import decode_lattice
from extractor.fields.single_field import as_single_field
from extractor.recognizer import Calibration, Recognizer, load_recognizer
from extractor.recognizer.card import CARD, SHIPPED
from extractor.segmentation import segment_string
from extractor.template import Format
from extractor.values import Gray
from training.command import run
from training.data.epochs import Hand, Source
from training.data.scan import on_paper
from training.data.segmented import written
from training.data.sources import digits_to_train_on
from training.evaluation.measures import expected_calibration_error
from training.symbols.symbol_training import TrainSettings

LONGEST_STRING = 8


@dataclass(frozen=True)
class Outcomes:
    """What reading strings gave: `raw` probabilities, shape (n,), and whether each string was `right`."""

    raw: NDArray[np.float64]
    right: NDArray[np.bool_]


def string_picture(source: Source, rng: np.random.Generator) -> tuple[Gray, str]:
    """A scanned picture of a string of 2 to 8 symbols by one writer, and what it says."""
    hand = Hand(source, int(rng.integers(len(source.samples))), rng)
    ink, _ = written(hand, int(rng.integers(2, LONGEST_STRING + 1)), rng)
    tall = rng.uniform(16, 60)
    text = "".join(str(source.samples.labels[place]) for place in hand.places)
    return on_paper(ink, tall / 60, tall, rng), text


def read_strings(recognizer: Recognizer, source: Source, count: int, seed: int) -> Outcomes:
    """Reads `count` composed strings with nothing calibrated yet."""
    rng = np.random.default_rng(seed)
    raw, right = np.zeros(count), np.zeros(count, np.bool_)
    for i in range(count):
        picture, text = string_picture(source, rng)
        lattice = segment_string(as_single_field(picture))
        scores = recognizer.log_probabilities(lattice.crops)
        decoded = decode_lattice(lattice, scores, recognizer.classes, Format(), Calibration())
        raw[i], right[i] = decoded.confidence, decoded.meaning.value == text
    return Outcomes(raw, right)


def fit(outcomes: Outcomes) -> Calibration:
    """The logistic curve that makes the outcomes most probable, by Newton's method with steps halved until they help;
    never one that falls."""
    raw = outcomes.raw.clip(1e-9, 1 - 1e-9)
    design = np.c_[np.log(raw / (1 - raw)), np.ones(len(raw))]
    # Platt's targets: a little short of 0 and 1, so that a clean split does not run to infinity.
    good = outcomes.right.sum()
    target = np.where(outcomes.right, (good + 1) / (good + 2), 1 / (len(raw) - good + 2))

    def loss(at: NDArray[np.float64]) -> float:
        x = design @ at
        return float((np.logaddexp(0, x) - target * x).sum() + 0.5e-3 * (at**2).sum())

    weights = np.array((1.0, 0.0))
    for _ in range(50):
        p = 1 / (1 + np.exp(-(design @ weights).clip(-40, 40)))
        gradient = design.T @ (target - p) - 1e-3 * weights
        curvature = (design * (p * (1 - p))[:, None]).T @ design + 1e-3 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        while loss(weights + step) > loss(weights) and float(np.abs(step).max()) > 1e-9:
            step /= 2
        weights = weights + step
        if float(np.abs(step).max()) < 1e-6:
            break
    return Calibration(max(0.05, float(weights[0])), float(weights[1]))


def calibrate(folder: Path, source: Source, count: int, seed: int = 5) -> dict[str, float]:
    """Fits the model in `folder` on `count` strings of `source`, measures on as many others, and writes the card."""
    recognizer = load_recognizer(folder)
    curve = fit(read_strings(recognizer, source, count, seed))
    check = read_strings(recognizer, source, count, seed + 1)
    calibrated = np.array([curve.apply(p) for p in check.raw])
    measured = {
        "strings": count,
        "right": round(float(check.right.mean()), 4),
        "expected_calibration_error": round(expected_calibration_error(calibrated, check.right), 4),
    }
    path = folder / CARD
    card = json.loads(path.read_text(encoding="utf-8"))
    card["calibration"].update(slope=round(curve.slope, 5), offset=round(curve.offset, 5))
    card["calibration"]["strings"] = {
        **measured,
        "data": "composed from held-out MNIST writers, fitted and measured on different strings",
        "command": f"python -m training.symbols.lattice_calibration --strings {count}",
    }
    path.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return {**measured, "slope": curve.slope, "offset": curve.offset}


def held_out_digits() -> Source:
    """The digits of those writers whom training with its default settings leaves aside."""
    _, aside = digits_to_train_on().split(TrainSettings.held_out)
    return Source(aside, (*aside.alphabet, "cross", "dash", "junk"), np.ones(len(aside)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", type=Path, default=SHIPPED)
    parser.add_argument("--strings", type=int, default=3000)
    options = parser.parse_args()
    for name, value in calibrate(options.model, held_out_digits(), options.strings).items():
        print(f"{name}: {value:.4f}" if isinstance(value, float) else f"{name}: {value}")


if __name__ == "__main__":
    sys.exit(run(main))
