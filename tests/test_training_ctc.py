"""Composed lines, their batches, and the network that learns from them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from extractor.errors import InputError, ModelError
from extractor.recognizer import load_ctc
from extractor.recognizer.card import SHIPPED, read_ctc_card
from extractor.recognizer.ctc import CTC_FOLDER, SECOND_CTC_FOLDER, frames_of
from extractor.segmentation.text_line import HEIGHT
from training.ctc.compose import EASY, HARD, Writers, by_writer, composed, photographed
from training.ctc.ctc_model import RELIABILITY_PICTURE, best_ctc_temperature
from training.ctc.text_lines import CLASSES, TextLines, make_text_lines, pack, packed
from training.ctc.texts import DIGITS, GAP, OTHER, STRING_MARKS, STRUCK, WORD, text
from training.data.paper import paper
from training.data.samples import Samples
from training.loop import Progress


@pytest.fixture(scope="module")
def writers() -> Writers:
    """Two writers of each digit, three images each: bars at places that tell the digits apart."""
    rng = np.random.default_rng(4)
    images, labels, people = [], [], []
    for digit in range(10):
        for person in range(6):
            image = np.zeros((28, 28), np.uint8)
            image[4:24, 6 + digit : 9 + digit] = 255
            image[4 + 2 * digit : 7 + 2 * digit, 5:23] = rng.integers(200, 256)
            images.append(image)
            labels.append(str(digit))
            people.append(person % 2)
    samples = Samples(np.stack(images), np.array(labels), np.array(people, np.int64))
    letters = np.zeros((3, 28, 28), np.uint8)
    letters[:, 8:20, 8:20] = 255
    return by_writer(samples, letters, fewest=5)


def test_every_line_says_what_people_write(writers: Writers) -> None:
    rng = np.random.default_rng(1)
    said = [text(rng, HARD.no_number) for _ in range(1500)]
    assert all(said)
    assert set("".join(said)) - {GAP, WORD} == set(DIGITS + STRING_MARKS + STRUCK + OTHER) == set(CLASSES)
    assert max(map(len, said)) < 24


def test_pictures_are_dark_ink_on_lighter_paper(writers: Writers) -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        picture, _ = composed(writers, rng, EASY)
        assert picture.dtype == np.uint8
        assert picture.min() < np.median(picture)


def test_a_dash_is_never_cut_away_whole() -> None:
    for seed in range(1000):
        picture = photographed(np.full((2, 60), 255, np.uint8), np.random.default_rng(seed))
        assert min(picture.shape) > 0


@pytest.mark.parametrize(("height", "some"), [(70, False), (120, True)])
def test_a_box_has_a_side_only_where_it_cannot_be_taken_for_a_one(height: int, some: bool) -> None:
    def has_side(seed: int) -> bool:
        columns = paper((height, 400), 60, 0.8, np.random.default_rng(seed)).max(axis=0)
        before, after = columns[:-24], columns[24:]
        return bool(((columns[12:-12] < 0.75 * before) & (columns[12:-12] < 0.75 * after)).any())

    assert any(has_side(seed) for seed in range(600)) is some


def test_lines_are_a_function_of_their_key(writers: Writers) -> None:
    first, again, other = (make_text_lines(writers, 6, (1, key)) for key in (5, 5, 6))
    assert first.texts == again.texts != other.texts
    assert all(np.array_equal(a, b) for a, b in zip(first.images, again.images, strict=True))
    for image, what in zip(first.images, first.texts, strict=True):
        assert image.shape[0] == HEIGHT
        assert frames_of(image.shape[1]) > len(what)


def test_a_batch_keeps_every_line_and_what_it_says(writers: Writers) -> None:
    lines = make_text_lines(writers, 9, (3,))
    batches = list(packed(lines, 4, np.random.default_rng(0)))
    assert [len(images) for images, _ in batches].count(4) == 2
    told = sorted("".join(CLASSES[i] for i in row[1:] if i >= 0) for _, answers in batches for row in answers)
    assert told == sorted(lines.texts)
    images, answers = pack([lines.images[0]], ["17"])
    assert np.array_equal(images[0, :, : lines.images[0].shape[1], 0], lines.images[0])
    assert answers.tolist() == [[frames_of(lines.images[0].shape[1]), 1, 7]]


def test_a_temperature_is_found_that_fits_the_answers() -> None:
    rows = np.full((6, len(CLASSES) + 1), -9.0, np.float32)
    rows[:, -1] = 0
    rows[2, 1] = 4.0
    rows -= np.log(np.exp(rows).sum(1, keepdims=True))
    assert best_ctc_temperature([rows] * 4, TextLines((), ("1",) * 4)) < 1
    assert best_ctc_temperature([rows] * 4, TextLines((), ("1", "", "1", ""))) > 1


@pytest.mark.slow
def test_the_two_worst_of_32_lines_are_not_learned_from(tmp_path: Path) -> None:
    pytest.importorskip("keras", reason="training needs TensorFlow")
    from training.ctc.ctc_network import ctc_learner, ctc_network_in

    paper_alone = np.zeros((HEIGHT, 96), np.uint8)

    def loss(unlikely: int, *, leave_out: bool = True) -> float:
        pictures, answers = pack([paper_alone] * 32, ["1234567890" * 4] * unlikely + ["1"] * (32 - unlikely))
        return float(networks[leave_out].test_on_batch(pictures.astype(np.float32), answers))

    networks = {}
    for leave_out in (False, True):
        networks[leave_out] = ctc_network_in(SHIPPED / SECOND_CTC_FOLDER / "model.keras", CLASSES)
        ctc_learner(tmp_path, networks[leave_out], rate=1e-9, steps=10, leave_out=leave_out)
    likely = loss(0, leave_out=False)
    assert loss(2) == pytest.approx(likely, rel=0.01)
    assert loss(8) > 1.5 * likely
    assert loss(2, leave_out=False) > 1.5 * likely, "of corrections none is left out"


@pytest.mark.slow
def test_a_line_model_is_trained_and_read_by_the_product(
    tmp_path: Path, writers: Writers, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tensorflow", reason="training needs TensorFlow")
    from training import mean
    from training.ctc import ctc_training

    monkeypatch.setattr(ctc_training, "VALIDATION", 24)
    monkeypatch.setattr(ctc_training, "digits_to_train_on", lambda held_out: (writers.samples, writers.samples))
    monkeypatch.setattr(ctc_training, "letters_to_train_on", lambda: writers.letters)
    monkeypatch.setattr(ctc_training, "what_is_beside", lambda: None)
    told: list[Progress] = []
    settings = ctc_training.CtcSettings(tmp_path, small=True, epochs=1, settle=1, lines=256)
    card = ctc_training.train_ctc(settings, told.append)
    assert told[-1].sentence().startswith("Epoch 1 of 1: loss ")
    assert "right of held-out strings" in told[-1].sentence()
    with pytest.raises(InputError, match=r"holds another run \(with other seed\)"):
        ctc_training.train_ctc(replace(settings, seed=2))
    assert read_ctc_card(tmp_path / CTC_FOLDER).classes == CLASSES
    assert card["parameters"] < 800_000
    assert card["training"]["small"] is True
    assert card["training"]["start"] is None
    assert ctc_training.training_of(tmp_path / CTC_FOLDER / "model.keras") == card["training"]
    assert ctc_training.training_of(tmp_path / "best.keras") == "best.keras"
    lines = make_text_lines(writers, 5, (7,))
    answers = []
    for engine in ("litert", "keras"):
        recognizer = load_ctc(tmp_path, engine)
        assert recognizer is not None
        answers.append(recognizer.log_probabilities(lines.images))
    for image, int8, float_ in zip(lines.images, *answers, strict=True):
        assert int8.shape == float_.shape == (frames_of(image.shape[1]), len(CLASSES) + 1)
        assert (int8.argmax(1) == float_.argmax(1)).mean() > 0.8

    monkeypatch.setattr(mean, "digits_to_train_on", ctc_training.digits_to_train_on)
    (tmp_path / "mean" / CTC_FOLDER).mkdir(parents=True)
    (tmp_path / "mean" / CTC_FOLDER / RELIABILITY_PICTURE).touch()
    both = mean.write_ctc_mean(tmp_path / "mean", [tmp_path / CTC_FOLDER] * 2)
    assert both["training"]["mean_of"] == [card["training"]] * 2
    assert both["accuracy"] == card["accuracy"]
    assert not (tmp_path / "mean" / CTC_FOLDER / RELIABILITY_PICTURE).exists(), "it was another network's"
    with pytest.raises(ModelError, match="differ in more than their weights"):
        mean.write_ctc_mean(tmp_path / "none", [tmp_path / CTC_FOLDER, SHIPPED / CTC_FOLDER])


def test_a_network_for_other_symbols_is_nothing_to_begin_from(tmp_path: Path) -> None:
    pytest.importorskip("tensorflow", reason="training needs TensorFlow")
    from training.ctc.ctc_network import SMALL_DESIGN, build_ctc_network, ctc_network_in

    build_ctc_network(4).save(tmp_path / "other.keras")
    with pytest.raises(ModelError, match=r"other\.keras knows other symbols than are trained now; train it anew"):
        ctc_network_in(tmp_path / "other.keras", "01234")
    with pytest.raises(ModelError, match=r"no network in .*none\.keras; give the model\.keras of a folder"):
        ctc_network_in(tmp_path / "none.keras", "012")
    usual = ctc_network_in(tmp_path / "other.keras", "012").count_params()
    assert usual > 1.5 * build_ctc_network(4, SMALL_DESIGN).count_params() > 0


def test_a_network_that_learns_more_marks_says_the_same_of_those_that_it_knows() -> None:
    pytest.importorskip("tensorflow", reason="training needs TensorFlow")
    from training.ctc.ctc_network import ctc_network_in

    folder = SHIPPED / SECOND_CTC_FOLDER
    known = (*read_ctc_card(folder).classes, None)
    more = (*CLASSES, "½")
    lines = np.random.default_rng(1).integers(0, 256, (2, HEIGHT, 64, 1)).astype(np.float32)
    before = ctc_network_in(folder / "model.keras", known[:-1])
    after = ctc_network_in(folder / "model.keras", CLASSES)
    old = np.asarray(before(lines)).reshape(2, -1, len(known))
    new = np.asarray(after(lines)).reshape(2, -1, len(CLASSES) + 1)
    places = [CLASSES.index(name) for name in known[:-1]] + [-1]
    assert np.allclose(new[..., places], old, atol=1e-4)
    assert (new.argmax(2) != CLASSES.index(",")).all()
    with pytest.raises(KeyError):
        ctc_network_in(folder / "model.keras", more)


def test_a_network_that_knows_fewer_marks_is_taught_no_others(writers: Writers) -> None:
    few = tuple("0123456789.-=X?")
    lines = make_text_lines(writers, 60, (2,), classes=few)
    assert set("".join(lines.texts)) <= set(few)
    assert {"."} <= set("".join(lines.texts))
    for _, answers in packed(lines, 8, np.random.default_rng(0)):
        assert answers[:, 1:].max() < len(few)
