"""That a promise is kept as often as it says: the bounds exactly, the choice among thresholds by drawing."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from workers.review.thresholds import Answers, bound, choose, enough, more_needed, surely_above

NO_STEPS = np.zeros(0)
NONE = np.zeros(0, np.int64)


def drawn(confidence: np.ndarray, wrong: np.ndarray) -> Answers:
    """Answers of which all are drawn at random."""
    order = np.argsort(-confidence)
    return Answers(0.0, confidence[order], wrong[order], NO_STEPS, NONE, NONE, NO_STEPS, 1.0)


@pytest.mark.parametrize("answers", [1, 7, 40])
@pytest.mark.parametrize("rate", [0.01, 0.1, 0.35, 0.8])
def test_the_bound_holds_the_true_rate_95_times_of_100_by_the_exact_distribution(answers: int, rate: float) -> None:
    chances = [comb(answers, wrong) * rate**wrong * (1 - rate) ** (answers - wrong) for wrong in range(answers + 1)]
    held = sum(chance for wrong, chance in enumerate(chances) if bound(wrong, answers) >= rate)
    accused = sum(chance for wrong, chance in enumerate(chances) if surely_above(wrong, answers, rate))
    assert held >= 0.95
    assert accused <= 0.05


def test_what_is_told_of_the_bound_in_the_documents_is_so() -> None:
    assert (enough(0.01), enough(0.005), enough(0.02)) == (299, 598, 149)
    assert bound(0, 299) < 0.01 < bound(0, 298)
    assert bound(5, 5) == 1.0


@pytest.mark.parametrize("certain_ones", [0.0, 0.5])
def test_no_threshold_is_promised_too_often_where_all_are_just_too_wrong(certain_ones: float) -> None:
    # The hardest case: what would be accepted beyond the sure ones has just the rate that is not to be reached, so that
    # each threshold there is wrong, and one of dozens may pass by chance.
    rng = np.random.default_rng(5)
    broken = 0
    for _ in range(300):
        confidence = rng.random(300)
        sure = confidence > 1 - certain_ones
        wrong = (rng.random(300) < 0.05 / (1 - certain_ones)) & ~sure
        best = choose(drawn(confidence, wrong), 0.05)
        broken += best is not None and (certain_ones == 0 or best.share > 0.999)
    assert broken <= 300 * 0.05 + 3 * (300 * 0.05 * 0.95) ** 0.5


def test_doubtful_fields_lower_the_threshold_and_count_by_how_many_there_are() -> None:
    rng = np.random.default_rng(6)
    confidence = np.sort(0.99 + rng.random(400) / 100)[::-1]
    right = np.zeros(400, bool)
    steps, whole = np.array([0.98, 0.9, 0.5]), np.array([100, 300, 800])
    below = np.array([0.05, 0.15, 0.4])
    few = Answers(0.99, confidence, right, steps, whole, np.array([1, 4, 200]), below, 0.6)
    best = choose(few, 0.02)
    assert best is not None
    assert (best.accept, best.whole, best.answers) == (0.9, 300, 400)
    assert best.share == pytest.approx(0.6 / 0.85)
    # The same answers where the doubtful fields are many: each of their errors weighs more.
    many = Answers(0.99, confidence, right, steps, whole, np.array([5, 30, 200]), np.array([0.3, 0.5, 0.8]), 0.2)
    best = choose(many, 0.02)
    assert best is not None
    assert best.accept > 0.98


def test_two_kinds_of_fields_together_are_promised_no_more_often_than_one() -> None:
    rng = np.random.default_rng(7)
    steps, below = np.array([0.9]), np.array([0.3])
    confidence = np.linspace(1, 0.99, 200)
    broken = 0
    for _ in range(300):
        # 0.3 x 5 % + 0.7 x 2.143 % = 3 %.
        whole_wrong = rng.binomial(500, 0.05)
        wrong = rng.random(200) < 0.0214286
        known = Answers(0.99, confidence, wrong, steps, np.array([500]), np.array([whole_wrong]), below, 0.7)
        best = choose(known, 0.03)
        broken += best is not None and best.accept == 0.9
    assert broken <= 300 * 0.05 + 3 * (300 * 0.05 * 0.95) ** 0.5


def test_too_few_answers_say_how_many_more_and_bad_ones_that_none_would_do() -> None:
    nothing = drawn(np.zeros(0), np.zeros(0, bool))
    assert more_needed(nothing, 0.01) == 299
    some = drawn(np.linspace(1, 0.9, 200), np.zeros(200, bool))
    assert choose(some, 0.01) is None
    more = more_needed(some, 0.01)
    assert more is not None
    assert 99 <= more <= 110
    assert more_needed(drawn(np.linspace(1, 0.9, 200), np.ones(200, bool)), 0.01) is None
