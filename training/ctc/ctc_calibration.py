"""Calibration of strings that are read whole: how probable it is that a string's raw probability is right.

A logistic curve (J. Platt, 1999) is fitted on every third string of `cheque_amounts` and `photo_strings`, which are
left out of every figure that is reported, and written into their card. Their labels are taken as they are:
some are not what is written, but without these so few mistakes are left among the surest that chance decides how steep
the curve is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from extractor.decoding import decode_ctc
from extractor.errors import ModelError
from extractor.fields import as_single_field
from extractor.ink import as_gray
from extractor.observation import Located, observe
from extractor.options import ReadOptions
from extractor.reading import SINGLE_FIELD
from extractor.recognizer.calibration import Calibration
from extractor.recognizer.card import CARD
from extractor.recognizer.choice import Model, load_model
from extractor.recognizer.ctc import CTC_FOLDER
from training import evaluation
from training.ctc.ctc_model import RELIABILITY_PICTURE
from training.data.sources import data_folder
from training.evaluation.labelled_strings import READ_TOGETHER, labelled
from training.evaluation.measures import Measures, expected_calibration_error, measured
from training.evaluation.outcomes import Outcome
from training.evaluation.pictures import reliability_picture
from training.logistic import Raw, fit
from training.model_folder import write_card

STRING_SETS = ("cheque_amounts", "photo_strings")
CALIBRATES_EVERY = 3

REPORTED = "the other strings of both"


@dataclass(frozen=True)
class Entry:
    """One labelled string of a data set: its picture, its label, and whether constants are fitted on it."""

    picture: Path
    label: str
    calibrates: bool


def entries(folder: Path) -> list[Entry]:
    """The strings of one of STRING_SETS, in `folder`, in the order of its labels.csv. Raises InputError."""
    rows = labelled(folder)
    return [Entry(picture, label, i % CALIBRATES_EVERY == 0) for i, (picture, _, label) in enumerate(rows)]


def calibrate_ctc(folder: Path) -> Measures:
    """Fits the CTC networks in `folder` (a symbols' model with one), and writes its card and a picture of how reliable
    confidence is on all other strings; returns what was measured on these."""
    model = load_model(folder)
    if model.ctc is None:
        raise ModelError(f"The model in {folder} has no CTC network; train one with 'python -m training ctc'.")
    own = list(_read(model, calibrates=True))
    raw, right = np.array([one.confidence for one in own]), np.array([one.right for one in own])
    curve = fit(Raw(raw, right))
    measures = measured(
        evaluation.Outcomes(REPORTED, tuple(_believed(one, curve) for one in _read(model, calibrates=False)))
    )
    path = folder / CTC_FOLDER / CARD
    card = json.loads(path.read_text(encoding="utf-8"))
    card["calibration"] = {
        "temperature": card["calibration"]["temperature"],
        "slope": round(curve.slope, 5),
        "offset": round(curve.offset, 5),
        "fitted_on": {
            "data": f"every {CALIBRATES_EVERY}rd string of cheque_amounts and photo_strings",
            "strings": len(own),
            "right": round(float(right.mean()), 4),
            "expected_calibration_error": round(
                expected_calibration_error(np.array([curve.apply(p) for p in raw]), right), 4
            ),
            "command": "python -m training calibrate-ctc",
        },
        "measured_on": {
            "data": REPORTED,
            "strings": measures.count,
            "right": round(measures.accuracy, 4),
            "accepted": measures.accepted,
            "accepted_wrong": measures.accepted_wrong,
            "expected_calibration_error": round(measures.calibration_error, 4),
            "reliability": [
                {"strings": each.count, "confidence": round(each.confidence, 4), "right": round(each.right, 4)}
                for each in measures.reliability
            ],
            "picture": RELIABILITY_PICTURE,
        },
    }
    write_card(path.parent, card)
    reliability_picture(measures, path.parent / RELIABILITY_PICTURE)
    return measures


def _read(model: Model, *, calibrates: bool) -> Iterator[Outcome]:
    """What `model` reads in one part of the strings, with raw probabilities for confidence."""
    for name in STRING_SETS:
        chosen = [e for e in entries(data_folder() / name) if e.calibrates == calibrates]
        for start in range(0, len(chosen), READ_TOGETHER):
            part = chosen[start : start + READ_TOGETHER]
            pictures = [as_gray(np.asarray(cv2.imread(str(e.picture), cv2.IMREAD_GRAYSCALE))) for e in part]
            seen = observe([Located(SINGLE_FIELD, as_single_field(picture), model) for picture in pictures])
            for one, entry in zip(seen, part, strict=True):
                assert one.string is not None
                plain = decode_ctc(one.string.transcripts, one.format, Calibration())
                yield Outcome(entry.picture.name, entry.label, plain.meaning.value, plain.confidence, accepted=False)


def _believed(one: Outcome, curve: Calibration) -> Outcome:
    """`one`, read with a raw probability, as the product takes it."""
    confidence = curve.apply(one.confidence)
    return replace(one, confidence=confidence, accepted=confidence >= ReadOptions.accept)
