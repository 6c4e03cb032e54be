"""A field is read by the model of its alphabet: shipped, named by the template, or given; by no other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from extractor.errors import ModelError, TemplateError
from extractor.options import ReadOptions
from extractor.reading import open_reader
from extractor.recognizer.card import SHIPPED
from extractor.recognizer.choice import model_for, models_of, shipped_models
from extractor.template import load_template, template_yaml
from extractor.values import Page
from tests.forms import FORM, blank_sheet
from tests.test_reading import pen
from workers.queue.recipe import make_recipe, template_name

LETTERS = SHIPPED.parent / "letters"

FormFile = Callable[..., Path]


@pytest.fixture
def form_file(tmp_path: Path) -> FormFile:
    """Writes the tests' form with another alphabet in one field; `more` goes into the template."""

    def write(alphabet: str = "A-Z", field: int = 1, **more: object) -> Path:
        tree = yaml.safe_load(template_yaml(FORM))
        tree["fields"][field]["alphabet"] = alphabet
        tree["fields"][field]["format"] = {"kind": "digits"}
        path = tmp_path / "form.yaml"
        path.write_text(yaml.safe_dump({**tree, **more}), encoding="utf-8")
        return path

    return write


def test_digits_and_letters_on_one_form_are_read_each_by_its_model(form_file: FormFile) -> None:
    sheet = blank_sheet(2.0)
    box = FORM.fields[1].box
    for cell, letter in enumerate("HAXT"):
        at = round(2 * (box.left + box.width * (cell + 0.5) / 4 - 17)), round(2 * (box.top + 46))
        cv2.putText(sheet, letter, at, cv2.FONT_HERSHEY_SIMPLEX, 2.6, 40, 5, cv2.LINE_AA)
    small = cv2.resize(sheet, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    page = np.asarray(small, np.uint8)
    pen(page, "X47", 0)
    pen(page, "4107", 2, size=44)
    result = open_reader(ReadOptions.of([form_file()])).read([Page("a.png", 1, page)])[0]
    # An X is a letter among letters, and a struck cell among digits.
    assert {reading.field: reading.value for reading in result.readings} == {
        "votes": "47",
        "paper": "HAXT",
        "free": "4107",
        "low": "",
    }
    assert [reading.written for reading in result.readings][:2] == ["X47", "HAXT"]


def test_shipped_models_serve_their_own_alphabet_only() -> None:
    assert shipped_models()[0] == SHIPPED
    assert model_for("0-9") == SHIPPED
    assert model_for("A-Z") == LETTERS
    with pytest.raises(ModelError, match="No model reads the alphabet A-F, only 0-9 and A-Z"):
        model_for("A-F")


def test_a_template_s_own_model_comes_before_the_shipped_and_a_given_one_before_both(
    form_file: FormFile, tmp_path: Path
) -> None:
    for name in ("mine", "given"):
        shutil.copytree(SHIPPED, tmp_path / name)
    form = load_template(form_file(models=["mine"]))
    assert models_of(form) == (tmp_path / "mine", LETTERS)
    assert models_of(form, tmp_path / "given") == (tmp_path / "given", LETTERS)


def test_a_given_model_that_no_field_can_use_is_refused(form_file: FormFile) -> None:
    path = form_file("0-9")
    with pytest.raises(ModelError, match="reads A-Z, and no field"):
        open_reader(ReadOptions.of([path], model=LETTERS))
    with pytest.raises(ModelError, match="Only fields with digits"):
        open_reader(ReadOptions.of(model=LETTERS))


def test_a_template_that_names_no_model_folder(form_file: FormFile) -> None:
    path = form_file(models=["nowhere"])
    with pytest.raises(ModelError, match=r"no model in .*nowhere"):
        open_reader(ReadOptions.of([path]))


def test_letters_make_no_number(form_file: FormFile) -> None:
    path = form_file("A-Z")
    text = path.read_text(encoding="utf-8").replace("kind: digits", "kind: integer")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TemplateError, match=r"line \d+: .*'A-Z' has more than digits, so it makes no integer"):
        load_template(path)


def test_a_template_keeps_alphabet_and_models_when_it_is_written_again(form_file: FormFile, tmp_path: Path) -> None:
    form = load_template(form_file(models=["mine"]))
    again = tmp_path / "again.yaml"
    again.write_text(template_yaml(form), encoding="utf-8")
    assert load_template(again) == form


def test_a_queued_job_takes_the_template_s_own_model_along(form_file: FormFile, tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "mine")
    recipe = make_recipe(ReadOptions.of([form_file(models=["mine"])]))
    folder = tmp_path / "elsewhere"
    for name, content in recipe.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (own, _) = models_of(load_template(folder / template_name(0)))
    assert own.parent == folder / "models"
    assert (own / "model.tflite").read_bytes() == (SHIPPED / "model.tflite").read_bytes()
    # All that it reads with; pictures about it stay behind.
    assert sorted(str(file.relative_to(own)) for file in own.rglob("*") if file.is_file()) == sorted(
        str(file.relative_to(SHIPPED)) for file in SHIPPED.rglob("*") if file.is_file() and file.suffix != ".png"
    )
    # Another model under the same name is another recipe, and so is one that reads strings otherwise.
    keys = {recipe.key}
    for part in ("card.json", "ctc/card.json"):
        card = json.loads((tmp_path / "mine" / part).read_text(encoding="utf-8"))
        (tmp_path / "mine" / part).write_text(json.dumps({**card, "note": "changed"}), encoding="utf-8")
        keys.add(make_recipe(ReadOptions.of([form_file(models=["mine"])])).key)
    assert len(keys) == 3
