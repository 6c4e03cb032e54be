"""A run learns, goes on after it was stopped, and ends in a model folder that both engines read."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from extractor.errors import InputError
from extractor.recognizer import load_recognizer
from extractor.segmentation.crop import mnist_crop
from extractor.values import Crops
from training.train import Progress, TrainSettings, train

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
        out=tmp_path_factory.mktemp("run"), data=(letters,), epochs=3, settle=1, size=0.08, held_out=0.2, rate=2e-3
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


def test_a_stopped_run_goes_on_and_ends_in_a_model(stopped: TrainSettings, letters: Path) -> None:
    before = json.loads((stopped.out / "history.json").read_text())
    assert [entry["epoch"] for entry in before] == [1]
    seen: list[Progress] = []
    result = train(stopped, seen.append)
    assert min(progress.epoch for progress in seen) == 2
    history = json.loads((stopped.out / "history.json").read_text())
    assert [entry["epoch"] for entry in history] == [1, 2, 3]
    assert history[0] == before[0]
    assert history[-1]["loss"] < history[0]["loss"]
    assert seen[-1].plain == history[-1]["plain"]
    assert (stopped.out / "curves.png").stat().st_size > 5_000

    crops, labels = letters_in(letters)
    for engine in ("litert", "keras"):
        recognizer = load_recognizer(result.folder, engine)
        assert recognizer.classes == ("A", "B", "C", "cross", "dash", "junk")
        best = np.array(recognizer.classes[:3])[recognizer.log_probabilities(crops)[:, :3].argmax(1)]
        assert (best == labels).mean() > 0.9
    assert result.card["conversion"]["agreement"] > 0.98

    # From there on, one's own samples can be added; other symbols cannot.
    more = replace(stopped, out=stopped.out / "more", start=result.folder, epochs=1, settle=0, size=0.01)
    assert train(more).card["accuracy"][0]["accuracy"] > 0.7
    digits = stopped.out / "digits.npz"
    np.savez(digits, images=crops, labels=np.where(labels == "A", "1", "2"))
    with pytest.raises(InputError, match="knows other symbols"):
        train(replace(more, out=stopped.out / "other", data=(digits,)))


def test_one_symbol_is_nothing_to_learn(tmp_path: Path) -> None:
    path = tmp_path / "one.npz"
    np.savez(path, images=np.full((9, 28, 28), 9, np.uint8), labels=np.array(["A"] * 9))
    with pytest.raises(InputError, match="one symbol only"):
        train(TrainSettings(out=tmp_path / "run", data=(path,)))
