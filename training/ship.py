"""A model folder that the program can load: the network, its int8 conversion, and the card that describes both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from extractor.recognizer.calibration import Calibration
from extractor.recognizer.card import CARD, SCHEMA
from extractor.recognizer.engines import load_recognizer
from extractor.segmentation.crop import SIZE
from extractor.values import Crops, Floats
from training.accuracy import Measure, best_temperature, digit_tests, measure
from training.convert import to_int8
from training.data.batches import Answers
from training.data.samples import Samples

FILES = {"keras": "model.keras", "litert": "model.tflite"}
MEASURED_BY = "python -m benchmarks.mnist"
ALLOWED_LOSS = 0.0003
"""What the int8 model may lose against the float one on validation."""


@dataclass(frozen=True)
class Origin:
    """Where a model comes from, for its card: the data sets with their licences, and how it was trained."""

    data: tuple[dict[str, Any], ...]
    training: dict[str, Any]


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
    model.save(folder / FILES["keras"])
    (folder / FILES["litert"]).write_bytes(to_int8(model, representative))
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
        "calibration": {"temperature": dict.fromkeys(FILES, 1.0), **asdict(strings or Calibration())},
        "accuracy": [],
    }
    write_card(folder, card)
    crops, answers = validation
    scores: dict[str, Floats] = {}
    for engine in FILES:
        # At temperature 1 log-probabilities are logits but for a constant in each row.
        scores[engine] = load_recognizer(folder, engine, threads=2).log_probabilities(crops)
        card["calibration"]["temperature"][engine] = best_temperature(scores[engine][:plain], answers[:plain])
    card["calibration"]["fitted_on"] = f"{len(crops[:plain])} crops of held-out writers"
    write_card(folder, card)  # what is measured below is in doubt where the product would be
    card["accuracy"] = [
        _row(Measure("validation, all classes", len(crops), int((scores[engine].argmax(1) == answers).sum())), engine)
        for engine in FILES
    ]
    digits = list(digit_tests()) if set(classes[:-3]) == set("0123456789") else []
    for engine in FILES:
        recognizer = load_recognizer(folder, engine, threads=2)
        card["accuracy"] += [_row(measure(recognizer, samples, name), engine) for name, samples in tests]
        for name, samples in digits:
            row = _row(measure(recognizer, samples, name), engine)
            card["accuracy"].append({**row, "command": MEASURED_BY})
    agreement = float((scores["keras"].argmax(1) == scores["litert"].argmax(1)).mean())
    lost = float((scores["keras"].argmax(1) == answers).mean() - (scores["litert"].argmax(1) == answers).mean())
    card["conversion"] = {"agreement": round(agreement, 5), "lost": round(lost, 5), "allowed": ALLOWED_LOSS}
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


def write_card(folder: Path, card: dict[str, Any]) -> None:
    """The card of the model in `folder`."""
    (folder / CARD).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def created_by() -> str:
    """The program and its version, as cards name them."""
    try:
        return f"formdigits {version('formdigits')}"
    except PackageNotFoundError:
        return "formdigits from source"


def file_entries(folder: Path) -> dict[str, dict[str, str]]:
    """What a card says of the model's FILES in `folder`."""
    return {
        engine: {"name": name, "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()}
        for engine, name in FILES.items()
    }
