"""Which fields a reviewer asks for, what is hidden from them, and what is counted of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import update

from extractor.errors import InputError
from extractor.template.rule import parse_rule
from extractor.values import CheckKind, FieldStatus
from formdigits.web.schemas.review_schema import FieldAnswer, SumAnswer
from tests.reviewed_job import field, job_of_pages
from workers.database.review.answers import Answer, answer
from workers.database.review.field_claims import claim, release, take
from workers.database.review.plans import plan_of, set_plan
from workers.database.review.report import LONGEST_PAUSE_S, report_of
from workers.database.schema import corrections
from workers.database.store import Store
from workers.review.forms import Forms
from workers.review.values import Plan, Seat, Stage, Wanted

ANN, BEN, CEM = Seat("Ann", "w1"), Seat("Ben", "w2"), Seat("Cem", "w3")
NONE = Forms({})
RULE = 'total = a + b * "1"'


def test_only_the_fields_that_are_wanted_are_handed_out(store: Store) -> None:
    broken = replace(field("total", "9", 0.3), rules=(RULE,))
    job = job_of_pages(
        store, [[field("a", "1", 0.2), field("b", "2", 0.95), broken], [field("a", "3", 0.6)]], form="tally"
    ).id
    set_plan(store, job, second=False, sample=0)

    def got(wanted: Wanted) -> list[str]:
        found = [item.reading.value for item in claim(store, job, ANN, 9, wanted)]
        release(store, ANN)
        return found

    assert got(Wanted()) == ["1", "9", "3", "2"]
    assert got(Wanted(field="a")) == ["1", "3"]
    assert got(Wanted(field="a", least=0.5)) == ["3"]
    assert got(Wanted(most=0.5)) == ["1", "9"]
    assert got(Wanted(rule=RULE)) == ["9"]
    assert got(Wanted(rule="%")) == got(Wanted(rule="total")) == []
    assert got(Wanted(form="tally", field="b")) == ["2"]
    assert got(Wanted(form="other")) == []


def test_two_who_read_blind_get_nothing_of_what_the_machine_read(store: Store) -> None:
    doubtful = replace(field("total", "5757", 0.5), rules=("total = a",))
    job = job_of_pages(store, [[doubtful, field("a", "5758", 0.9, FieldStatus.ACCEPTED)]]).id
    assert set_plan(store, job, second=True, sample=0, blind=True).blind

    def shown(seat: Seat) -> FieldAnswer:
        [item] = claim(store, job, seat, 1)
        plan = plan_of(store, job)
        assert plan is not None
        return FieldAnswer.of(item, NONE, item.file, hidden=plan.hides(item.stage))

    first = shown(ANN)
    assert first.hidden
    assert "575" not in first.model_dump_json()
    [item] = claim(store, job, ANN, 1) or [None]
    assert item is None
    key_text = first.id
    release(store, ANN)
    [item] = claim(store, job, ANN, 1)
    assert str(item.key) == key_text
    with pytest.raises(InputError, match="without seeing"):
        answer(store, NONE, item.key, ANN, Answer(CheckKind.ACCEPT, "", 0))
    assert answer(store, NONE, item.key, ANN, Answer(CheckKind.TYPE, "5757", 0)).stage is Stage.SECOND
    # Nor do they learn from their own answer that the machine read the same.
    own = take(store, item.key, ANN)
    assert own is not None
    [said] = FieldAnswer.of(own, NONE, own.file, hidden=True).said
    assert (said.value, said.kind, said.was) == ("5757", CheckKind.TYPE, "")
    release(store, ANN)
    assert "575" not in shown(BEN).model_dump_json()
    assert answer(store, NONE, item.key, BEN, Answer(CheckKind.TYPE, "5751", 1)).stage is Stage.THIRD
    # Who decides between the two sees all of it.
    third = shown(CEM)
    assert (third.hidden, third.value, len(third.said)) == (False, "5757", 2)


def test_blind_reading_is_for_two_alone() -> None:
    assert Plan(second=True, sample=0, blind=True).hides(Stage.FIRST)
    assert not Plan(second=False, sample=0, blind=True).hides(Stage.FIRST)
    assert not Plan(second=True, sample=0, blind=True).hides(Stage.SETTLED)


def test_a_broken_rule_tells_its_sums_and_the_difference() -> None:
    rule = "total = a + b - 2 * c"
    told = SumAnswer.of(rule, (), {"total": "100", "a": "60", "b": "50.5", "c": "1", "other": "x"}, {})
    assert (told.left, told.right, told.difference) == ("100", "108.5", "8.5")
    for missing in ({"total": "1"}, {"total": "1", "a": "", "b": "2", "c": "3"}, {"total": "12:30", "a": "1"}):
        assert SumAnswer.of(rule, (), missing, {}).difference == ""
    assert SumAnswer.of("not a rule", (), {}, {}).difference == ""
    listed = replace(parse_rule("total = sum(votes)"), lists=(("votes", ("v1", "v2")),))
    assert SumAnswer.of(listed.text, (listed,), {"total": "9", "v1": "4", "v2": "6"}, {}).difference == "1"
    assert parse_rule("a <= b").sides({"a": Decimal(3), "b": Decimal(2)}) == (3, 2)


def test_the_report_tells_agreement_and_time_of_each_person(store: Store) -> None:
    job = job_of_pages(store, [[field("total", str(100 + n), 0.5)] for n in range(4)]).id
    set_plan(store, job, second=True, sample=0)
    for seat, texts in ((ANN, "1234"), (BEN, "1239")):
        for text, item in zip(texts, sorted(claim(store, job, seat, 9), key=lambda one: one.key), strict=True):
            answer(store, NONE, item.key, seat, Answer(CheckKind.TYPE, text, item.answers))
    [item] = claim(store, job, CEM, 9)
    answer(store, NONE, item.key, CEM, Answer(CheckKind.TYPE, "9", item.answers))
    with store.engine.begin() as connection:
        for number, at in enumerate((0, 4, 10, 11 + LONGEST_PAUSE_S), 1):
            connection.execute(update(corrections).where(corrections.c.id == number).values(at=1_700_000_000 + at))
    ann, ben, cem = sorted(report_of(store, job).reviewers, key=lambda one: one.name)
    assert (ann.agreed, ann.compared, ann.answers) == (3, 4, 4)
    assert (ben.agreed, ben.compared) == (4, 4)
    assert (cem.agreed, cem.compared, cem.seconds) == (1, 1, None)
    # The pause is none of it.
    assert ann.seconds == pytest.approx(5)
