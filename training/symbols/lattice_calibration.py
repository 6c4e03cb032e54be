"""Calibration of whole strings: how probable it is that a string's raw probability is right.

Strings are composed from digits of MNIST writers that the model never learned from, drawn on paper, scanned, and read
by the product's own segmenter, recogniser and decoder. A logistic curve (J. Platt, 1999) is fitted to raw log-odds
against right or wrong, and its two numbers are written into the model's card.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from extractor.decoding import decode_lattice
from extractor.fields.single_field import as_single_field
from extractor.recognizer import Calibration, Recognizer, load_recognizer
from extractor.recognizer.card import CARD
from extractor.segmentation import segment_string
from extractor.template import Format
from extractor.values import Gray
from training.data.epochs import Hand, Source
from training.data.hands import digits_to_train_on
from training.data.scan import on_paper
from training.data.segmented import written
from training.evaluation.measures import expected_calibration_error
from training.logistic import Raw, fit
from training.symbols.symbol_training import TrainSettings

LONGEST_STRING = 8


def string_picture(source: Source, rng: np.random.Generator) -> tuple[Gray, str]:
    """A scanned picture of a string of 2 to 8 symbols by one writer, and what it says."""
    hand = Hand(source, int(rng.integers(len(source.samples))), rng)
    ink, _ = written(hand, int(rng.integers(2, LONGEST_STRING + 1)), rng)
    tall = rng.uniform(16, 60)
    text = "".join(str(source.samples.labels[place]) for place in hand.places)
    return on_paper(ink, tall / 60, tall, rng), text


def read_strings(recognizer: Recognizer, source: Source, count: int, seed: int) -> Raw:
    """Reads `count` composed strings with nothing calibrated yet."""
    rng = np.random.default_rng(seed)
    raw, right = np.zeros(count), np.zeros(count, np.bool_)
    for i in range(count):
        picture, text = string_picture(source, rng)
        lattice = segment_string(as_single_field(picture))
        scores = recognizer.log_probabilities(lattice.crops)
        decoded = decode_lattice(lattice, scores, recognizer.classes, Format(), Calibration())
        raw[i], right[i] = decoded.confidence, decoded.meaning.value == text
    return Raw(raw, right)


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
        "command": f"python -m training calibrate --strings {count}",
    }
    path.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return {**measured, "slope": curve.slope, "offset": curve.offset}


def held_out_digits() -> Source:
    """The digits of those writers whom training with its default settings leaves aside."""
    _, aside = digits_to_train_on(TrainSettings.held_out)
    return Source(aside, (*aside.alphabet, "cross", "dash", "junk"))
