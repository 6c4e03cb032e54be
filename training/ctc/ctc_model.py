"""A CTC network's folder: the network, its int8 conversion, and the card that describes both."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from extractor.decoding.ctc_search import best_text, text_log_probabilities
from extractor.recognizer import load_ctc
from extractor.recognizer.card import SCHEMA
from extractor.segmentation.text_line import HEIGHT
from extractor.values import Floats
from training.convert import to_int8_as_it_comes
from training.ctc.text_lines import TextLines
from training.model_folder import MODEL_FILES, Origin, created_by, file_entries, write_card

RELIABILITY_PICTURE = "reliability.png"
"""Beside the card, once calibrated: confidence against the share right, on strings that nothing was fitted on."""

CONVERTED_COLUMNS = 160
"""Columns of the pictures that the network is converted for; LiteRT takes others again."""


def write_ctc_model(folder: Path, model: Any, *, held_out: TextLines, origin: Origin) -> dict[str, Any]:
    """Write the files and the card of the CTC network `model` into `folder` (`…/ctc`); returns the card.

    Temperatures and accuracy are from text lines of `held_out` writers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RELIABILITY_PICTURE).unlink(missing_ok=True)  # it would be another network's
    model.save(folder / MODEL_FILES["keras"])
    (folder / MODEL_FILES["litert"]).write_bytes(to_int8_as_it_comes(_fixed(model)))
    card: dict[str, Any] = {
        "schema": SCHEMA,
        "created_by": created_by(),
        "licence": "Apache-2.0",
        "classes": list(held_out.classes),
        "input": {
            "shape": [HEIGHT, None],
            "type": "uint8",
            "ink": "bright",
            "made_by": "extractor.segmentation.text_line.text_line_of",
        },
        "parameters": int(model.count_params()),
        "files": file_entries(folder),
        "data": list(origin.data),
        "training": origin.training,
        "calibration": {"temperature": dict.fromkeys(MODEL_FILES, 1.0)},
        "accuracy": [],
    }
    write_card(folder, card)
    for engine in MODEL_FILES:
        recognizer = load_ctc(folder.parent, engine, name=folder.name)
        assert recognizer is not None
        scores = recognizer.log_probabilities(held_out.images)
        card["calibration"]["temperature"][engine] = best_ctc_temperature(scores, held_out)
        said = [best_text(rows, held_out.classes) for rows in scores]
        card["accuracy"].append(
            {
                "data": "composed lines of held-out writers",
                "engine": engine,
                "samples": len(said),
                "right": sum(a == b for a, b in zip(said, held_out.texts, strict=True)),
                "digits_right": sum(_digits(a) == _digits(b) for a, b in zip(said, held_out.texts, strict=True)),
            }
        )
    write_card(folder, card)
    return card


def best_ctc_temperature(scores: Sequence[Floats], lines: TextLines) -> float:
    """The temperature under which frames of `scores`, each (frames, classes + 1), give the texts of `lines` the highest
    likelihood (C. Guo et al., "On calibration of modern neural networks", 2017)."""

    def loss(temperature: float) -> float:
        scaled = [rows / temperature for rows in scores]
        scaled = [rows - np.log(np.exp(rows).sum(1, keepdims=True)) for rows in scaled]
        # What it gives up wholly (a wrong truth, a digit cut off) says nothing about how sure it should be.
        return -float(np.maximum(text_log_probabilities(scaled, lines.texts, lines.classes), -12.0).mean())

    choices = [float(t) for t in np.exp(np.linspace(np.log(0.5), np.log(2.5), 17))]
    losses = [loss(temperature) for temperature in choices]
    return round(choices[losses.index(min(losses))], 4)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _fixed(model: Any) -> Any:
    """`model` for pictures of one width, which the conversion needs; LiteRT takes others again."""
    import keras

    narrow = keras.models.clone_model(model)
    narrow.set_weights(model.get_weights())
    lines = keras.Input((HEIGHT, CONVERTED_COLUMNS, 1), batch_size=1)
    return keras.Model(lines, narrow(lines))
