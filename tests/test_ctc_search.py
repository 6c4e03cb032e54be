"""The strings that a line's frames say, and their exact probabilities."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.decoding import decode_ctc
from extractor.decoding.ctc_search import Transcript, best_text, best_transcripts, text_log_probabilities
from extractor.recognizer.calibration import Calibration
from extractor.template import Format
from extractor.values import Floats, Kind

CLASSES = ("1", "7")


def frames(count: int, seed: int, sharp: float) -> Floats:
    logits = np.random.default_rng(seed).normal(0, sharp, (count, len(CLASSES) + 1))
    return (logits - np.log(np.exp(logits).sum(1, keepdims=True))).astype(np.float32)


def every_string(rows: Floats) -> dict[str, float]:
    """By the definition: the probabilities of all paths, added up by what they say."""
    found: dict[str, float] = {}
    for path in itertools.product(range(rows.shape[1]), repeat=len(rows)):
        kept = [symbol for symbol, _ in itertools.groupby(path) if symbol < len(CLASSES)]
        text = "".join(CLASSES[symbol] for symbol in kept)
        found[text] = found.get(text, 0.0) + math.exp(sum(rows[t, symbol] for t, symbol in enumerate(path)))
    return found


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=3), st.integers(0, 10**6), st.floats(0.5, 4))
def test_probabilities_are_exact_also_in_a_batch_of_lines(counts: list[int], seed: int, sharp: float) -> None:
    lines = [frames(count, seed + i, sharp) for i, count in enumerate(counts)]
    for rows, options in zip(lines, best_transcripts(lines, CLASSES), strict=True):
        true = every_string(rows)
        assert len({option.text for option in options}) == len(options) > 0
        for option in options:
            assert math.exp(option.log_probability) == pytest.approx(true.get(option.text, 0.0), abs=1e-5)
        assert sum(math.exp(option.log_probability) for option in options) <= 1 + 1e-5


def test_the_best_string_may_be_another_than_that_of_the_best_path() -> None:
    # In each frame the blank is the likeliest, yet a 1 somewhere is likelier than none anywhere.
    rows = np.log(np.array([[0.4, 0.05, 0.55]] * 3, np.float32))
    assert best_text(rows, CLASSES) == ""
    assert best_transcripts([rows], CLASSES)[0][0].text == "1"


def test_given_texts_are_weighed_as_they_stand() -> None:
    rows = [frames(5, 3, 2.0), frames(4, 4, 2.0)]
    found = text_log_probabilities(rows, ["17", ""], CLASSES)
    assert np.exp(found) == pytest.approx([every_string(rows[0])["17"], every_string(rows[1])[""]], abs=1e-6)


def test_frames_lie_where_the_symbols_do() -> None:
    rows = np.full((9, 3), math.log(0.01), np.float32)
    rows[:, 2] = math.log(0.98)
    rows[2], rows[6] = np.log([0.98, 0.01, 0.01]), np.log([0.01, 0.98, 0.01])
    best = best_transcripts([rows], CLASSES)[0][0]
    assert (best.text, best.frames) == ("17", (2.0, 6.0))


def said(*options: tuple[str, float]) -> tuple[Transcript, ...]:
    return tuple(Transcript(text, math.log(p), tuple(float(i) for i in range(len(text)))) for text, p in options)


def test_strings_of_one_value_count_together() -> None:
    decoded = decode_ctc(said(("1.000.-", 0.5), ("1.000.=", 0.3), ("7.000.-", 0.1)), Format(), Calibration())
    assert decoded.meaning.value == "1000"
    assert decoded.confidence == pytest.approx(0.8, abs=1e-6)
    assert [a.value for a in decoded.alternatives] == ["7000"]
    assert decoded.confidence + sum(a.probability for a in decoded.alternatives) <= 1


def test_a_slash_is_never_a_one_and_parts_a_date() -> None:
    decoded = decode_ctc(said(("6/8", 0.9), ("618", 0.1)), Format(), Calibration())
    assert "'/'" in decoded.meaning.problem or decoded.confidence < 0.5
    date = Format(kind=Kind.DATE)
    assert decode_ctc(said(("17/04/2019", 0.9)), date, Calibration()).meaning.value == "2019-04-17"


def test_a_format_chooses_what_it_allows() -> None:
    decoded = decode_ctc(said(("123", 0.6), ("12", 0.3)), Format(digits=2), Calibration())
    assert decoded.meaning.value == "12"
    far = decode_ctc(said(("123", 0.99), ("12", 1e-5)), Format(digits=2), Calibration())
    assert far.meaning.problem
    assert far.confidence == 0


@pytest.mark.parametrize(("text", "problem"), [("1X7", "struck"), ("17?", "no symbol")])
def test_what_is_no_digit_sends_the_string_to_review(text: str, problem: str) -> None:
    assert problem in decode_ctc(said((text, 0.99)), Format(), Calibration()).meaning.problem


def test_an_empty_line_is_blank() -> None:
    decoded = decode_ctc((), Format(blank="zero", kind=Kind.INTEGER), Calibration())
    assert (decoded.meaning.value, decoded.written) == ("0", "_")
