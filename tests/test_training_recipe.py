"""The recipe is followed step by step, each once, and only from the weights that it names."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from extractor.errors import InputError
from extractor.recognizer.card import CARD, SHIPPED
from extractor.recognizer.ctc import CTC_FOLDER
from training import recipe
from training.ctc.ctc_training import CtcSettings
from training.recipe import make, read_recipe
from training.symbols.symbol_training import TrainSettings


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """What passes for the model of the release before, which is not kept: the shipped one under its names."""
    folder = tmp_path / "before"
    shutil.copytree(SHIPPED, folder)
    for name, named in read_recipe().before.items():
        card = folder / ("" if name == "symbols" else name) / CARD
        tree = json.loads(card.read_text(encoding="utf-8"))
        tree["files"]["keras"]["sha256"] = named
        card.write_text(json.dumps(tree), encoding="utf-8")
    return folder


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would have been done, with a model left where each step leaves one."""
    told: list[Any] = []

    def leave(folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for file in (CARD, "model.keras", "model.tflite"):
            shutil.copyfile(SHIPPED / file, folder / file)

    def symbols(settings: TrainSettings, _: object) -> None:
        told.append(settings)
        leave(settings.out / "model")

    def strings(settings: CtcSettings, _: object) -> None:
        told.append(settings)
        leave(settings.out / CTC_FOLDER)

    def mean(out: Path, models: list[Path], shares: object = None) -> None:
        told.append((out, models, shares))
        leave(out)

    def mean_of_strings(out: Path, models: list[Path]) -> None:
        told.append((out, models))
        leave(out / CTC_FOLDER)

    monkeypatch.setattr(recipe, "train", symbols)
    monkeypatch.setattr(recipe, "train_ctc", strings)
    monkeypatch.setattr(recipe, "write_mean", mean)
    monkeypatch.setattr(recipe, "write_ctc_mean", mean_of_strings)
    monkeypatch.setattr(recipe, "held_out_digits", lambda: None)
    monkeypatch.setattr(recipe, "calibrate", lambda folder, *_: told.append(("calibrate", folder)))
    monkeypatch.setattr(recipe, "calibrate_ctc", lambda folder: told.append(("calibrate-ctc", folder)))
    return told


def test_the_recipe_of_the_release_is_one_that_can_be_followed(done: list[Any], before: Path, tmp_path: Path) -> None:
    known = read_recipe()
    names = [step["name"] for step in known.steps]
    assert len(set(names)) == len(names)
    model = make(tmp_path / "out", before=before, tell=lambda _: None)
    assert model == tmp_path / "out" / "digits"
    assert done[-2:] == [("calibrate", model), ("calibrate-ctc", model)]
    assert {"model.keras", "model.tflite", CARD, "ctc", "second_ctc"} <= {path.name for path in model.iterdir()}
    assert next(one for one in done if isinstance(one, CtcSettings)).start == before / CTC_FOLDER / "model.keras"


def test_what_is_done_is_not_done_again(done: list[Any], before: Path, tmp_path: Path) -> None:
    make(tmp_path, before=before, tell=lambda _: None)
    steps = len(done)
    (tmp_path / "digits" / "done").unlink()
    make(tmp_path, before=before, tell=lambda _: None)
    assert len(done) == steps + 2, "the last step is made again, and none before it"


def test_weights_of_another_release_are_refused(done: list[Any], tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    file.write_text(yaml.safe_dump({"before": {"symbols": "ab" * 32}, "steps": []}), encoding="utf-8")
    with pytest.raises(InputError, match=r"from the network abababababab… for symbols, which is not in .*--before"):
        make(tmp_path / "out", file, tell=lambda _: None)
    assert not done


@pytest.mark.parametrize("text", ["", "steps: [", "before: {}\nsteps: [{name: a, do: dance}]", "before: {}"])
def test_what_is_no_recipe_is_told_in_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "recipe.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="is no recipe that can be followed"):
        read_recipe(tmp_path / "recipe.yaml")


def test_a_step_before_what_it_begins_from_is_refused(done: list[Any], tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    steps = [{"name": "a", "do": "ctc", "start": "b"}]
    file.write_text(yaml.safe_dump({"before": {}, "steps": steps}), encoding="utf-8")
    with pytest.raises(InputError, match="uses b before that is made"):
        make(tmp_path / "out", file, tell=lambda _: None)
