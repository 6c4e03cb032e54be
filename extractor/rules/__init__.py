"""The form's arithmetic, applied to a page's readings: it confirms them, chooses between what the ink allows, or
sends them to review with the rule that is broken. It never overwrites a confident reading."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

import numpy as np

from extractor.decoding.unread import UnreadCells
from extractor.rules.scale import told_scale
from extractor.rules.solved import CHOSEN, solve
from extractor.template import Rule
from extractor.values import Alternative, Doubt, DoubtKind, FieldStatus, Reading, RuleOutcome

MISTAKE = 0.01
"""How probable it is that a page breaks a rule, against its keeping it, for values that the ink shows equally well."""

MOST_TRIED = 128
"""Combinations of alternatives that are tried for one group of rules, most probable first."""

LEAST_CHOICE = 1e-6
"""A value that is less probable counts as this probable, so that it has a logarithm."""


@dataclass(frozen=True)
class _Choice:
    value: str
    number: Decimal
    probability: float


def apply_rules(
    rules: Sequence[Rule],
    readings: Sequence[Reading],
    accept: float,
    unread: Mapping[str, UnreadCells] | None = None,
) -> tuple[tuple[Reading, ...], tuple[RuleOutcome, ...]]:
    """The readings after `rules`, and what each rule did. `accept` splits confident readings from the others.
    `unread` has the fields without a value that may take the value that an equation leaves for them.

    Rules that share fields are weighed together: the most probable combination of the fields' values, where one that
    breaks a rule counts `MISTAKE` times as much, is taken, and each field's confidence becomes the share of all
    combinations that agree with it.
    """
    by_name = {reading.field: reading for reading in readings}
    unread = {name: cells for name, cells in (unread or {}).items() if not by_name[name].value}
    outcomes: dict[str, str] = {}
    for group in _groups(rules):
        known = [
            rule for rule in group if all(name not in unread and _choices(by_name[name], accept) for name in rule.names)
        ]
        if known:
            _weigh(known, by_name, accept, outcomes)
        rest = [rule for rule in group if rule not in known]
        outcomes.update({rule.text: "unknown" for rule in rest})
        outcomes.update(solve(rest, by_name, unread, MISTAKE))
        for rule in rest:
            if outcomes[rule.text] == "broken":
                _send_to_review(rule, by_name)
    return (
        tuple(by_name[reading.field] for reading in readings),
        tuple(RuleOutcome(rule.text, outcomes[rule.text]) for rule in rules),
    )


def _groups(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Rules that share fields, directly or through others, together."""
    groups: list[tuple[set[str], list[Rule]]] = []
    for rule in rules:
        names, members = set(rule.names), [rule]
        rest = []
        for group in groups:
            if group[0] & names:
                names |= group[0]
                members = group[1] + members
            else:
                rest.append(group)
        groups = [*rest, (names, members)]
    return [members for _, members in groups]


def _choices(reading: Reading, accept: float) -> list[_Choice]:
    """The values that a field may take: only its own when it is confident; none when it has no number.

    A value that the format forbids is only what the ink looks like: then the alternatives are all there is.
    """
    found = [] if reading.is_forbidden else [(reading.value, reading.confidence)]
    if reading.confidence < accept:
        found += [(a.value, a.probability) for a in reading.alternatives]
    choices = []
    for value, probability in found:
        try:
            number = Decimal(value)
        except InvalidOperation:
            continue
        choices.append(_Choice(value, number, max(probability, LEAST_CHOICE)))
    return choices


def _weigh(rules: Sequence[Rule], by_name: dict[str, Reading], accept: float, outcomes: dict[str, str]) -> None:
    before = {name: reading.value for name, reading in by_name.items()}
    names = list(dict.fromkeys(name for rule in rules for name in rule.names))
    choices = {name: _choices(by_name[name], accept) for name in names}
    weights: list[tuple[float, tuple[int, ...], tuple[bool, ...]]] = []
    for picked in _likely_first([[c.probability for c in choices[name]] for name in names]):
        taken = [own[i] for own, i in zip(choices.values(), picked, strict=True)]
        values = {name: choice.number for name, choice in zip(names, taken, strict=True)}
        holds = tuple([rule.holds(values) for rule in rules])
        weight = math.prod([choice.probability for choice in taken])
        weights.append((weight * MISTAKE ** holds.count(False), picked, holds))
    total = sum(weight for weight, _, _ in weights)
    # `max` keeps the first of equals, which is what the ink shows best.
    _, best, holds = max(weights, key=lambda w: w[0])
    kept = {name for rule, held in zip(rules, holds, strict=True) if held for name in rule.names}
    equations = [rule for rule, held in zip(rules, holds, strict=True) if held and rule.is_equation]
    pointless = {name for name in names if any(d.kind is DoubtKind.POINT for d in by_name[name].doubts)}
    numbers = {name: choices[name][i].number for name, i in zip(names, best, strict=True)}
    scaled = told_scale(equations, numbers, pointless)
    for position, name in enumerate(names):
        if name not in kept:
            continue  # Only broken rules speak of it: the ink alone decides what is shown.
        agree = sum(weight for weight, picked, _ in weights if picked[position] == best[position])
        proved = any(name in rule.names for rule in equations)
        ceiling = min((d.most for d in by_name[name].doubts if not _is_lifted(d, proved, name in scaled)), default=1.0)
        by_name[name] = _settled(
            by_name[name], choices[name], best[position], agree / total, accept, proved=proved, ceiling=ceiling
        )
    for position, rule in enumerate(rules):
        if not holds[position]:
            outcomes[rule.text] = "broken"
            _send_to_review(rule, by_name)
        else:
            changed = any(by_name[name].value != before[name] for name in rule.names)
            outcomes[rule.text] = "chosen" if changed else "confirmed"


def _likely_first(probabilities: Sequence[Sequence[float]]) -> list[tuple[int, ...]]:
    """Combinations of one index from each list (each list falling), most probable first, at most MOST_TRIED."""
    logs = [[math.log(p) for p in sorted(row, reverse=True)] for row in probabilities]
    ranks = [[int(i) for i in np.argsort(-np.array(row), kind="stable")] for row in probabilities]
    start = (0,) * len(logs)
    heap = [(-sum(row[0] for row in logs), start)]
    seen = {start}
    found: list[tuple[int, ...]] = []
    while heap and len(found) < MOST_TRIED:
        cost, at = heapq.heappop(heap)
        found.append(tuple(ranks[k][i] for k, i in enumerate(at)))
        for k, i in enumerate(at):
            if i + 1 < len(logs[k]):
                after = (*at[:k], i + 1, *at[k + 1 :])
                if after not in seen:
                    seen.add(after)
                    heapq.heappush(heap, (cost + logs[k][i] - logs[k][i + 1], after))
    return found


def _is_lifted(doubt: Doubt, proved: bool, scaled: bool) -> bool:
    """Whether an equation that holds lifts `doubt`: about a point only one that would not hold without the point."""
    return doubt.provable and (scaled if doubt.kind is DoubtKind.POINT else proved)


def _settled(
    reading: Reading,
    choices: Sequence[_Choice],
    index: int,
    share: float,
    accept: float,
    *,
    proved: bool,
    ceiling: float,
) -> Reading:
    """`reading` with the value that the rules settled on, `share` of whose combinations agree with it; `proved` says
    that an equation holds with it, `ceiling` is the confidence that its doubts leave."""
    if reading.confidence >= accept:
        return reading
    chosen = choices[index]
    # What the list of alternatives leaves out keeps its part of the doubt; few such values would fit an equation.
    beside = max(0.0, 1 - sum(c.probability for c in choices))
    confidence = min(ceiling, share * (1 - beside * (MISTAKE if proved else 1.0)))
    others = [Alternative(c.value, min(c.probability, 1 - confidence)) for i, c in enumerate(choices) if i != index]
    status = reading.status
    if status in (FieldStatus.ACCEPTED, FieldStatus.REVIEW):
        status = FieldStatus.ACCEPTED if confidence >= accept and not reading.is_forbidden else FieldStatus.REVIEW
    doubts = reading.doubts if chosen.value == reading.value else (*reading.doubts, CHOSEN)
    return replace(
        reading, value=chosen.value, confidence=confidence, status=status, alternatives=tuple(others), doubts=doubts
    )


def _send_to_review(rule: Rule, by_name: dict[str, Reading]) -> None:
    for name in rule.names:
        reading = by_name[name]
        status = FieldStatus.REVIEW if reading.status is not FieldStatus.VOID else reading.status
        by_name[name] = replace(reading, status=status, rules=(*reading.rules, rule.text))
