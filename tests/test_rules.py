"""Rules confirm, choose or send to review; they never overwrite a confident reading."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.decoding.unread import UnreadCells
from extractor.rules import apply_rules
from extractor.template import Format
from extractor.template.rule import Rule, parse_rule
from extractor.values import Alternative, Doubt, DoubtKind, FieldStatus, Kind, Reading

SUM = parse_rule("total = a + b")


def reading(field: str, value: str, confidence: float, *others: tuple[str, float]) -> Reading:
    status = FieldStatus.ACCEPTED if confidence >= 0.99 else FieldStatus.REVIEW
    alternatives = tuple(Alternative(v, p) for v, p in others)
    return Reading(field, Kind.INTEGER, value, value, confidence, status, ((0.0, 0.0),) * 4, alternatives)


def test_agreement_confirms_and_raises_confidence() -> None:
    fields = [reading("a", "12", 0.9, ("17", 0.08)), reading("b", "30", 0.999), reading("total", "42", 0.999)]
    after, outcomes = apply_rules([SUM], fields, 0.99)
    assert [o.outcome for o in outcomes] == ["confirmed"]
    assert after[0].value == "12"
    assert after[0].confidence > 0.99
    assert after[0].status is FieldStatus.ACCEPTED


def test_one_fitting_alternative_of_an_unsure_field_is_chosen() -> None:
    fields = [reading("a", "17", 0.6, ("12", 0.35)), reading("b", "30", 0.999), reading("total", "42", 0.999)]
    after, outcomes = apply_rules([SUM], fields, 0.99)
    assert [o.outcome for o in outcomes] == ["chosen"]
    assert after[0].value == "12"
    assert after[0].alternatives[0].value == "17"


def test_confident_readings_that_disagree_keep_their_values_and_go_to_review() -> None:
    fields = [reading("a", "44", 0.999), reading("b", "61", 0.999, ("63", 0.0005)), reading("total", "150", 0.999)]
    after, outcomes = apply_rules([SUM], fields, 0.99)
    assert [o.outcome for o in outcomes] == ["broken"]
    assert [r.value for r in after] == ["44", "61", "150"]
    assert {r.status for r in after} == {FieldStatus.REVIEW}
    assert all(r.rules == (SUM.text,) for r in after)


def test_lists_of_fields_are_added_up() -> None:
    rule = Rule("total = sum(votes) + blank - sum(a, a)", (("votes", ("a", "b")),))
    assert rule.names == ("total", "blank", "a", "b")
    values = {name: Decimal(value) for name, value in (("a", 3), ("b", 4), ("blank", 5), ("total", 6))}
    assert rule.holds(values)
    assert not rule.holds({**values, "total": Decimal(7)})


def test_a_rule_that_misses_a_value_says_unknown() -> None:
    fields = [reading("a", "", 0.999), reading("b", "61", 0.999), reading("total", "61", 0.999)]
    after, outcomes = apply_rules([SUM], fields, 0.99)
    assert [o.outcome for o in outcomes] == ["unknown"]
    assert [r.value for r in after] == ["", "61", "61"]


def test_rules_that_share_a_field_are_weighed_together() -> None:
    other = parse_rule("grand = total + 5")
    fields = [
        reading("a", "12", 0.999),
        reading("b", "30", 0.999),
        reading("total", "47", 0.5, ("42", 0.4)),
        reading("grand", "47", 0.999),
    ]
    after, outcomes = apply_rules([SUM, other], fields, 0.99)
    assert after[2].value == "42"
    assert [o.outcome for o in outcomes] == ["chosen", "chosen"]
    assert after[2].confidence > 0.99


def overwritten(*digits: str) -> UnreadCells:
    """Three cells, each all but no symbol at all, whose ink leaves of the digits only some."""
    return UnreadCells(tuple({**dict.fromkeys(one, 0.1), "X": 0.02} for one in digits), Format(kind="integer"))


def test_a_field_that_is_written_over_gets_what_an_equation_leaves_for_it_and_goes_to_review() -> None:
    no_value = replace(
        reading("b", "", 0.0, ("829", 1e-5)),
        written="??9",
        doubts=(Doubt(DoubtKind.FORMAT, "something here is no symbol"),),
    )
    fields = [reading("a", "180", 0.95), no_value, reading("total", "194", 0.999)]
    after, outcomes = apply_rules([SUM], fields, 0.99, {"b": overwritten("8", "12", "49")})
    assert [o.outcome for o in outcomes] == ["chosen"]
    assert (after[1].value, after[1].written, after[1].status) == ("14", "X14", FieldStatus.REVIEW)
    assert after[1].confidence < 0.5
    assert (after[0], after[2]) == (fields[0], fields[2]), "a value that was never read confirms nothing"


@pytest.mark.parametrize("digits", [("8", "12", "379"), ("8", "2", "49"), ("12", "4", "")])
def test_a_value_that_the_ink_does_not_allow_is_not_suggested(digits: tuple[str, str, str]) -> None:
    no_value = replace(
        reading("b", "", 0.0), written="??9", doubts=(Doubt(DoubtKind.FORMAT, "something here is no symbol"),)
    )
    fields = [reading("a", "180", 0.999), no_value, reading("total", "194", 0.999)]
    after, outcomes = apply_rules([SUM], fields, 0.99, {"b": overwritten(*digits)})
    assert [o.outcome for o in outcomes] == ["broken"]
    assert [r.value for r in after] == ["180", "", "194"]
    assert {r.status for r in after} == {FieldStatus.REVIEW}


def test_two_rules_must_leave_the_same_for_a_field_that_is_written_over() -> None:
    other = parse_rule("b = c + 3")
    no_value = replace(
        reading("b", "", 0.0), written="??9", doubts=(Doubt(DoubtKind.FORMAT, "something here is no symbol"),)
    )
    for last, outcome in (("11", "chosen"), ("12", "broken")):
        fields = [reading("a", "180", 0.999), no_value, reading("total", "194", 0.999), reading("c", last, 0.999)]
        _, outcomes = apply_rules([SUM, other], fields, 0.99, {"b": overwritten("8", "12", "49")})
        assert sorted(o.outcome for o in outcomes) == sorted(["chosen", outcome])


@pytest.mark.parametrize(
    ("text", "name", "left"),
    [("t = a + b", "b", 2), ("t = a - b", "b", -2), ("2 * b + a = t", "b", 1), ("t = a + b - b", "b", None)],
)
def test_equations_are_solved_for_one_field(text: str, name: str, left: int | None) -> None:
    assert parse_rule(text).solved_for(name, {"t": Decimal(7), "a": Decimal(5)}) == left


@given(
    values=st.lists(st.integers(0, 999), min_size=3, max_size=3),
    confidences=st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3),
    alternative=st.integers(0, 999),
)
def test_a_confident_reading_is_never_overwritten_and_probabilities_stay_probabilities(
    values: list[int], confidences: list[float], alternative: int
) -> None:
    fields = [
        reading(name, str(v), c, (str(alternative), (1 - c) / 2))
        for name, v, c in zip(("a", "b", "total"), values, confidences, strict=True)
    ]
    after, _ = apply_rules([SUM], fields, 0.99)
    for before, now in zip(fields, after, strict=True):
        assert 0 <= now.confidence <= 1
        assert now.confidence + sum(a.probability for a in now.alternatives) <= 1 + 1e-6
        if before.confidence >= 0.99:
            assert now.value == before.value
            assert now.confidence == before.confidence


@pytest.mark.parametrize(
    ("text", "values", "holds"),
    [
        ("t = a - b", (5, 7, 2), True),
        ("a - b = t", (5, 7, 2), True),
        ("t == 2 * (a + b)", (18, 7, 2), True),
        ("t <= a", (7, 7, 0), True),
        ("t < a", (7, 7, 0), False),
        ("t >= a + b", (8, 7, 2), False),
        ("t = a * 0.5", (Decimal("3.5"), 7, 0), True),
    ],
)
def test_rules_are_arithmetic(text: str, values: tuple[int, int, int], holds: bool) -> None:
    numbers = dict(zip(("t", "a", "b"), map(Decimal, values), strict=True))
    assert parse_rule(text).holds(numbers) is holds


@pytest.mark.parametrize(
    "text", ["a + b", "a = b = c", "a = b / c", "a = __import__('os')", "a = b[0]", "1 = 1", 7, ""]
)
def test_what_is_no_rule_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="rule"):
        parse_rule(text)


POINTLESS = Doubt(DoubtKind.POINT, "no point", most=0.9, provable=True)
LIFTED_NEVER = Doubt(DoubtKind.STRUCK, "a stroke", most=0.5)


def amounts(*values: str, pointless: tuple[int, ...] = (), doubt: Doubt = POINTLESS) -> list[Reading]:
    names = ("a", "b", "total")
    read = [replace(reading(name, value, 0.998), kind=Kind.AMOUNT) for name, value in zip(names, values, strict=True)]
    return [
        replace(one, confidence=doubt.most, doubts=(doubt,), status=FieldStatus.REVIEW) if i in pointless else one
        for i, one in enumerate(read)
    ]


def test_a_sum_says_nothing_of_points_that_all_of_its_numbers_may_have_lost() -> None:
    after, _ = apply_rules([SUM], amounts("1250.00", "300.00", "1550.00", pointless=(0, 1, 2)), 0.99)
    assert all(one.status is FieldStatus.REVIEW for one in after)


def test_a_sum_tells_the_scale_of_a_number_beside_ones_that_show_their_points() -> None:
    after, _ = apply_rules([SUM], amounts("1250.00", "3.05", "1253.05", pointless=(0,)), 0.99)
    assert all(one.status is FieldStatus.ACCEPTED for one in after)


def test_the_scale_goes_on_from_one_equation_to_the_next() -> None:
    paid = parse_rule("paid = total - advance")
    read = amounts("1250.00", "300.00", "1550.00", pointless=(0, 1, 2))
    read += [reading("paid", "1500.00", 0.998), reading("advance", "50.00", 0.998)]
    after, _ = apply_rules([SUM, paid], read, 0.99)
    assert all(one.status is FieldStatus.ACCEPTED for one in after)


def test_a_sum_that_holds_makes_no_struck_number_certain() -> None:
    after, _ = apply_rules([SUM], amounts("12.50", "3.00", "15.50", pointless=(0,), doubt=LIFTED_NEVER), 0.99)
    assert [one.status for one in after] == [FieldStatus.REVIEW, FieldStatus.ACCEPTED, FieldStatus.ACCEPTED]
    assert after[0].notes == ("a stroke",)


def register(*fees: str) -> list[Reading]:
    """The lines of a table with one column, some of them blank, each read without doubt."""
    return [
        reading(f"patients.{line}.fee", fee, 0.999)
        if fee
        else replace(reading(f"patients.{line}.fee", "", 0.999), written="", status=FieldStatus.BLANK)
        for line, fee in enumerate(fees, start=1)
    ]


FEES = tuple(f"patients.{line}.fee" for line in range(1, 5))


def of_table(text: str) -> Rule:
    return Rule(text, (("patients.fee", FEES),))


def test_a_column_is_added_up_without_its_blank_lines() -> None:
    fields = [reading("fees", "42", 0.9, ("47", 0.08)), *register("12", "", "30", "")]
    after, outcomes = apply_rules([of_table("fees = sum(patients.fee)")], fields, 0.99)
    assert [o.outcome for o in outcomes] == ["confirmed"]
    assert after[0].status is FieldStatus.ACCEPTED
    wrong = [reading("fees", "48", 0.999), *fields[1:]]
    after, outcomes = apply_rules([of_table("fees = sum(patients.fee)")], wrong, 0.99)
    assert [o.outcome for o in outcomes] == ["broken"]
    assert [r.status.value for r in after] == ["review", "review", "blank", "review", "blank"]


def test_the_filled_lines_are_counted_and_the_largest_is_found() -> None:
    fields = [reading("seen", "2", 0.999), reading("most", "30", 0.999), *register("12", "", "30", "")]
    rules = [
        of_table("count(patients) = seen"),
        of_table("most = max(patients.fee)"),
        of_table("min(patients.fee) > 12"),
    ]
    _, outcomes = apply_rules(rules, fields, 0.99)
    assert [o.outcome for o in outcomes] == ["confirmed", "confirmed", "broken"]


def test_a_count_or_a_largest_number_proves_nothing_of_the_others() -> None:
    fields = [reading("seen", "2", 0.999), reading("most", "30", 0.999), *register("12", "", "30", "")]
    fields[2] = reading("patients.1.fee", "12", 0.9, ("17", 0.08))
    after, outcomes = apply_rules(
        [of_table("count(patients) = seen"), of_table("most = max(patients.fee)")], fields, 0.99
    )
    assert [o.outcome for o in outcomes] == ["confirmed", "confirmed"]
    assert after[2].status is FieldStatus.REVIEW
    assert after[2].confidence < 0.93


def test_a_long_column_with_many_doubts_is_not_certain_because_few_combinations_were_tried() -> None:
    names = tuple(f"t.{line}.a" for line in range(1, 31))
    fields = [reading(name, "5", 0.6, ("7", 0.39)) for name in names]
    limit = Rule("sum(t.a) <= limit", (("t.a", names),))
    after, _ = apply_rules([limit], [reading("limit", "900", 0.999), *fields], 0.99)
    assert all(r.status is FieldStatus.REVIEW and r.confidence < 0.7 for r in after[1:])


COVERED = Doubt(DoubtKind.COVERED, "part of it is not seen", most=0.5, provable=True)


@pytest.mark.parametrize(
    ("a", "b", "total", "covered", "accepted"),
    [
        (81, 20, 101, ("total",), True),
        (81, 0, 81, ("a", "total"), False),  # 879 and 879, a finger over the last digits
        (0, 0, 0, ("total",), False),
    ],
)
def test_a_sum_proves_what_is_covered_only_where_it_would_not_hold_otherwise(
    a: int, b: int, total: int, covered: tuple[str, ...], accepted: bool
) -> None:
    fields = [reading(name, str(value), 0.999) for name, value in (("a", a), ("b", b), ("total", total))]
    spoilt = [replace(one, confidence=0.5, status=FieldStatus.REVIEW, doubts=(COVERED,)) for one in fields]
    given_ = [one if one.field not in covered else other for one, other in zip(fields, spoilt, strict=True)]
    after, outcomes = apply_rules([SUM], given_, 0.99)
    assert [o.outcome for o in outcomes] == ["confirmed"]
    assert {r.status for r in after if r.field in covered} == {FieldStatus.ACCEPTED if accepted else FieldStatus.REVIEW}


def test_a_rule_with_if_need_hold_only_where_its_condition_does() -> None:
    rule = parse_rule("age >= 16 if married")
    for married, age, holds in ((1, 15, False), (1, 16, True), (0, 3, True)):
        assert rule.holds({"married": Decimal(married), "age": Decimal(age)}) is holds
    equation = parse_rule("paid = fee if count(a1..a3) > 1")
    assert equation.names == ("paid", "fee", "a1", "a2", "a3")
    assert not equation.is_equation
    values = {"paid": Decimal(2), "fee": Decimal(3), "a1": Decimal(1), "a2": Decimal(0), "a3": Decimal(0)}
    assert equation.holds(values)
    assert not equation.holds({**values, "a3": Decimal(1)})
    assert "married" not in rule.shown
    for bad in ("a = b if", "a if b", "if a = b", "a = b if c if d"):
        with pytest.raises(ValueError, match="rule"):
            parse_rule(bad)
