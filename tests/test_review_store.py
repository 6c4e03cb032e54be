"""The queue of fields that people review: its order, its hands, second keying, the sample, and what comes out."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import event, update

from extractor.errors import InputError
from extractor.export import open_sink
from extractor.options import ReadOptions
from extractor.values import CheckKind, FieldStatus, Kind, Reading
from tests.reviewed_job import field, job_of_pages
from workers.database.review.answers import Answer, Settled, TakenMeanwhileError, answer, history
from workers.database.review.corrections import corrections_of, line
from workers.database.review.field_claims import claim, progress, release, renew, skip, take
from workers.database.review.plans import begin_plan, fill, plan_of, set_plan, unfilled
from workers.database.review.report import report_of
from workers.database.review.show import spoken
from workers.database.schema import reviews
from workers.database.store import Store, open_store
from workers.local import begin
from workers.review.forms import Forms
from workers.review.values import FieldKey, Item, Progress, Seat, Stage
from workers.work import Outcome

ANN, BEN, CEM = Seat("Ann", "w1"), Seat("Ben", "w2"), Seat("Cem", "w3")
NONE = Forms({})


def doubtful(count: int) -> list[list[Reading]]:
    """A page for each field, the least certain last."""
    return [[field("total", str(100 + n), 0.9 - n / 1000)] for n in range(count)]


def say(store: Store, item: Item, seat: Seat, kind: CheckKind, text: str = "", *, force: bool = False) -> Settled:
    return answer(store, NONE, item.key, seat, Answer(kind, text, item.answers, force))


def one(store: Store, job: str, seat: Seat) -> Item:
    [item] = claim(store, job, seat, 1)
    return item


def time_passes(store: Store) -> None:
    """All leases run out."""
    with store.engine.begin() as connection:
        connection.execute(update(reviews).values(lease=1.0))


def values(store: Store, job: str) -> list[tuple[str, str]]:
    return [(one.value, one.status.value) for page in store.results(job) for one in page.readings]


def test_the_least_certain_come_first_and_nobody_gets_what_another_has(store: Store) -> None:
    job = job_of_pages(store, doubtful(9)).id
    assert claim(store, job, ANN, 5) == []
    set_plan(store, job, second=False, sample=0)
    mine, yours = claim(store, job, ANN, 3), claim(store, job, BEN, 9)
    assert [item.reading.value for item in mine + yours] == [str(100 + n) for n in range(8, -1, -1)]
    assert claim(store, job, Seat("Ann", "another window"), 1) == []
    assert progress(store, job) == Progress(first=9)


def test_many_who_ask_at_once_get_different_fields(store: Store) -> None:
    job = job_of_pages(store, doubtful(60)).id
    set_plan(store, job, second=False, sample=0)
    found: list[FieldKey] = []

    def work(seat: Seat) -> None:
        for _ in range(10):
            found.extend(item.key for item in claim(store, job, seat, 1))

    threads = [threading.Thread(target=work, args=[Seat(f"p{n}", f"w{n}")]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(set(found)) == 60


def test_what_is_left_lying_goes_to_another_and_what_is_renewed_does_not(store: Store) -> None:
    job = job_of_pages(store, doubtful(2)).id
    set_plan(store, job, second=False, sample=0)
    left, kept = claim(store, job, ANN, 2)
    time_passes(store)
    renew(store, ANN, [kept.key])
    assert [item.key for item in claim(store, job, BEN, 2)] == [left.key]
    renew(store, ANN, [left.key])
    with pytest.raises(TakenMeanwhileError):
        say(store, left, ANN, CheckKind.ACCEPT)
    release(store, BEN)
    assert say(store, left, ANN, CheckKind.ACCEPT).stage is Stage.SETTLED


def test_an_answer_to_what_was_answered_meanwhile_is_refused(store: Store) -> None:
    job = job_of_pages(store, doubtful(1)).id
    set_plan(store, job, second=False, sample=0)
    mine = one(store, job, ANN)
    time_passes(store)
    yours = one(store, job, BEN)
    say(store, yours, BEN, CheckKind.TYPE, "7")
    with pytest.raises(TakenMeanwhileError, match="theirs is kept"):
        say(store, mine, ANN, CheckKind.TYPE, "8")
    assert values(store, job) == [("7", "accepted")]


def test_skipped_fields_come_behind_the_others(store: Store) -> None:
    job = job_of_pages(store, doubtful(3)).id
    set_plan(store, job, second=False, sample=0)
    seen = []
    for _ in range(4):
        item = one(store, job, ANN)
        seen.append(item.reading.value)
        skip(store, item.key, ANN)
    assert seen == ["102", "101", "100", "102"]


def test_what_people_say_takes_the_fields_place_everywhere(store: Store, tmp_path: Path) -> None:
    readings = [field("a", "1", 0.1), field("b", "2", 0.2), field("c", "3", 0.3), field("d", "4", 0.4)]
    job = job_of_pages(store, [[*readings, field("e", "5", 0.999, FieldStatus.ACCEPTED)]])
    set_plan(store, job.id, second=False, sample=0)
    a, b, c, d = claim(store, job.id, ANN, 4)
    say(store, a, ANN, CheckKind.ACCEPT)
    say(store, b, ANN, CheckKind.TYPE, "22")
    say(store, c, ANN, CheckKind.BLANK)
    say(store, d, ANN, CheckKind.VOID)
    assert values(store, job.id) == [
        *(("1", "accepted"), ("22", "accepted"), ("", "blank"), ("", "void"), ("5", "accepted"))
    ]
    counts = store.counts(job.id)
    assert (counts.fields, counts.accepted, counts.review, counts.blank, counts.void) == (5, 3, 0, 1, 1)
    for name in ("out.csv", "out.json", "out.jsonl", "out.xlsx"):
        with open_sink(tmp_path / name, fields=job.fields) as sink:
            for result in store.results(job.id):
                sink.write(result)
    assert (tmp_path / "out.csv").read_text().splitlines()[1] == "/scans/0000.png,1,,read,,1,22,,,5"
    [page] = json.loads((tmp_path / "out.json").read_text())
    assert json.loads((tmp_path / "out.jsonl").read_text()) == page
    checked = page["readings"][1]["checked"]
    assert checked.pop("at").endswith("Z")
    assert checked == {"kind": "type", "by": ["Ann"], "was": "2", "was_status": "review"}
    assert page["readings"][4]["checked"] is None


def test_an_answer_can_be_changed_and_every_change_is_kept(store: Store) -> None:
    job = job_of_pages(store, doubtful(1)).id
    set_plan(store, job, second=False, sample=0)
    say(store, one(store, job, ANN), ANN, CheckKind.TYPE, "7")
    again = take(store, history(store, job, "Ann", 5)[0][0], BEN)
    assert again
    assert [said.value for said in again.said] == ["7"]
    say(store, again, BEN, CheckKind.VOID)
    with store.engine.connect() as connection:
        kept = spoken(connection, [again.key])[again.key]
    assert [(said.by, said.was_value, said.was_status, said.value, said.status) for said in kept] == [
        ("Ann", "100", "review", "7", "accepted"),
        ("Ben", "7", "accepted", "", "void"),
    ]
    assert all(said.at > 1e9 for said in kept)
    assert values(store, job) == [("", "void")]


def test_with_second_keying_two_who_agree_settle_a_field(store: Store) -> None:
    job = job_of_pages(store, doubtful(2)).id
    set_plan(store, job, second=True, sample=0)
    for item in claim(store, job, ANN, 2):
        assert say(store, item, ANN, CheckKind.TYPE, "7").stage is Stage.SECOND
    assert claim(store, job, ANN, 2) == []
    assert values(store, job) == [("100", "review"), ("101", "review")]
    first, second = claim(store, job, BEN, 2)
    # With eyes of his own: what the first person said stays hidden.
    assert first.said == second.said == ()
    assert say(store, first, BEN, CheckKind.TYPE, "7").stage is Stage.SETTLED
    assert say(store, second, BEN, CheckKind.TYPE, "8").stage is Stage.THIRD
    assert claim(store, job, ANN, 1) == claim(store, job, BEN, 1) == []
    third = one(store, job, CEM)
    assert [(said.by, said.value) for said in third.said] == [("Ann", "7"), ("Ben", "8")]
    assert say(store, third, CEM, CheckKind.TYPE, "9").stage is Stage.SETTLED
    assert values(store, job) == [("9", "accepted"), ("7", "accepted")]
    [disputed, agreed] = corrections_of(store, NONE, job)
    assert (disputed.by, agreed.by) == (("Cem",), ("Ann", "Ben"))


def test_of_two_who_differ_either_may_come_to_agree(store: Store) -> None:
    job = job_of_pages(store, doubtful(1)).id
    set_plan(store, job, second=True, sample=0)
    say(store, one(store, job, ANN), ANN, CheckKind.ACCEPT)
    item = one(store, job, BEN)
    say(store, item, BEN, CheckKind.TYPE, "7")
    again = take(store, item.key, BEN)
    assert again
    assert say(store, again, BEN, CheckKind.ACCEPT).stage is Stage.SETTLED
    assert values(store, job) == [("100", "accepted")]


def test_the_sample_is_drawn_by_lot_mixed_in_and_measures_the_error(store: Store) -> None:
    accepted = [[field("a", str(n), 0.995, FieldStatus.ACCEPTED) for n in range(20)] for _ in range(50)]
    job = job_of_pages(store, [*accepted, *doubtful(50)]).id
    plan = set_plan(store, job, second=False, sample=0.1)
    assert plan.doubtful == 50
    assert 60 < plan.sampled < 150
    assert report_of(store, job).error is None
    seen = []
    while items := claim(store, job, ANN, 20):
        for item in items:
            seen.append(item.sample)
            wrong = item.sample and sum(seen) % 25 == 0
            say(store, item, ANN, *((CheckKind.TYPE, "999") if wrong else (CheckKind.ACCEPT, "")))
    assert len(seen) == 50 + plan.sampled
    # Strewn in: neither all first nor all last.
    assert 0.2 < sum(seen[:60]) / 60 < 0.95
    error = report_of(store, job).error
    assert error
    assert (error.errors, error.checked) == (plan.sampled // 25, plan.sampled)
    assert 0 < error.low < error.share < error.high < 0.2
    bigger = set_plan(store, job, second=False, sample=0.5)
    assert 400 < bigger.sampled < 600
    with pytest.raises(InputError, match="larger, not smaller"):
        set_plan(store, job, second=False, sample=0.1)


def test_fields_that_are_read_later_join_the_queue(store: Store) -> None:
    job = job_of_pages(store, doubtful(2)).id
    set_plan(store, job, second=False, sample=0)
    [first, _] = store.results(job)
    store.set_page_counts(job, [(2, 2)])
    assert len(claim(store, job, ANN, 9)) == 1
    for key in list(store.waiting(job)):
        store.save(job, [Outcome(key.document, first)])
    assert len(claim(store, job, BEN, 9)) == 1
    assert not fill(store, job, 10)


def test_a_review_of_many_pages_begins_with_some_and_is_filled_slice_by_slice(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.database.review.plans.PAGES_AT_ONCE", 3)
    accepted = [[field("a", str(n), 0.99, FieldStatus.ACCEPTED) for n in range(10)] for _ in range(8)]
    job = job_of_pages(store, [*accepted, *doubtful(4)]).id
    assert begin_plan(store, job, second=False, sample=0.0).doubtful == 0
    assert unfilled(store) == [job]
    # Whoever asks before the end gets what is there by then, and no less than there is.
    assert len(claim(store, job, ANN, 4)) == 4
    assert unfilled(store) == []
    # A sample that is made larger is drawn in slices too, and fresh pages have all of it at once.
    assert begin_plan(store, job, second=False, sample=1.0).sampled == 30
    assert unfilled(store) == [job]
    while fill(store, job, 3):
        pass
    plan = plan_of(store, job)
    assert plan is not None
    assert (plan.doubtful, plan.sampled) == (4, 80)
    assert unfilled(store) == []


def test_a_page_saved_twice_keeps_what_people_said(store: Store) -> None:
    job = job_of_pages(store, doubtful(1)).id
    [machine] = store.results(job)
    set_plan(store, job, second=False, sample=0)
    say(store, one(store, job, ANN), ANN, CheckKind.TYPE, "7")
    store.save(job, [Outcome(1, machine)])
    assert values(store, job) == [("7", "accepted")]
    assert (store.counts(job).accepted, store.counts(job).review) == (1, 0)


def test_a_finished_run_that_was_reviewed_is_kept_beside_the_next(store: Store) -> None:
    job = job_of_pages(store, doubtful(1)).id
    set_plan(store, job, second=False, sample=0)
    say(store, one(store, job, ANN), ANN, CheckKind.TYPE, "7")
    assert begin(store, "key", ReadOptions(), (("total", Kind.INTEGER),), []).id != job
    assert values(store, job) == [("7", "accepted")]
    store.forget(job)
    assert values(store, job) == []


def test_corrections_come_out_as_json_lines(store: Store) -> None:
    job = job_of_pages(store, [[field("a", "1", 0.1)], [field("b", "2", 0.2)], [field("c", "3", 0.3)]], "form").id
    set_plan(store, job, second=False, sample=0)
    first, second = claim(store, job, ANN, 2)
    say(store, second, ANN, CheckKind.TYPE, "5")
    say(store, first, ANN, CheckKind.ACCEPT)
    one, two = [json.loads(line(one)) for one in corrections_of(store, NONE, job)]
    assert (one["field"], one["was"], one["value"], one["kind"]) == ("a", "1", "1", "accept")
    assert two.pop("at").endswith("Z")
    assert two == {
        **{"file": "/scans/0001.png", "page": 1, "dpi": 200, "form": "form", "field": "b", "cells": None},
        **{"quad": [[10.0, 20.0], [110.0, 20.0], [110.0, 60.0], [10.0, 60.0]], "was": "2", "written": "2"},
        **{"value": "5", "status": "accepted", "kind": "type", "sample": False, "by": ["Ann"]},
    }


def test_more_corrections_than_fit_a_slice_come_once_each_in_order(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.database.review.corrections.CORRECTIONS_AT_ONCE", 4)
    job = job_of_pages(store, [[field("a", str(n), 0.5), field("b", str(n), 0.5)] for n in range(5)]).id
    set_plan(store, job, second=False, sample=0)
    for item in claim(store, job, ANN, 20):
        say(store, item, ANN, CheckKind.ACCEPT)
    assert [(one.file[-5:-4], one.field) for one in corrections_of(store, NONE, job)] == [
        (str(n), name) for n in range(5) for name in "ab"
    ]


def test_the_report_counts(store: Store) -> None:
    accepted = [field("a", "1", 0.9995, FieldStatus.ACCEPTED), field("b", "", 0.97, FieldStatus.BLANK)]
    job = job_of_pages(store, [[*accepted, field("c", "3", 0.42), field("c", "4", 0.43)]]).id
    set_plan(store, job, second=False, sample=1)
    items = claim(store, job, ANN, 9)
    for item in items:
        say(store, item, ANN, CheckKind.BLANK if item.reading.value == "3" else CheckKind.ACCEPT)
    report = report_of(store, job)
    assert (report.straight, report.review, report.straight_share) == (2, 2, 0.5)
    assert report.outcomes == {CheckKind.ACCEPT: 1, CheckKind.TYPE: 0, CheckKind.BLANK: 1, CheckKind.VOID: 0}
    assert [(bar.low, bar.without, bar.review) for bar in report.histogram if bar.without or bar.review] == [
        (0.4, 0, 2),
        (0.95, 1, 0),
        (0.999, 1, 0),
    ]
    assert [tuple(one) for one in report.troubles] == [("c", 2, 2, 2, 1)]
    assert [(one.name, one.answers, one.changed) for one in report.reviewers] == [("Ann", 3, 1)]
    assert report.error
    assert (report.error.errors, report.error.checked) == (0, 1)


def test_a_job_or_field_that_is_not_there_is_one_sentence(store: Store) -> None:
    job = job_of_pages(store, doubtful(1)).id
    with pytest.raises(InputError, match="There is no job"):
        plan_of(store, "nothing")
    set_plan(store, job, second=False, sample=0)
    assert take(store, FieldKey(job, 7, 7, 7), ANN) is None
    with pytest.raises(InputError, match="no field 7-7-7"):
        answer(store, NONE, FieldKey(job, 7, 7, 7), ANN, Answer(CheckKind.ACCEPT, "", 0))
    for text in ("1-2", "1-2-x", "1-2-3-4", "-1-2-3", "١-2-3", "9" * 50, "1-1-0; DROP TABLE reviews", "\ud800"):
        with pytest.raises(InputError, match="no field of a job"):
            FieldKey.parse(job, text)
    assert FieldKey.parse(job, "1-2-3") == FieldKey(job, 1, 2, 3)


def test_the_next_field_is_found_without_looking_through_those_that_wait(tmp_path: Path) -> None:
    """What the queue reads grows with what is asked for, not with what waits: SQLite counts its steps."""
    steps = {}
    for waiting in (200, 4000):
        store = open_store(f"sqlite:///{tmp_path / f'{waiting}.sqlite'}")
        pages = [[field("a", "1", n / waiting) for _ in range(20)] for n in range(waiting // 20)]
        job = job_of_pages(store, pages).id
        set_plan(store, job, second=True, sample=0)
        # Half of them answered by Ann: these are no hindrance for her.
        with store.engine.begin() as connection:
            half = update(reviews).where(reviews.c.document <= waiting // 40)
            connection.execute(half.values(stage=Stage.SECOND, keyed_by="Ann", answers=1))
        count = [0]

        def counting(raw: sqlite3.Connection, *_: object, count: list[int] = count) -> None:
            raw.set_progress_handler(lambda: count.__setitem__(0, count[0] + 1), 10)

        event.listen(store.engine, "checkout", counting)
        for seat in (ANN, BEN):
            item = one(store, job, seat)
            say(store, item, seat, CheckKind.ACCEPT)
        steps[waiting] = count[0]
        store.close()
    assert steps[4000] < 1.5 * steps[200], steps
