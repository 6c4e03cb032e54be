"""Combinations of the values that fields may have, and which of them keep a form's rules."""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from extractor.template import Rule

MOST_TRIED = 128
"""Combinations of alternatives that are tried for one group of rules, most probable first."""

MOST_OTHERS = 40
"""Alternatives of all fields of a group that are tried one by one and two by two: so many make some 800 pairs."""

ROUNDS = 3
"""How often the best combination may be replaced by one that differs from it in two fields."""


@dataclass(frozen=True)
class FieldChoice:
    """A value that a field may have: its number, or None where it is blank and counts as nothing."""

    value: str
    number: Decimal | None
    probability: float


@dataclass(frozen=True)
class Combination:
    """One choice for each field, by its place; how probable that is, against the most probable one that breaks no rule;
    and which of the rules hold."""

    picked: tuple[int, ...]
    weight: float
    holds: tuple[bool, ...]


@dataclass(frozen=True)
class Weighed:
    """The `best` combination, and for each field's value in it how probable that is against its others (`shares`, 0 to
    1). `whole` says whether enough was tried to know that: not where the fields have too many alternatives."""

    best: Combination
    shares: tuple[float, ...]
    whole: bool


def weigh(
    rules: Sequence[Rule],
    choices: Mapping[str, Sequence[FieldChoice]],
    counts: Mapping[str, Decimal],
    mistake: float,
) -> Weighed:
    """The most probable combinations of `choices` by the names of their fields, where each of `rules` that one breaks
    makes it `mistake` times as probable. `counts` has the filled lines of tables.

    Beside the combinations that the ink makes most probable, those are tried that differ from the best in one field or
    in two: of a long column the first few say nothing of most fields.
    """
    names = list(choices)
    tops = [max(one.probability for one in own) for own in choices.values()]
    rules_of = [[place for place, rule in enumerate(rules) if name in rule.names] for name in names]
    order = likely_first([[one.probability for one in own] for own in choices.values()])
    start = order[0]
    free = [place for place, own in enumerate(choices.values()) if len(own) > 1]
    checks = [rule.check() for rule in rules]
    base: dict[str, Decimal | None] = {**counts}
    base |= {name: choices[name][i].number for name, i in zip(names, start, strict=True)}
    kept = [check(base) for check in checks]

    def weighed(picked: tuple[int, ...]) -> Combination:
        moved = [place for place in free if picked[place] != start[place]]
        values = base.copy()
        for place in moved:
            values[names[place]] = choices[names[place]][picked[place]].number
        holds = kept.copy()
        for which in {which for place in moved for which in rules_of[place]}:
            holds[which] = checks[which](values)
        ratios = (choices[names[place]][picked[place]].probability / tops[place] for place in moved)
        return Combination(picked, math.prod(ratios) * mistake ** holds.count(False), tuple(holds))

    tried = {picked: weighed(picked) for picked in order}
    # `max` keeps the first of equals, which is what the ink shows best.
    best = max(tried.values(), key=lambda one: one.weight)
    everything = math.prod(len(own) for own in choices.values()) <= len(tried)
    few = sum(len(own) - 1 for own in choices.values()) <= MOST_OTHERS
    for _ in range(0 if everything or not few else ROUNDS):
        tried |= {
            p: weighed(p) for p in neighbours(best.picked, [len(own) for own in choices.values()]) if p not in tried
        }
        before, best = best, max(tried.values(), key=lambda one: one.weight)
        if best is before:
            break
    shares = _shares_of_all(tried.values(), best) if everything else _shares_around(tried.values(), best, free)
    return Weighed(best, shares, everything or few)


def _shares_of_all(tried: Collection[Combination], best: Combination) -> tuple[float, ...]:
    """The shares where every combination was `tried`."""
    total = sum(one.weight for one in tried)
    return tuple(
        sum(one.weight for one in tried if one.picked[place] == index) / total
        for place, index in enumerate(best.picked)
    )


def _shares_around(tried: Iterable[Combination], best: Combination, free: Sequence[int]) -> tuple[float, ...]:
    """The shares by what lies around the best combination: a field has its best value there and in those that change
    one other field, and another value in those that change this field and at most one other. So both sides see the
    same of the other fields, however many these are. `free` are the places of those that may have other values."""
    alone, paired = [0.0] * len(best.picked), [0.0] * len(best.picked)
    for one in tried:
        moved = [place for place in free if one.picked[place] != best.picked[place]]
        if len(moved) == 1:
            alone[moved[0]] += one.weight
        elif len(moved) == 2:  # noqa: PLR2004
            for place in moved:
                paired[place] += one.weight
    whole = best.weight + sum(alone)
    return tuple((whole - one) / (whole + pair) for one, pair in zip(alone, paired, strict=True))


def likely_first(probabilities: Sequence[Sequence[float]]) -> list[tuple[int, ...]]:
    """Combinations of one index from each list, most probable first, at most MOST_TRIED."""
    logs = [[math.log(p) for p in sorted(row, reverse=True)] for row in probabilities]
    ranks = [sorted(range(len(row)), key=row.__getitem__, reverse=True) for row in probabilities]
    first = [own[0] for own in ranks]
    free = [place for place, own in enumerate(ranks) if len(own) > 1]
    start = (0,) * len(free)
    heap = [(-sum(row[0] for row in logs), start)]
    seen = {start}
    found: list[tuple[int, ...]] = []
    while heap and len(found) < MOST_TRIED:
        cost, at = heapq.heappop(heap)
        picked = first.copy()
        for k, i in zip(free, at, strict=True):
            picked[k] = ranks[k][i]
        found.append(tuple(picked))
        for place, (k, i) in enumerate(zip(free, at, strict=True)):
            if i + 1 < len(logs[k]):
                after = (*at[:place], i + 1, *at[place + 1 :])
                if after not in seen:
                    seen.add(after)
                    heapq.heappush(heap, (cost + logs[k][i] - logs[k][i + 1], after))
    return found


def neighbours(picked: tuple[int, ...], counts: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The combinations, of one of so many (`counts`) for each place, that differ from `picked` in one place or two."""
    others = [(place, i) for place, count in enumerate(counts) for i in range(count) if i != picked[place]]
    for moves in (*combinations(others, 1), *combinations(others, 2)):
        changed = list(picked)
        for place, i in moves:
            changed[place] = i
        yield tuple(changed)
