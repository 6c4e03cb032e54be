"""A model whose files are missing, damaged or of another kind is refused with one sentence, never run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extractor.errors import ModelError
from extractor.recognizer import load_recognizer
from extractor.recognizer.card import SHIPPED, model_bytes, read_card


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "digits"))


def change(folder: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "card.json"
    tree = json.loads(path.read_text(encoding="utf-8"))
    edit(tree)
    path.write_text(json.dumps(tree), encoding="utf-8")


def refused(folder: Path, engine: str = "litert") -> str:
    with pytest.raises(ModelError) as caught:
        load_recognizer(folder, engine)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def test_the_shipped_card_says_what_a_card_must_say() -> None:
    card = read_card(SHIPPED)
    assert card.alphabet == tuple("0123456789")
    assert card.classes[-3:] == ("cross", "dash", "junk")
    assert card.about["licence"] == "Apache-2.0"
    assert all(entry["name"] and entry["licence"] for entry in card.about["data"])
    assert all({"data", "engine", "samples", "right", "accuracy"} <= set(row) for row in card.about["accuracy"])
    assert all(temperature > 0 for temperature in card.temperature.values())


@pytest.mark.parametrize("engine", ["litert", "keras"])
def test_shipped_files_are_those_the_card_describes(engine: str) -> None:
    assert len(model_bytes(SHIPPED, read_card(SHIPPED), engine)) > 10_000


def test_a_folder_without_a_card(tmp_path: Path) -> None:
    assert "card.json is missing" in refused(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "17", '"card"', "\x00"])
def test_a_card_that_is_no_card(model: Path, text: str) -> None:
    (model / "card.json").write_text(text, encoding="utf-8")
    refused(model)


def test_a_card_of_a_later_schema(model: Path) -> None:
    change(model, lambda tree: tree.update(schema=99))
    assert "schema 99" in refused(model)


@pytest.mark.parametrize(
    "edit",
    [
        lambda tree: tree.pop("classes"),
        lambda tree: tree.update(classes=["0", "1"]),
        lambda tree: tree.update(classes=["cross", "dash", "junk"]),
        lambda tree: tree.update(classes=["1", "1", "cross", "dash", "junk"]),
        lambda tree: tree.update(files=[]),
        lambda tree: tree["files"]["litert"].pop("sha256"),
        lambda tree: tree["calibration"]["temperature"].update(litert=0),
        lambda tree: tree["calibration"]["temperature"].update(litert="warm"),
        lambda tree: tree.pop("calibration"),
    ],
)
def test_a_card_that_lacks_what_it_must_say(model: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    change(model, edit)
    assert "lacks what a model card must say" in refused(model)


def test_one_changed_byte_is_noticed(model: Path) -> None:
    path = model / "model.tflite"
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    assert "is not the file that its card describes" in refused(model)


def test_a_missing_file(model: Path) -> None:
    (model / "model.tflite").unlink()
    assert "missing or unreadable" in refused(model)


def test_a_card_cannot_point_outside_its_folder(model: Path) -> None:
    (model.parent / "other.tflite").write_bytes((model / "model.tflite").read_bytes())
    change(model, lambda tree: tree["files"]["litert"].update(name="../other.tflite"))
    assert "outside that folder" in refused(model)


def test_an_engine_that_the_model_was_not_made_for(model: Path) -> None:
    change(model, lambda tree: tree["files"].pop("litert"))
    assert "no file for the engine 'litert'; use 'keras'" in refused(model)


def test_a_card_with_another_number_of_classes_than_its_file(model: Path) -> None:
    change(model, lambda tree: tree["classes"].insert(0, "A"))
    assert "another number of classes" in refused(model)


def test_an_unknown_engine() -> None:
    with pytest.raises(ModelError, match="no engine 'onnx'; use litert or keras"):
        load_recognizer(engine="onnx")
