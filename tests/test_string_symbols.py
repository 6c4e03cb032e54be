"""Every digit of a string has its crop: the digit whole, and next to nothing of its neighbours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from extractor.decoding.ctc_alignment import aligned
from extractor.decoding.string_path import string_path
from extractor.field_symbols import COLUMNS_PER_FRAME
from extractor.fields import FieldImage, as_single_field
from extractor.ink import STROKE, as_gray
from extractor.observation import Located, Observation, observe
from extractor.reading import SINGLE_FIELD
from extractor.recognizer.choice import Model, load_model
from extractor.segmentation.string_symbols import level_string
from extractor.values import Gray
from training.ctc.compose import EASY, Composition, Writers, by_writer, written
from training.data.hands import SWISS_HELD_OUT, swiss
from training.data.scan import on_paper
from training.data.sources import mnist

STRINGS = 120
"""Composed strings for each of the two kinds of writers."""

PAPER = 20
"""Pixels of paper around a composed string."""

SEEN = 40
"""A digit alone that is at least as dark as this shows in the ink."""


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


def frames_saying(path: str) -> NDArray[np.float32]:
    """Frames of the classes 0 and 1 in which the most probable is as in `path`, a blank being `_`."""
    probabilities = np.full((len(path), 3), 0.05)
    probabilities[np.arange(len(path)), ["01_".index(symbol) for symbol in path]] = 0.9
    return np.log(probabilities).astype(np.float32)


def test_each_symbol_is_where_its_frames_are() -> None:
    assert aligned(frames_saying("_0_11__0_"), "010", "01").round(1).tolist() == [1.0, 3.5, 7.0]


def test_a_symbol_that_stands_twice_has_two_places() -> None:
    first, second = aligned(frames_saying("__0__0__"), "00", "01")
    assert (round(first), round(second)) == (2, 5)


def test_what_the_frames_do_not_say_is_placed_between_what_they_do() -> None:
    first, missing, last = aligned(frames_saying("_0_____1_"), "001", "01")
    assert first < missing < last


def test_a_mark_of_another_network_stands_where_nothing_is_said() -> None:
    first, mark, last = aligned(frames_saying("_0_____1_"), "0$1", "01")
    assert first < mark < last


def test_a_text_longer_than_its_frames_is_spread_evenly() -> None:
    assert aligned(frames_saying("00"), "0000", "01").tolist() == [0.25, 0.75, 1.25, 1.75]
    assert aligned(frames_saying("_"), "", "01").tolist() == []


def digits_and_perhaps_cents(rng: np.random.Generator) -> str:
    digits = "".join(str(digit) for digit in rng.integers(0, 10, int(rng.integers(2, 9))))
    return f"{digits[:-2]}.{digits[-2:]}" if len(digits) > 3 and rng.random() < 0.25 else digits


def scanned(one: Composition, rng: np.random.Generator) -> tuple[FieldImage, list[Gray]]:
    """A composed string as a field of its own, its digits 30 to 60 pixels high, and each of its symbols alone in the
    pixels of that."""
    tall = rng.uniform(30, 60)

    def on_sheet(ink: Gray) -> Gray:
        return as_gray(cv2.copyMakeBorder(ink, *[PAPER] * 4, cv2.BORDER_CONSTANT, value=0))

    picture = on_paper(on_sheet(one.ink), tall / 60, tall, rng, 2)
    field = as_single_field(picture)
    alone = []
    for symbol in one.alone():
        inner = picture.shape[1] - 4, picture.shape[0] - 4
        small = cv2.resize(on_sheet(symbol), inner, interpolation=cv2.INTER_AREA)
        small = cv2.copyMakeBorder(small, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=0)
        large = cv2.resize(small, field.ink.shape[::-1], interpolation=cv2.INTER_LINEAR)
        alone.append(as_gray(cv2.dilate(large, np.ones((3, 3), np.uint8))))
    return field, alone


def owners(seen: Observation, text: str) -> NDArray[np.uint8]:
    """Which symbol of `text` each pixel of the ink goes to, as `field_symbols` parts it."""
    level, string, ctc, symbols = level_string(seen.image), seen.string, seen.model.ctc, seen.model.symbols
    assert level is not None
    assert string is not None
    assert ctc is not None
    frames = aligned(string.first_view.frames, text, ctc.classes)
    scores = symbols.log_probabilities(level.lattice.crops)
    middles = (frames + 0.5) * COLUMNS_PER_FRAME * level.scale
    return level.owners(level.symbols(string_path(level.lattice, scores, symbols.classes, text, middles)))


def kept_whole(one: Composition, seen: Observation, alone: list[Gray]) -> list[bool]:
    """For each digit that was written by itself, whether its crop has nine tenths of its ink and at most a tenth of any
    neighbour's. Ink that several symbols share counts for none."""
    strengths = np.stack(alone).astype(np.float64)
    ranked = np.sort(np.concatenate((np.zeros((1, *strengths.shape[1:])), strengths)), axis=0)
    inked = (seen.image.ink >= STROKE) & (ranked[-1] >= SEEN) & (ranked[-2] < 0.5 * ranked[-1])
    of = [inked & (strength == ranked[-1]) for strength in strengths]
    got = owners(seen, one.text)
    found, place = [], 0
    for index, piece in enumerate(one.said):
        place += len(piece)
        if len(piece) > 1 or not piece.isdigit():
            continue
        mine = got == place
        held = (of[index] & mine).sum() / max(1, of[index].sum())
        taken = [(other & mine).sum() / max(1, other.sum()) for i, other in enumerate(of) if i != index]
        found.append(bool(held >= 0.9 and max(taken, default=0) <= 0.1))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("overlap", "least"), [(0.0, 0.97), (EASY.overlap, 0.92)])
def test_a_crop_holds_its_digit_and_next_to_nothing_of_its_neighbours(
    data_folder: Path, model: Model, overlap: float, least: float
) -> None:
    """Digits of people whom no network knows, apart or touching, and then over each other by up to a fifth, in strings
    that are read right."""
    nothing = np.full((1, 28, 28), 200, np.uint8)
    hands: list[Writers] = [by_writer(mnist("test"), nothing), by_writer(swiss().split(SWISS_HELD_OUT)[1], nothing)]
    whole: list[bool] = []
    for kind, hand in enumerate(hands):
        for number in range(STRINGS):
            rng = np.random.default_rng((91, kind, number))
            one = written(digits_and_perhaps_cents(rng), hand, rng, replace(EASY, overlap=overlap))
            field, alone = scanned(one, rng)
            [seen] = observe([Located(SINGLE_FIELD, field, model)])
            if seen.string and seen.string.transcripts and seen.string.transcripts[0].text == one.text:
                whole += kept_whole(one, seen, alone)
    assert len(whole) > 600
    assert np.mean(whole) >= least
