"""Calibration of strings that are read whole: how probable it is that a string's raw probability is right.

A logistic curve (J. Platt, 1999) is fitted on a third of each of several kinds of strings (`string_sets`), which is
left out of every figure that is reported, and written into their card with how far it holds on the rest, each kind
apart. Strings about which a doubt decides (a mark, a stroke through them) are no part of it: the curve would promise
less for all others than is true of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from extractor.errors import ModelError
from extractor.fields import as_single_field
from extractor.observation import Located, decode, observe, our_word
from extractor.options import ReadOptions
from extractor.reading import SINGLE_FIELD
from extractor.recognizer.calibration import Calibration
from extractor.recognizer.card import CARD
from extractor.recognizer.choice import Model, load_model
from extractor.recognizer.ctc import CTC_FOLDER, CtcRecognizer
from extractor.values import DoubtKind, Floats, Gray
from training import evaluation
from training.ctc.ctc_model import RELIABILITY_PICTURE
from training.ctc.string_sets import CALIBRATES_EVERY, Entry, all_entries
from training.evaluation.labelled_strings import READ_TOGETHER
from training.evaluation.measures import Measures, expected_calibration_error, measured
from training.evaluation.outcomes import Outcome, together
from training.evaluation.pictures import reliability_picture
from training.logistic import Raw, fit
from training.model_folder import write_card

TOGETHER = "together"


def calibrate_ctc(folder: Path) -> dict[str, Measures]:
    """Fits the CTC networks in `folder` (a symbols' model with one), and writes its card and a picture of how reliable
    confidence is on all other strings; returns what was measured on these, each set apart and all TOGETHER."""
    model = load_model(folder)
    if model.ctc is None:
        raise ModelError(f"The model in {folder} has no CTC network; train one with 'python -m training ctc'.")
    sets = all_entries()
    fitted = [one for some in sets.values() for one in _read(model, [e for e in some if e.calibrates]) if one.undoubted]
    raw, right = np.array([one.raw for one in fitted]), np.array([one.outcome.right for one in fitted])
    curve = fit(Raw(raw, right))
    calibrated = replace(model, ctc=Calibrated(model.ctc, curve))
    others = {name: list(_read(calibrated, [e for e in some if not e.calibrates])) for name, some in sets.items()}
    undoubted = [one.outcome for some in others.values() for one in some if one.undoubted]
    reported = {name: evaluation.Outcomes(name, tuple(one.outcome for one in some)) for name, some in others.items()}
    measures = {name: measured(some) for name, some in reported.items()}
    measures[TOGETHER] = measured(together(list(reported.values())))
    path = folder / CTC_FOLDER / CARD
    card = json.loads(path.read_text(encoding="utf-8"))
    card["calibration"] = {
        "temperature": card["calibration"]["temperature"],
        "slope": round(curve.slope, 5),
        "offset": round(curve.offset, 5),
        "fitted_on": {
            "data": f"a {CALIBRATES_EVERY}rd of each: {', '.join(sets)}",
            "strings": len(fitted),
            "left_to_doubts": sum(e.calibrates for some in sets.values() for e in some) - len(fitted),
            "right": round(float(right.mean()), 4),
            "expected_calibration_error": round(
                expected_calibration_error(np.array([curve.apply(p) for p in raw]), right), 4
            ),
            "command": "python -m training calibrate-ctc",
        },
        "measured_on": {
            "data": "the other strings of each",
            "undoubted": {
                "strings": len(undoubted),
                "expected_calibration_error": round(
                    expected_calibration_error(
                        np.array([one.confidence for one in undoubted]), np.array([one.right for one in undoubted])
                    ),
                    4,
                ),
            },
            "picture": RELIABILITY_PICTURE,
            "sets": {name: _told(found) for name, found in measures.items()},
        },
    }
    write_card(path.parent, card)
    reliability_picture(measures[TOGETHER], path.parent / RELIABILITY_PICTURE)
    return measures


def _told(measures: Measures) -> dict[str, Any]:
    return {
        "strings": measures.count,
        "right": round(measures.accuracy, 4),
        "accepted": measures.accepted,
        "accepted_wrong": measures.accepted_wrong,
        "expected_calibration_error": round(measures.calibration_error, 4),
        "reliability": [
            {"strings": each.count, "confidence": round(each.confidence, 4), "right": round(each.right, 4)}
            for each in measures.reliability
        ],
    }


@dataclass(frozen=True, eq=False)
class Calibrated:
    """`recognizer` with another `calibration`."""

    recognizer: CtcRecognizer
    calibration: Calibration

    @property
    def classes(self) -> tuple[str, ...]:
        return self.recognizer.classes

    def log_probabilities(self, lines: Sequence[Gray]) -> list[Floats]:
        return self.recognizer.log_probabilities(lines)


@dataclass(frozen=True)
class _ReadString:
    """A string as the product takes it (`outcome`), and its `raw` probability; `undoubted` where it is left to the
    curve: no doubt decides about it, but for digits of few pixels, and the format allows it."""

    outcome: Outcome
    raw: float
    undoubted: bool


def _read(model: Model, chosen: Sequence[Entry]) -> Iterator[_ReadString]:
    """What `model` reads in the strings `chosen`."""
    for start in range(0, len(chosen), READ_TOGETHER):
        part = chosen[start : start + READ_TOGETHER]
        located = [Located(SINGLE_FIELD, as_single_field(entry.image()), model) for entry in part]
        for entry, seen in zip(part, observe(located), strict=True):
            decoded = decode(seen)
            value, confidence = decoded.meaning.value, decoded.confidence
            allowed = bool(value) and not decoded.meaning.problem
            doubts = {doubt.kind for doubt in decoded.doubts} - {DoubtKind.SCALE}
            yield _ReadString(
                Outcome(entry.name, entry.written, value, confidence, accepted=confidence >= ReadOptions.accept),
                our_word(seen, decoded).values[value] if allowed else 0.0,
                allowed and not doubts,
            )
