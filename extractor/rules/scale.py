"""Which numbers an equation tells the scale of: `total = a + b` holds as well where all three have lost a point."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from itertools import combinations

from extractor.template import Rule

MOST_POINTLESS = 10
"""Numbers without a point in one equation that are still weighed; of more none is proved."""

PLACES = (1, 2, 3)
"""Decimals that a number without its point may have lost."""


def told_scale(
    equations: Sequence[Rule], numbers: Mapping[str, Decimal | None], pointless: Collection[str]
) -> set[str]:
    """Of the fields that are `pointless`, those that one of `equations`, all of which hold, gives a scale: it would not
    hold if the field had lost its point, whichever others had lost theirs with it."""
    unsure = {name for name in pointless if numbers.get(name)}
    told = set(pointless) - unsure
    before = -1
    while before < len(told):
        before = len(told)
        for rule in equations:
            mine = [name for name in rule.names if name in unsure]
            if 0 < len(mine) <= MOST_POINTLESS:
                loose = _loose(rule, numbers, mine)
                told |= set(mine) - loose
                unsure -= set(mine) - loose
    return told


def _loose(rule: Rule, numbers: Mapping[str, Decimal | None], names: Sequence[str]) -> set[str]:
    """Those of `names` that are in a set of them with which, divided by a power of ten, `rule` holds as well."""
    loose: set[str] = set()
    for count in range(1, len(names) + 1):
        for some in combinations(names, count):
            if not loose.issuperset(some) and any(
                rule.holds({**numbers, **{name: (numbers[name] or Decimal(0)).scaleb(-places) for name in some}})
                for places in PLACES
            ):
                loose.update(some)
    return loose
