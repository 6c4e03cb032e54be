"""Strings read whole: one pass where that is sure, more views where it is not, and what these say together."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from extractor.decoding.ctc_search import Transcript
from extractor.fields import FieldImage, as_single_field
from extractor.observation import Located, decode, observe
from extractor.reading import SINGLE_FIELD
from extractor.recognizer.calibration import Calibration
from extractor.recognizer.choice import Model, load_model
from extractor.recognizer.string_views import FIRST_PASS, STRING_VIEWS, read_one_view, read_strings
from extractor.values import Floats, Gray

CLASSES = ("1", "7")


class Scripted:
    """A recogniser that says in each call what comes next: the probabilities of 1, of 7 and of nothing."""

    classes = CLASSES
    calibration = Calibration()

    def __init__(self, *said: tuple[float, float, float]) -> None:
        self._said = iter(said)
        self.shapes: list[tuple[int, ...]] = []

    def log_probabilities(self, lines: Sequence[Gray]) -> list[Floats]:
        self.shapes += [line.shape for line in lines]
        empty = (1e-6, 1e-6, 1 - 2e-6)
        return [np.log(np.array([empty, next(self._said), empty])).astype(np.float32) for _ in lines]


def number() -> FieldImage:
    picture = np.full((100, 160), 240, np.uint8)
    cv2.line(picture, (85, 20), (80, 80), 30, 6)
    return as_single_field(picture)


def probability(transcripts: Sequence[Transcript], text: str) -> float:
    return next(float(np.exp(one.log_probability)) for one in transcripts if one.text == text)


def test_what_is_clear_after_the_first_pass_has_no_further_view() -> None:
    recognizer = Scripted((0.98, 0.01, 0.01), (0.94, 0.05, 0.01))
    [reading] = read_strings([number()], recognizer)
    assert reading.first_pass_only
    assert reading.transcripts[0].text == "1"
    assert probability(reading.transcripts, "1") == pytest.approx(0.96, abs=0.001)
    assert len(recognizer.shapes) == FIRST_PASS


def test_a_doubtful_string_is_seen_in_every_view_and_the_mean_counts() -> None:
    says = [(0.6, 0.35, 0.05), (0.2, 0.75, 0.05), (0.7, 0.25, 0.05), (0.8, 0.15, 0.05)]
    recognizer = Scripted(*says)
    [reading] = read_strings([number()], recognizer)
    assert not reading.first_pass_only
    assert len(recognizer.shapes) == len(STRING_VIEWS)
    assert len(set(recognizer.shapes)) > 1
    assert [one.text for one in reading.transcripts[:2]] == ["1", "7"]
    assert probability(reading.transcripts, "1") == pytest.approx(np.mean([one[0] for one in says]), abs=0.01)


def test_a_second_network_sees_every_other_view_and_counts_as_much() -> None:
    first, second = Scripted((0.6, 0.35, 0.05), (0.7, 0.25, 0.05)), Scripted((0.1, 0.85, 0.05), (0.2, 0.75, 0.05))
    [reading] = read_strings([number()], first, second)
    assert (len(first.shapes), len(second.shapes)) == (2, 2)
    assert reading.transcripts[0].text == "7"
    assert probability(reading.transcripts, "7") == pytest.approx((0.35 + 0.25 + 0.85 + 0.75) / 4, abs=0.01)


def test_networks_that_contradict_each_other_in_the_first_pass_look_again() -> None:
    first, second = Scripted((0.999, 0.0005, 0.0005), (0.9, 0.05, 0.05)), Scripted(*[(0.001, 0.998, 0.001)] * 2)
    [reading] = read_strings([number()], first, second)
    assert not reading.first_pass_only
    assert reading.transcripts[0].log_probability < math.log(0.6)


def test_only_what_is_doubtful_in_a_batch_is_looked_at_again() -> None:
    clear, doubtful = (0.99, 0.005, 0.005), (0.5, 0.45, 0.05)
    recognizer = Scripted(clear, doubtful, clear, doubtful, doubtful, (0.2, 0.75, 0.05))
    one, two = read_strings([number(), number()], recognizer)
    assert (one.first_pass_only, two.first_pass_only) == (True, False)
    assert probability(two.transcripts, "1") == pytest.approx((3 * 0.5 + 0.2) / 4, abs=0.01)


def test_ink_that_passes_for_writing_is_blank_only_where_that_is_sure() -> None:
    [unsure] = read_strings([number()], Scripted(*[(0.02, 0.02, 0.96)] * 4))
    assert unsure.transcripts[0].text == "1"
    assert unsure.transcripts[-1].text == ""
    [sure] = read_strings([number()], Scripted(*[(0.002, 0.001, 0.997)] * 2))
    assert sure.transcripts[0].text == ""


def test_bare_paper_says_nothing_and_asks_no_network() -> None:
    recognizer = Scripted()
    [reading] = read_strings([as_single_field(np.full((80, 200), 235, np.uint8))], recognizer)
    assert reading.first_pass_only
    assert reading.transcripts == ()


def test_one_view_alone_comes_in_the_order_of_the_fields() -> None:
    recognizer = Scripted((0.9, 0.05, 0.05), (0.05, 0.9, 0.05))
    first, second = read_one_view([number(), number()], [0, len(STRING_VIEWS) - 1], recognizer)
    assert len(recognizer.shapes) == 2
    assert (first.transcripts[0].text, second.transcripts[0].text) == ("1", "7")
    assert recognizer.shapes[0] != recognizer.shapes[1]


def test_what_was_seen_is_calibrated_by_the_curve_of_the_model() -> None:
    recognizer = Scripted(*[(0.8, 0.2 - 1e-4, 1e-4)] * 4)
    recognizer.calibration = Calibration(0.0, math.log(0.3 / 0.7))
    model = Model(load_model().symbols, recognizer)
    [seen] = observe([Located(SINGLE_FIELD, number(), model)])
    decoded = decode(seen)
    assert decoded.meaning.value == "1"
    assert decoded.confidence == pytest.approx(0.3, abs=1e-6)
