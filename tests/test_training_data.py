"""What is drawn for training is what its label says, and is drawn again the same from the same seed."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.segmentation.crop import mnist_crop
from extractor.values import Gray
from training.data.drawn.segments import SEGMENTS, segmented
from training.data.drawn.zeros import row_of_zeros
from training.data.epochs import Epochs, Mixture, Source, classes_for, make_chunk
from training.data.junk import fragment, pair, part, side_by_side
from training.data.marks import cross, dash, is_one_stroke
from training.data.pen import CANVAS, MILD, WILD, drawn_large, stroke_width, with_width
from training.data.samples import Samples
from training.data.scan import scanned
from training.data.segmented import string_crops, written
from training.data.styles import STYLES, crossed_seven, european_one, in_style

FONT = cv2.FONT_HERSHEY_SIMPLEX


def symbol(text: str, thick: int = 2) -> Gray:
    """A printed character as MNIST would have it."""
    ink = np.zeros((80, 80), np.uint8)
    cv2.putText(ink, text, (20, 60), FONT, 1.6, 255, thick, cv2.LINE_AA)
    return mnist_crop(ink)


@pytest.fixture(scope="module")
def source() -> Source:
    labels = list("0123456789") * 4
    samples = Samples(np.stack([symbol(text) for text in labels]), np.array(labels), np.arange(40) // 10)
    return Source(samples, classes_for(samples.alphabet))


@given(seed=st.integers(0, 10_000), text=st.sampled_from("0123456789ABQx"))
@settings(max_examples=60, deadline=None)
def test_every_scan_of_a_symbol_is_a_proper_crop(seed: int, text: str) -> None:
    rng = np.random.default_rng(seed)
    crop = scanned(drawn_large(symbol(text), rng, WILD), rng)
    assert crop.shape == (28, 28)
    assert crop.dtype == np.uint8
    assert crop.max() > 60
    assert max(cv2.boundingRect(crop)[2:]) == 20


@given(seed=st.integers(0, 10_000), width=st.floats(2.5, 14))
@settings(max_examples=40, deadline=None)
def test_a_pen_has_the_width_that_was_asked_for_and_breaks_nothing(seed: int, width: float) -> None:
    ring = np.zeros((80, 80), np.uint8)
    cv2.ellipse(ring, (40, 40), (18, 30), 0, 0, 360, 255, 8, cv2.LINE_AA)
    large = drawn_large(mnist_crop(ring), np.random.default_rng(seed), MILD)
    changed = with_width(large, width)
    assert abs(stroke_width(changed) - width) < 0.35 * width + 1.6
    areas = cv2.connectedComponentsWithStats((changed > 60).astype(np.uint8), connectivity=8)[2][1:, cv2.CC_STAT_AREA]
    assert areas.max() >= 0.95 * areas.sum()


@given(seed=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_dashes_are_level_and_crosses_are_not_one_stroke(seed: int) -> None:
    rng = np.random.default_rng(seed)
    level, struck = dash(rng), cross(rng)
    ys, xs = np.nonzero(level > 127)
    spread = np.linalg.eigh(np.cov(np.stack((xs, ys))))
    angle = np.degrees(np.arctan2(*spread.eigenvectors[::-1, 1])) % 180
    assert min(angle, 180 - angle) < 35
    assert not is_one_stroke(struck)


def test_half_of_a_four_that_is_a_one_is_never_junk() -> None:
    upright = np.zeros((60, 40), np.uint8)
    cv2.line(upright, (30, 5), (28, 55), 255, 5)
    assert is_one_stroke(upright)
    cv2.line(upright, (5, 20), (35, 25), 255, 5)
    assert not is_one_stroke(upright)


@given(seed=st.integers(0, 10_000), text=st.sampled_from("02345689"))
@settings(max_examples=40, deadline=None)
def test_fragments_are_less_than_the_symbol_and_more_than_a_stroke(seed: int, text: str) -> None:
    rng = np.random.default_rng(seed)
    whole = drawn_large(symbol(text), rng, MILD)
    piece = fragment(lambda: whole, rng)
    if piece is not None:
        assert 0 < np.count_nonzero(piece) < 0.6 * np.count_nonzero(whole)
        assert not is_one_stroke(piece)


def test_a_part_keeps_its_share_of_the_width() -> None:
    rng = np.random.default_rng(3)
    whole = np.full((40, 60), 255, np.uint8)
    for _ in range(20):
        piece = part(whole, 0.4, 0.6, rng)
        assert 0.2 < np.count_nonzero(piece) / whole.size < 0.8


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_a_pair_is_wider_than_either(seed: int) -> None:
    rng = np.random.default_rng(seed)
    drawn: list[Gray] = []

    def draw() -> Gray:
        drawn.append(drawn_large(symbol(str(rng.integers(10))), rng, MILD))
        return drawn[-1]

    both = pair(draw, rng)
    assert both.shape[1] > max(cv2.boundingRect(ink)[2] for ink in drawn[:2])


def test_side_by_side_keeps_all_ink_when_nothing_overlaps() -> None:
    a, b = (
        drawn_large(symbol("3"), np.random.default_rng(1), MILD),
        drawn_large(symbol("8"), np.random.default_rng(2), MILD),
    )
    for drop in (-9, 0, 9):
        both = side_by_side(a, b, 5, drop)
        assert np.count_nonzero(both) == np.count_nonzero(a) + np.count_nonzero(b)


def test_styles_add_ink_where_they_should() -> None:
    rng = np.random.default_rng(5)
    seven, one = drawn_large(symbol("7"), rng, MILD), np.zeros((CANVAS, CANVAS), np.uint8)
    cv2.line(one, (44, 12), (40, 72), 255, 6)
    crossed = [crossed_seven(seven, rng, rng) for _ in range(10)]
    assert all((ink >= seven).all() for ink in crossed)
    assert sum(np.count_nonzero(ink) > np.count_nonzero(seven) for ink in crossed) >= 8
    for _ in range(10):
        european = european_one(one, rng, rng)
        added = (european > 127) & (one < 127)
        assert added.any()
        assert np.nonzero(added)[1].min() < 36  # the upstroke comes from the left


@given(seed=st.integers(0, 10_000), text=st.sampled_from(sorted(STYLES)))
@settings(max_examples=40, deadline=None)
def test_every_style_gives_ink_of_a_symbol_that_is_not_a_dash(seed: int, text: str) -> None:
    rng = np.random.default_rng(seed)
    for _, write in STYLES[text]:
        ink = write(drawn_large(symbol(text), rng, MILD), rng, rng)
        assert ink.shape == (CANVAS, CANVAS)
        assert cv2.boundingRect(ink)[3] > 30


@given(seed=st.integers(0, 10_000), text=st.sampled_from(sorted(SEGMENTS)))
@settings(max_examples=40, deadline=None)
def test_digits_along_segments_are_as_high_as_others_and_differ_from_each_other(seed: int, text: str) -> None:
    inks = [segmented(each)(symbol(each), *(np.random.default_rng(seed) for _ in range(2))) for each in SEGMENTS]
    own = inks[list(SEGMENTS).index(text)]
    assert cv2.boundingRect(own)[3] > 30
    assert sum(bool((own == other).all()) for other in inks) == 1


@given(seed=st.integers(0, 10_000), count=st.integers(2, 9), tall=st.floats(25, 60), pen=st.floats(2.4, 9))
@settings(max_examples=60, deadline=None)
def test_zeros_in_a_row_are_a_row_with_paper_around(seed: int, count: int, tall: float, pen: float) -> None:
    ink = row_of_zeros(count, tall, pen, np.random.default_rng(seed))
    left, top, wide, high = cv2.boundingRect(ink)
    assert min(left, top, ink.shape[1] - left - wide, ink.shape[0] - top - high) > 0
    assert 0.5 * tall < high < 3 * tall  # a rising row is higher than its zeros
    assert wide > 0.5 * tall * count * 0.6
    assert np.array_equal(ink, row_of_zeros(count, tall, pen, np.random.default_rng(seed)))


def test_one_hand_writes_a_digit_alike_each_time_and_another_hand_otherwise() -> None:
    ink = drawn_large(symbol("9"), np.random.default_rng(1), MILD)
    rng = np.random.default_rng(2)

    def alike(a: Gray, b: Gray) -> float:
        soft = [cv2.GaussianBlur(one, (0, 0), 3).astype(np.float64).ravel() for one in (a, b)]
        return float(np.corrcoef(soft)[0, 1])

    hands = [[in_style(ink, "9", rng, hand) for _ in range(2)] for hand in range(40)]
    own = [alike(*both) for both in hands]
    other = [alike(a[0], b[0]) for a, b in pairwise(hands)]
    assert min(own) > 0.6
    assert np.mean(own) > np.mean(other) + 0.1


def test_chunks_are_the_same_from_the_same_key_and_hold_what_was_asked_for(source: Source) -> None:
    sorts = np.repeat(np.arange(6, dtype=np.int8), 12)
    places = np.arange(72) % 40
    crops, answers = make_chunk(source, sorts, places, (1, 2, 3))
    again, same = make_chunk(source, sorts, places, (1, 2, 3))
    other, _ = make_chunk(source, sorts, places, (1, 2, 4))
    assert np.array_equal(crops, again)
    assert np.array_equal(answers, same)
    assert not np.array_equal(crops, other)
    assert (answers[:24] == source.answers[places[:24]]).all()
    for sort, name in ((2, "cross"), (3, "dash"), (4, "junk")):
        assert (answers[sorts == sort] == source.classes.index(name)).all()
    assert crops.any((1, 2)).all()


def test_any_number_of_processes_makes_the_same_epoch(source: Source) -> None:
    mixture = Mixture(plain=900, changed=150, crosses=10, dashes=10, junk=20, strings=10)
    epochs = []
    for processes in (1, 2):
        with Epochs(source, lambda _: mixture, 7, processes=processes) as made:
            epochs.append(list(made.get(1)))
    crops, answers = (np.concatenate(part) for part in zip(*epochs[0], strict=True))
    assert len(crops) == len(mixture)
    assert np.array_equal(crops, np.concatenate([part for part, _ in epochs[1]]))
    assert np.array_equal(answers, np.concatenate([part for _, part in epochs[1]]))
    # Every plain symbol comes about as often as any other.
    assert np.bincount(answers, minlength=13)[:10].min() > 80


def test_a_run_that_goes_on_gets_the_crops_that_it_would_have_got(source: Source) -> None:
    mixture = Mixture(plain=4500, changed=0, crosses=9, dashes=9, junk=0, strings=0)
    with Epochs(source, lambda _: mixture, 7, uses=2) as made:
        through = [list(made.get(epoch)) for epoch in (1, 2, 3)]
    with Epochs(source, lambda _: mixture, 7, uses=2) as made:
        later = list(made.get(3))
    for (crops, answers), (again, same) in zip(through[2], later, strict=True):
        assert np.array_equal(crops, again)
        assert np.array_equal(answers, same)
    # Some chunks of the second epoch are those of the first in another order, the others are new.
    same_ink = [np.array_equal(np.sort(a, None), np.sort(b, None)) for (a, _), (b, _) in zip(*through[:2], strict=True)]
    assert 0 < sum(same_ink) < len(same_ink)


def test_a_symbol_by_itself_is_found_by_the_segmenter_and_labelled_so() -> None:
    rng = np.random.default_rng(4)
    found = 0
    for turn in range(40):
        text = "2358"[turn % 4]
        crops = list(string_crops(lambda text=text: drawn_large(symbol(text), rng, MILD), 1, rng))
        found += any(place == 0 for _, place in crops)
        assert all(crop.shape == (28, 28) for crop, _ in crops)
    assert found >= 34


def test_a_written_string_is_the_union_of_its_symbols() -> None:
    rng = np.random.default_rng(9)
    ink, alone = written(lambda: drawn_large(symbol("5"), rng, MILD), 3, rng)
    assert len(alone) == 3
    assert np.array_equal(ink, np.maximum.reduce(alone))
    assert all(symbol.shape == ink.shape for symbol in alone)
