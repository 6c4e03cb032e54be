"""A run learns, goes on after it was stopped, and ends in a model folder that both engines read."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from extractor.documents import open_pages
from extractor.errors import InputError, ModelError, OutputError
from extractor.options import ReadOptions
from extractor.reading import open_reader
from extractor.recognizer import load_recognizer
from extractor.recognizer.card import SHIPPED, read_card
from extractor.segmentation.crop import mnist_crop
from extractor.values import Crops
from formdigits.actions.train import learn_from_corrections
from training.corrections import TuneSettings
from training.loop import Progress
from training.mean import write_mean
from training.run import claim
from training.symbols.symbol_training import TrainSettings, train

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not find_spec("tensorflow"), reason="TensorFlow is not installed"),
]


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Printed A, B and C by forty 'writers': another alphabet than digits, through the same code."""
    rng = np.random.default_rng(1)
    images: list[np.ndarray] = []
    labels, writers = [], []
    for writer in range(40):
        thick, lean = int(rng.integers(2, 7)), rng.normal(0, 0.15)
        for text in "ABC":
            ink = np.zeros((90, 90), np.uint8)
            cv2.putText(ink, text, (22, 66), cv2.FONT_HERSHEY_DUPLEX, 1.8, 255, thick, cv2.LINE_AA)
            images.append(mnist_crop(cv2.warpAffine(ink, np.array([[1, lean, -45 * lean], [0, 1, 0]]), (90, 90))))
            labels.append(text)
            writers.append(writer)
    path = tmp_path_factory.mktemp("letters") / "letters.npz"
    np.savez(path, images=np.stack(images), labels=np.array(labels), writers=np.array(writers))
    return path


@pytest.fixture(scope="module")
def stopped(letters: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainSettings:
    """A run that was stopped in its second epoch."""
    settings = TrainSettings(
        out=tmp_path_factory.mktemp("run"),
        data=(letters,),
        epochs=3,
        settle=1,
        size=0.02,
        batch=64,
        held_out=0.2,
        rate=2e-3,
    )

    def stop(progress: Progress) -> None:
        if progress.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(settings, stop)
    return settings


def letters_in(path: Path) -> tuple[Crops, np.ndarray]:
    with np.load(path) as archive:
        return archive["images"], archive["labels"]


@pytest.fixture(scope="module")
def model(stopped: TrainSettings) -> Path:
    """The model that the stopped run ends in when it goes on."""
    before = json.loads((stopped.out / "history.json").read_text())
    assert [entry["epoch"] for entry in before] == [1]
    seen: list[Progress] = []
    result = train(stopped, seen.append)
    assert min(progress.epoch for progress in seen) == 2
    history = json.loads((stopped.out / "history.json").read_text())
    assert [entry["epoch"] for entry in history] == [1, 2, 3]
    assert history[0] == before[0]
    assert history[-1]["loss"] < history[0]["loss"]
    assert seen[-1].measured["plain"] == history[-1]["plain"]
    assert result.card["conversion"]["agreement"] > 0.98
    return result.folder


def test_a_stopped_run_goes_on_and_ends_in_a_model(stopped: TrainSettings, model: Path, letters: Path) -> None:
    assert (stopped.out / "curves.png").stat().st_size > 5_000
    crops, labels = letters_in(letters)
    for engine in ("litert", "keras"):
        recognizer = load_recognizer(model, engine)
        assert recognizer.classes == ("A", "B", "C", "cross", "dash", "junk")
        best = np.array(recognizer.classes[:3])[recognizer.log_probabilities(crops)[:, :3].argmax(1)]
        assert (best == labels).mean() > 0.9


def test_a_folder_belongs_to_one_run(stopped: TrainSettings, model: Path) -> None:
    with pytest.raises(InputError, match=r"holds another run \(with other rate, seed\)"):
        train(replace(stopped, seed=2, rate=1e-3))


@pytest.fixture(scope="module")
def more(stopped: TrainSettings, model: Path) -> Path:
    """A model of a run that began from `model`, with a test set aside."""
    folder = stopped.out / "more"
    return train(replace(stopped, out=folder, start=model, epochs=1, settle=0, size=0.02, test=0.2)).folder


def test_a_run_can_begin_from_a_model_and_set_a_test_aside(more: Path) -> None:
    card = read_card(more).about
    (row, _) = (row for row in card["accuracy"] if row["data"].startswith("test: 20%"))
    assert row["samples"] == 24
    assert row["accuracy"] > 0.7
    assert card["data"][0]["licence"] == "not stated"


def test_a_mean_of_models_lies_between_them(stopped: TrainSettings, model: Path, more: Path, tmp_path: Path) -> None:
    card = write_mean(tmp_path / "mean", (model, more), stopped.data)
    assert [each["seed"] for each in card["training"]["mean_of"]] == [stopped.seed] * 2
    assert all(row["accuracy"] > 0.9 for row in card["accuracy"])
    crops = np.load(stopped.data[0])["images"][:6]
    of_all = [load_recognizer(folder, "keras") for folder in (model, tmp_path / "mean", more)]
    first, mean, last = (recognizer.log_probabilities(crops) for recognizer in of_all)
    assert np.abs(mean - first).mean() < np.abs(last - first).mean()
    with pytest.raises(ModelError, match="differ in more than their weights"):
        write_mean(tmp_path / "none", (model, SHIPPED), stopped.data)


def test_of_a_model_for_other_symbols_the_features_are_taken(model: Path, tmp_path: Path) -> None:
    from training.symbols.symbol_network import symbol_network_from

    network = symbol_network_from(model, ("1", "B", "cross", "dash", "junk"))
    crops = np.random.default_rng(1).integers(0, 256, (4, 28, 28), dtype=np.uint8)
    known = load_recognizer(model, "keras")
    logits = np.asarray(network(crops[..., None].astype(np.float32))).reshape(4, -1)
    old = known.log_probabilities(crops) * read_card(model).temperature["keras"]
    # What both know is said with the same numbers, but for what each row is normalised by.
    assert np.allclose(logits[:, 1] - logits[:, 4], old[:, 1] - old[:, 5], atol=1e-3)


WORDS = ("CAB", "ABC", "BAC", "ACCA", "BABA", "CABC", "AAB", "BCC", "CBA", "ABBA", "BBC", "CCA", "BCAB", "ACB", "CAC")


@pytest.fixture
def strips(tmp_path: Path) -> list[dict[str, object]]:
    """Corrections of strips of paper, each with one of WORDS written on it."""
    rows: list[dict[str, object]] = []
    for number, word in enumerate(WORDS):
        paper = np.full((80, 60 + 60 * len(word)), 230, np.uint8)
        for i, letter in enumerate(word):
            cv2.putText(paper, letter, (32 + 60 * i, 62), cv2.FONT_HERSHEY_DUPLEX, 1.7, 40, 4, cv2.LINE_AA)
        file = tmp_path / f"{number:02}.png"
        cv2.imwrite(str(file), paper)
        height, width = paper.shape
        quad = [[0, 0], [width, 0], [width, height], [0, height]]
        whole = {
            "file": str(file),
            "page": 1,
            "form": "",
            "field": "value",
            "quad": quad,
            "was": "",
            "by": "",
            "at": "",
        }
        rows.append({**whole, "cells": None, "value": word})
    return rows


def kept(folder: Path, rows: list[dict[str, object]]) -> str:
    path = folder / "fixes.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def test_corrections_are_learned_from(
    model: Path, letters: Path, strips: list[dict[str, object]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = TuneSettings(tmp_path / "run", model, (letters,), epochs=1, size=0.005, batch=64)
    assert learn_from_corrections(kept(tmp_path, strips), settings) == 0
    said = capsys.readouterr().err
    assert "Learned from 12 corrections." in said
    tuned = tmp_path / "run" / "model"
    card = read_card(tuned)
    assert card.about["data"][0]["name"] == "12 fields that people corrected"
    reader = open_reader(ReadOptions.of(single_field=True, model=tuned))
    pages = [next(iter(open_pages(str(row["file"])))) for row in strips]
    read = [result.readings[0].value for result in reader.read(pages)]
    assert sum(a == b for a, b in zip(read, WORDS, strict=True)) >= 12


def test_a_model_that_got_worse_is_thrown_away(
    model: Path, letters: Path, strips: list[dict[str, object]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Far too high a rate: whatever it knew is forgotten.
    settings = TuneSettings(tmp_path / "run", model, (letters,), epochs=1, size=0.005, batch=64, rate=0.03)
    assert learn_from_corrections(kept(tmp_path, strips), settings) == 1
    assert "reads no better, or worse" in capsys.readouterr().err
    assert not (tmp_path / "run" / "model").exists()
    assert not (tmp_path / "run" / "draft").exists()


def test_too_few_corrections(model: Path, letters: Path, strips: list[dict[str, object]], tmp_path: Path) -> None:
    settings = TuneSettings(tmp_path / "run", model, (letters,))
    with pytest.raises(InputError, match="Of 5 corrections 4 can be learned from"):
        learn_from_corrections(kept(tmp_path, strips[:5]), settings)


def test_corrections_of_other_symbols_need_what_the_model_knew(
    model: Path, strips: list[dict[str, object]], tmp_path: Path
) -> None:
    path = tmp_path / "digits.npz"
    np.savez(path, images=np.full((9, 28, 28), 9, np.uint8), labels=np.array(list("123123123")))
    with pytest.raises(InputError, match="has no A-C"):
        learn_from_corrections(kept(tmp_path, strips), TuneSettings(tmp_path / "run", model, (path,)))


def test_one_symbol_is_nothing_to_learn(tmp_path: Path) -> None:
    path = tmp_path / "one.npz"
    np.savez(path, images=np.full((9, 28, 28), 9, np.uint8), labels=np.array(["A"] * 9))
    with pytest.raises(InputError, match="one symbol only"):
        train(TrainSettings(out=tmp_path / "run", data=(path,)))


def test_a_label_of_several_characters_is_no_symbol(tmp_path: Path) -> None:
    path = tmp_path / "words.npz"
    np.savez(path, images=np.full((9, 28, 28), 9, np.uint8), labels=np.array(["A", "junk", "B"] * 3))
    with pytest.raises(InputError, match="'junk' is not one symbol"):
        train(TrainSettings(out=tmp_path / "run", data=(path,)))


def test_a_run_that_kept_nothing_gives_way_and_one_that_did_does_not(tmp_path: Path) -> None:
    claim(tmp_path / "run", {"rate": 1})
    claim(tmp_path / "run", {"rate": 2})
    (tmp_path / "run" / "checkpoint.npz").touch()
    claim(tmp_path / "run", {"rate": 2})
    with pytest.raises(InputError, match=r"holds another run \(with other rate\)"):
        claim(tmp_path / "run", {"rate": 1})
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="give another folder"):
        claim(tmp_path / "file", {})
