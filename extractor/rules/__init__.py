"""The form's arithmetic, applied to a page's readings: it confirms them, chooses between what the ink allows, or
sends them to review with the rule that is broken. It never overwrites a confident reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from extractor.decoding.unread import UnreadCells
from extractor.rules.combinations import FieldChoice, weigh
from extractor.rules.scale import told_scale
from extractor.rules.solved import CHOSEN, solve
from extractor.table_lines import is_empty, lines_of
from extractor.template import Rule
from extractor.values import Alternative, DoubtKind, FieldStatus, Reading, RuleOutcome

MISTAKE = 0.01
"""How probable it is that a page breaks a rule, against its keeping it, for values that the ink shows equally well."""

LACKING = (DoubtKind.COVERED, DoubtKind.EDGE, DoubtKind.FAINT)
"""What may have taken a part of a number away: where two numbers lack the same part, equations hold all the same."""

LEAST_CHOICE = 1e-6
"""A value that is less probable counts as this probable, so that it has a logarithm."""


def apply_rules(
    rules: Sequence[Rule],
    readings: Sequence[Reading],
    accept: float,
    unread: Mapping[str, UnreadCells] | None = None,
) -> tuple[tuple[Reading, ...], tuple[RuleOutcome, ...]]:
    """The readings after `rules`, and what each rule did. `accept` splits confident readings from the others.
    `unread` has the fields without a value that may take the value that an equation leaves for them. Rules of empty
    lines of tables did nothing and are left out.

    Rules that share fields are weighed together: the most probable combination of the fields' values, where one that
    breaks a rule counts `MISTAKE` times as much, is taken, and each field's confidence becomes the share of all
    combinations that agree with it.
    """
    by_name = {reading.field: reading for reading in readings}
    unread = {name: cells for name, cells in (unread or {}).items() if not by_name[name].value}
    lines = lines_of(readings)
    counts = {table: Decimal(sum(line.filled for line in own)) for table, own in lines.items()}
    empty = {f"{table}.{line.number}" for table, own in lines.items() for line in own if not line.filled}
    rules = [rule for rule in rules if rule.table not in empty]
    # Where the numbers of lines came to lie in fields, these are gone.
    outcomes = {rule.text: "unknown" for rule in rules if not by_name.keys() >= set(rule.names)}
    for group in _groups([rule for rule in rules if rule.text not in outcomes]):
        known = [
            rule
            for rule in group
            if all(name not in unread and _choices(by_name[name], rule, accept) for name in rule.names)
        ]
        if known:
            _weigh(known, by_name, counts, accept, outcomes)
        rest = [rule for rule in group if rule not in known]
        outcomes.update({rule.text: "unknown" for rule in rest})
        outcomes.update(solve(rest, by_name, unread, counts, MISTAKE))
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


def _choices(reading: Reading, rule: Rule, accept: float) -> list[FieldChoice]:
    """The values that a field may take: only its own when it is confident; none when it has no number, unless it may be
    blank.

    A value that the format forbids is only what the ink looks like: then the alternatives are all there is.
    """
    found = [] if reading.is_forbidden else [(reading.value, reading.confidence)]
    if reading.confidence < accept:
        found += [(a.value, a.probability) for a in reading.alternatives]
    choices = []
    for value, probability in found:
        try:
            number = Decimal(value) if value or reading.field not in rule.may_be_blank else None
        except InvalidOperation:
            continue
        choices.append(FieldChoice(value, number, max(probability, LEAST_CHOICE)))
    return choices


def _weigh(
    rules: Sequence[Rule],
    by_name: dict[str, Reading],
    counts: Mapping[str, Decimal],
    accept: float,
    outcomes: dict[str, str],
) -> None:
    before = {name: reading.value for name, reading in by_name.items()}
    choices: dict[str, list[FieldChoice]] = {}
    for rule in rules:
        for name in rule.names:
            own = _choices(by_name[name], rule, accept)
            # What one rule takes alone cannot be blank for the others.
            choices[name] = min(choices.get(name, own), own, key=len)
    names = list(choices)
    weighed = weigh(rules, choices, counts, MISTAKE)
    best, holds = weighed.best.picked, weighed.best.holds
    kept = {name for rule, held in zip(rules, holds, strict=True) if held for name in rule.names}
    equations = [rule for rule, held in zip(rules, holds, strict=True) if held and rule.is_equation]
    pointless = {name for name in names if any(d.kind is DoubtKind.POINT for d in by_name[name].doubts)}
    numbers = {**counts, **{name: choices[name][i].number for name, i in zip(names, best, strict=True)}}
    # That nothing is the sum of nothing shows nothing.
    equations = [rule for rule in equations if any(numbers.get(name) for name in (*rule.names, *rule.counted))]
    shown = {name for rule in equations for name in rule.shown}
    whole = {name for rule in equations for name in rule.shown if not _lack_alike(rule, name, by_name)}
    scaled = told_scale(equations, numbers, pointless)
    for position, name in enumerate(names):
        if name not in kept:
            continue  # Only broken rules speak of it: the ink alone decides what is shown.
        proofs = {DoubtKind.POINT: scaled, **dict.fromkeys(LACKING, whole)}
        left = [
            doubt.most
            for doubt in by_name[name].doubts
            if not (doubt.provable and name in proofs.get(doubt.kind, shown))
        ]
        if not weighed.whole:
            left.append(by_name[name].confidence)
        by_name[name] = _settled(
            by_name[name],
            choices[name],
            best[position],
            weighed.shares[position],
            accept,
            proved=name in shown,
            ceiling=min(left, default=1.0),
        )
    for position, rule in enumerate(rules):
        if not holds[position]:
            outcomes[rule.text] = "broken"
            _send_to_review(rule, by_name)
        else:
            changed = any(by_name[name].value != before[name] for name in rule.names)
            outcomes[rule.text] = "chosen" if changed else "confirmed"


def _lack_alike(rule: Rule, name: str, by_name: Mapping[str, Reading]) -> bool:
    """Whether another field of `rule` than `name` may lack a part of its number as well."""
    return any(doubt.kind in LACKING for other in rule.names if other != name for doubt in by_name[other].doubts)


def _settled(
    reading: Reading,
    choices: Sequence[FieldChoice],
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
    if not chosen.value and not reading.value:
        return reading  # Whether a field is blank, the ink says.
    # What the list of alternatives leaves out keeps its part of the doubt; few such values would fit an equation.
    beside = max(0.0, 1 - sum(c.probability for c in choices))
    confidence = min(ceiling, share * (1 - beside * (MISTAKE if proved else 1.0)))
    others = [Alternative(c.value, min(c.probability, 1 - confidence)) for i, c in enumerate(choices) if i != index]
    status = reading.status
    if status in (FieldStatus.ACCEPTED, FieldStatus.REVIEW):
        sure = confidence >= accept and not reading.is_forbidden and bool(chosen.value and reading.value)
        status = FieldStatus.ACCEPTED if sure else FieldStatus.REVIEW
    doubts = reading.doubts if chosen.value == reading.value else (*reading.doubts, CHOSEN)
    return replace(
        reading, value=chosen.value, confidence=confidence, status=status, alternatives=tuple(others), doubts=doubts
    )


def _send_to_review(rule: Rule, by_name: dict[str, Reading]) -> None:
    for name in rule.names:
        reading = by_name[name]
        if name in rule.may_be_blank and is_empty(reading):
            continue
        status = FieldStatus.REVIEW if reading.status is not FieldStatus.VOID else reading.status
        by_name[name] = replace(reading, status=status, rules=(*reading.rules, rule.text))
