"""A model folder that the program can load: the network, its int8 conversion, and the card that describes both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from extractor.recognizer.calibration import Calibration
from extractor.recognizer.card import SCHEMA
from extractor.recognizer.engines import load_recognizer
from extractor.segmentation.crop import SIZE
from extractor.values import Crops, Floats
from training.convert import to_int8
from training.data.epochs import Answers
from training.data.samples import Samples
from training.model_folder import MODEL_FILES, Origin, created_by, file_entries, write_card
from training.symbols.accuracy import Measure, best_temperature, digit_tests, measure

MEASURED_BY = "python -m benchmarks.mnist"
CONVERSION_LOSS = 0.0003
"""What the int8 model may lose against the float one on validation."""


def write_model(
    folder: Path,
    model: Any,
    classes: tuple[str, ...],
    *,
    representative: Crops,
    validation: tuple[Crops, Answers],
    plain: int | None = None,
    origin: Origin,
    tests: Sequence[tuple[str, Samples]] = (),
    strings: Calibration | None = None,
) -> dict[str, Any]:
    """Write the files and the card of `model` into `folder`, measured; returns the card.

    `validation` are crops and answers that it has not learned from; temperatures are fitted on the first `plain` of
    them, else on all. `tests` are sets, by name, that had no part in anything; a model for digits is measured on
    MNIST's and USPS's as well. `strings` is the calibration of free strings, of a model that this one is much like.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model.save(folder / MODEL_FILES["keras"])
    (folder / MODEL_FILES["litert"]).write_bytes(to_int8(model, representative))
    card: dict[str, Any] = {
        "schema": SCHEMA,
        "created_by": created_by(),
        "licence": "Apache-2.0",
        "classes": list(classes),
        "alphabet": list(classes[:-3]),
        "input": {
            "shape": [SIZE, SIZE],
            "type": "uint8",
            "ink": 255,
            "made_by": "extractor.segmentation.crop.mnist_crop",
        },
        "parameters": int(model.count_params()),
        "files": file_entries(folder),
        "data": list(origin.data),
        "training": origin.training,
        "calibration": {"temperature": dict.fromkeys(MODEL_FILES, 1.0), **asdict(strings or Calibration())},
        "accuracy": [],
    }
    write_card(folder, card)
    crops, answers = validation
    scores: dict[str, Floats] = {}
    for engine in MODEL_FILES:
        # At temperature 1 log-probabilities are logits but for a constant in each row.
        scores[engine] = load_recognizer(folder, engine, threads=2).log_probabilities(crops)
        card["calibration"]["temperature"][engine] = best_temperature(scores[engine][:plain], answers[:plain])
    card["calibration"]["fitted_on"] = f"{len(crops[:plain])} crops of held-out writers"
    write_card(folder, card)  # what is measured below is in doubt where the product would be
    card["accuracy"] = [
        _row(Measure("validation, all classes", len(crops), int((scores[engine].argmax(1) == answers).sum())), engine)
        for engine in MODEL_FILES
    ]
    digits = list(digit_tests()) if set(classes[:-3]) == set("0123456789") else []
    for engine in MODEL_FILES:
        recognizer = load_recognizer(folder, engine, threads=2)
        card["accuracy"] += [_row(measure(recognizer, samples, name), engine) for name, samples in tests]
        for name, samples in digits:
            row = _row(measure(recognizer, samples, name), engine)
            card["accuracy"].append({**row, "command": MEASURED_BY})
    agreement = float((scores["keras"].argmax(1) == scores["litert"].argmax(1)).mean())
    lost = float((scores["keras"].argmax(1) == answers).mean() - (scores["litert"].argmax(1) == answers).mean())
    card["conversion"] = {"agreement": round(agreement, 5), "lost": round(lost, 5), "allowed": CONVERSION_LOSS}
    write_card(folder, card)
    return card


def representative_crops(crops: Crops, seed: int, count: int = 2000) -> Crops:
    """`count` of `crops` at random, the first changed to hold full ink and none, as `to_int8` needs it."""
    rng = np.random.default_rng(seed)
    chosen = crops[rng.permutation(len(crops))[:count]].copy()
    chosen[0, 0, 0], chosen[0, SIZE // 2, SIZE // 2] = 0, 255
    return chosen


def _row(found: Measure, engine: str) -> dict[str, Any]:
    return {
        "data": found.data,
        "engine": engine,
        "samples": found.count,
        "right": found.right,
        "accuracy": round(found.accuracy, 5),
    }
