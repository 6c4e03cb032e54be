"""What is joined by pairs comes together, each thing once; points are moved, be there none."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from extractor.geometry import together, transform

PAIRS = st.integers(1, 12).flatmap(
    lambda count: st.tuples(st.just(count), st.lists(st.tuples(*[st.integers(0, count - 1)] * 2), max_size=20))
)


@given(PAIRS)
def test_groups_hold_each_number_once_and_both_of_every_pair(given_: tuple[int, list[tuple[int, int]]]) -> None:
    count, pairs = given_
    groups = [group.tolist() for group in together(count, pairs)]
    assert sorted(one for group in groups for one in group) == list(range(count))
    assert all(group == sorted(group) for group in groups)
    assert [group[0] for group in groups] == sorted(group[0] for group in groups)
    for a, b in pairs:
        assert any(a in group and b in group for group in groups)
    # No more is joined than the pairs join: a group of n takes n - 1 pairs of different numbers at least.
    for group in groups:
        assert len({frozenset(pair) for pair in pairs if pair[0] in group and pair[0] != pair[1]}) >= len(group) - 1


def test_nothing_is_in_no_group() -> None:
    assert together(0, []) == []


def test_no_points_are_nowhere() -> None:
    assert transform(np.eye(3), np.zeros((0, 2))).shape == (0, 2)
