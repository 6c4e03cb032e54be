"""Real hands beside MNIST's: who is held out stays so, marks look as they are called, sources are named."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from extractor.values import Gray
from training.ctc.string_marks import DIGIT_TALL, mark_ink
from training.ctc.texts import STRING_MARKS
from training.data.epochs import Source, classes_for, make_chunk
from training.data.hands import DIGIT_DATA, Beside, digits_to_train_on, swiss, what_is_beside, without_specks
from training.data.samples import Samples
from training.data.sources import data_folder

needs_data = pytest.mark.skipif(
    not (data_folder() / "swiss_numbers").is_dir(), reason="the data sets are not in $FORMDIGITS_DATA"
)


@pytest.fixture
def beside() -> Beside:
    """Marks and words that are squares, which nothing drawn is."""
    square = np.zeros((1, 28, 28), np.uint8)
    square[0, 6:22, 6:22] = 255
    word = np.full((20, 90), 255, np.uint8)
    return Beside(dict.fromkeys("+-/.Xw", square), square, (word,))


def drawn(mark: str, count: int = 60) -> list[tuple[Gray, float]]:
    rng = np.random.default_rng(ord(mark))
    return [mark_ink(mark, 4.0, None, rng) for _ in range(count)]


def share(mark: str, is_so: Callable[[Gray, float], bool]) -> float:
    found = drawn(mark)
    return sum(is_so(ink, low) for ink, low in found) / len(found)


def test_every_mark_is_drawn_and_tightly_cut() -> None:
    for mark in STRING_MARKS:
        for ink, _ in drawn(mark, 10):
            assert ink.any(0)[[0, -1]].all(), mark
            assert ink.any(1)[[0, -1]].all(), mark


def test_a_slash_reaches_beyond_the_digits_and_a_bracket_bends() -> None:
    assert share("/", lambda ink, low: low < 0 and low + ink.shape[0] > DIGIT_TALL) > 0.75
    for mark, open_to_the_right in (("(", True), (")", False)):

        def bends(ink: Gray, _: float, right: bool = open_to_the_right) -> bool:
            columns = np.arange(ink.shape[1])
            third = ink.shape[0] // 3
            middle, ends = (float((part.sum(0) * columns).sum() / part.sum()) for part in (ink[third:-third], ink))
            return (middle < ends) is right

        assert share(mark, bends) > 0.85


def test_points_and_commas_stand_at_the_foot_colons_are_two_and_dashes_are_level() -> None:
    assert share(".", lambda ink, low: low > DIGIT_TALL / 2 and max(ink.shape) < 16) > 0.95
    assert share(",", lambda ink, low: low + ink.shape[0] > DIGIT_TALL and ink.shape[0] < 50) > 0.9
    assert share(":", lambda ink, _: cv2.connectedComponents((ink > 99).astype(np.uint8))[0] == 3) > 0.8
    assert share("-", lambda ink, _: ink.shape[1] > ink.shape[0]) > 0.85


def test_real_marks_are_used_where_there_are_any(beside: Beside) -> None:
    rng = np.random.default_rng(3)
    inks = [mark_ink("/", 4.0, beside, rng)[0] for _ in range(40)]
    squares = sum(ink.mean() > 120 for ink in inks)
    assert 8 < squares < 32


def test_a_digit_that_shows_its_own_hand_is_not_drawn_in_another_style(beside: Beside) -> None:
    images = np.zeros((4, 28, 28), np.uint8)
    images[:, 4:24, 12:15] = 255
    samples = Samples(images, np.array(["1"] * 4), None, np.array([1.0, 1, 0, 1]), np.array([True, False, True, True]))
    assert [samples.take(np.array([1, 2])).keeps_style(i) for i in range(2)] == [False, True]
    assert samples.chances.tolist() == [1 / 3, 1 / 3, 0, 1 / 3]
    source = Source(samples, classes_for(("1",)), beside)
    sorts = np.repeat(np.arange(1, 5, dtype=np.int8), 6)
    crops, answers = make_chunk(source, sorts, np.zeros(24, np.int64), (1,))
    assert [source.classes[i] for i in answers] == ["1"] * 6 + ["cross"] * 6 + ["dash"] * 6 + ["junk"] * 6
    assert crops.any((1, 2)).all()


def test_specks_and_ends_of_box_edges_are_taken_away() -> None:
    ink = np.zeros((60, 60), np.uint8)
    ink[10:50, 28:34] = 255
    digit = ink.copy()
    ink[5:7, 5:7] = 255
    ink[0:20, 57:60] = 255
    assert np.array_equal(without_specks(ink), digit)


@needs_data
def test_swiss_writers_that_are_held_out_are_not_learned_from() -> None:
    learned, aside = digits_to_train_on(0.08)
    both = swiss()
    assert both.writers is not None
    for samples, shares in ((learned, [0.0] * 4 + [1.0] * 13), (aside, [0.0] * 13 + [1.0] * 4)):
        there = {image.tobytes() for image in samples.images}
        found = [
            np.mean([image.tobytes() in there for image in both.images[both.writers == writer]])
            for writer in np.unique(both.writers)
        ]
        assert sorted(found) == shares
    assert learned.alphabet == aside.alphabet == tuple("0123456789")


@needs_data
def test_marks_print_and_words_are_there() -> None:
    found = what_is_beside()
    assert found is not None
    assert set(found.marks) == set("+-/.Xw")
    assert len(found.words) > 1900
    assert len(found.printed) > 5000


def test_each_source_is_named_with_its_licence() -> None:
    told = {entry["name"]: entry["licence"] for entry in DIGIT_DATA}
    assert len(told) == 7
    assert all(told.values())
    credited = [name for name, licence in told.items() if licence == "CC BY 4.0"]
    assert any("Wicht" in name and "Hennebert" in name for name in credited)
    assert any("Riaz" in name and "DFKI" in name for name in credited)
