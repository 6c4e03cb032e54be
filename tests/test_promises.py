"""Promises of jobs: which answers count, how often they are drawn, what is kept, and what stands against them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest
from sqlalchemy import select, update

from extractor.options import ReadOptions
from extractor.values import CheckKind, FieldStatus, Reading
from formdigits.actions.read import promised_as_begun
from formdigits.commands.shared_options import Share
from formdigits.reports.words import lines
from formdigits.web.routes.reviewing.job_report import curve
from tests.conftest import ROOT
from tests.reviewed_job import field, job_of_pages
from workers.database.review.answers import Answer
from workers.database.review.evidence import evidence_of, promise_for
from workers.database.review.mending import mend
from workers.database.review.plans import set_plan
from workers.database.review.promises import in_a_sentence, standing_of
from workers.database.review.report import report_of
from workers.database.schema import reviews
from workers.database.store import Store, open_store
from workers.queue.recipe import form_keys, make_recipe
from workers.review.forms import Forms
from workers.review.promise import Promise, in_words
from workers.review.values import FieldKey

NONE = Forms({})
READS = "the same"
TEMPLATES = ROOT / "samples" / "templates"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    yield opened
    opened.close()


def readings(count: int, sure: Callable[[int], float], accept: float = 0.99) -> list[list[Reading]]:
    """One page with that many fields, as sure as `sure` says."""
    made = []
    for n in range(count):
        status = FieldStatus.ACCEPTED if sure(n) >= accept else FieldStatus.REVIEW
        made.append(replace(field(f"f{n}", str(100 + n), sure(n), status), doubts=()))
    return [made]


def answered(store: Store, job: str, *, wrong: Callable[[int], bool] = lambda _: False, most: int = 10_000) -> None:
    """Up to `most` of the fields that wait, in their order, are answered; those at these positions were wrong."""
    waiting = select(reviews).where(reviews.c.job == job, reviews.c.stage == 0).order_by(reviews.c.rank).limit(most)
    with store.engine.begin() as connection:
        for row in connection.execute(waiting).all():
            position = row.position
            of_page = (reviews.c.document == row.document, reviews.c.page == row.page)
            this = update(reviews).where(reviews.c.job == job, *of_page, reviews.c.position == position)
            kind = "type" if wrong(position) else "accept"
            connection.execute(this.values(stage=3, kind=kind, status="accepted", value="7", by=["Ann"], at=1.0))


def test_a_promise_rests_on_all_jobs_that_read_the_same_and_on_no_other(store: Store) -> None:
    def sure(n: int) -> float:
        return 0.995 + n / 1e5 if n % 4 else 0.9 + n / 1e5

    for reads in (READS, READS, "another"):
        job = job_of_pages(store, readings(200, sure), "form", reads=reads)
        set_plan(store, job.id, second=False, sample=1)
        answered(store, job.id)
    few = promise_for(store, {"form": READS}, 0.005, 0.99)
    assert (few.held, few.accept, few.answers, few.jobs) == (False, 0.99, 300, 2)
    assert few.more is not None
    assert few.more >= 298
    assert "cannot be promised" in in_words(few)
    held = promise_for(store, {"form": READS}, 0.02, 0.99)
    # The doubtful ones were all answered, and right: they are accepted as well.
    assert (held.held, held.accept, held.answers, held.others) == (True, 0.9, 300, 100)
    assert held.share == 1
    nothing = promise_for(store, {"form": "never seen"}, 0.02, 0.98)
    assert (nothing.held, nothing.accept, nothing.more) == (False, 0.98, 149)
    assert "begin a review with a sample" in in_words(nothing)
    # Of several forms the one that lacks most is named, and each is as certain as all are together.
    both = promise_for(store, {"form": READS, "other": "never seen"}, 0.02, 0.99)
    assert (both.held, both.form, both.more) == (False, "other", 183)
    assert "no random answers on the form other" in in_words(both)


def test_doubtful_fields_lower_the_threshold_only_as_far_as_all_are_answered(store: Store) -> None:
    job = job_of_pages(store, readings(300, lambda n: 0.999 if n < 200 else 0.955 if n < 250 else 0.6), reads=READS)
    set_plan(store, job.id, second=False, sample=1)
    answered(store, job.id, wrong=lambda position: position >= 250)
    with store.engine.begin() as connection:
        one_open = update(reviews).where(reviews.c.job == job.id, reviews.c.position == 240)
        connection.execute(one_open.values(stage=0, kind=None))
    assert promise_for(store, {"": READS}, 0.02, 0.99).accept == 0.999
    with store.engine.begin() as connection:
        connection.execute(one_open.values(stage=3, kind="accept"))
    assert promise_for(store, {"": READS}, 0.02, 0.99).accept == 0.95


def test_of_a_sample_those_count_that_come_before_the_first_that_nobody_has_seen(store: Store) -> None:
    job = job_of_pages(store, readings(100, lambda n: 0.999), reads=READS)
    set_plan(store, job.id, second=False, sample=1)
    answered(store, job.id, most=40)
    # Somebody picks what looks good out of the rest: that is no random sample.
    with store.engine.begin() as connection:
        picked = update(reviews).where(reviews.c.job == job.id, reviews.c.stage == 0, reviews.c.position % 2 == 0)
        connection.execute(picked.values(stage=3, kind="accept"))
    known = evidence_of(store, READS).answers
    assert 40 <= len(known.drawn) <= 50


def test_what_was_mended_before_the_sample_was_drawn_is_no_way_round_it(store: Store) -> None:
    job = job_of_pages(store, readings(100, lambda n: 0.999), reads=READS)
    for position in range(30):
        mend(store, NONE, FieldKey(job.id, 1, 1, position), "Ann", Answer(CheckKind.TYPE, "7", 0))
    set_plan(store, job.id, second=False, sample=1)
    answered(store, job.id)
    known = evidence_of(store, READS).answers
    assert (len(known.drawn), int(known.drawn_wrong.sum())) == (100, 30)


def test_a_job_keeps_its_promise_and_is_flagged_when_its_sample_breaks_it(store: Store) -> None:
    promise = Promise(0.01, held=True, accept=0.95, spread=(0.0, 0.0, 1.0, *[0.0] * 27))
    job = job_of_pages(store, readings(100, lambda n: 0.999), reads=READS, promise=promise)
    set_plan(store, job.id, second=False, sample=1)
    answered(store, job.id, most=90)
    standing = standing_of(store, job.id)
    assert standing is not None
    assert standing.promise == promise
    assert not standing.is_flagged
    assert in_a_sentence(standing) == ""
    answered(store, job.id, wrong=lambda _: True)
    standing = standing_of(store, job.id)
    assert standing is not None
    assert (standing.is_broken, standing.is_otherwise) == (True, False)
    assert "10 of 100 fields of its sample were wrong" in in_a_sentence(standing)
    # Without a promise that was held there is nothing to break.
    other = job_of_pages(store, readings(10, lambda n: 0.999), reads=READS, promise=replace(promise, held=False))
    assert standing_of(store, other.id) is not None
    assert standing_of(store, job_of_pages(store, readings(1, lambda n: 0.999)).id) is None


def test_pages_that_are_read_otherwise_are_noticed_before_anybody_has_answered(store: Store) -> None:
    spread = (0.0, 0.0, 0.8, 0.2, *[0.0] * 26)
    promise = Promise(0.01, held=True, accept=0.95, spread=spread)

    def alike(n: int) -> float:
        return 0.9991 if n % 5 else 0.9981

    one = job_of_pages(store, readings(600, alike) * 2, reads=READS, promise=promise)
    same = standing_of(store, one.id)
    other = job_of_pages(
        store, readings(600, alike) + readings(600, lambda n: 0.9991 if n % 2 else 0.92), reads=READS, promise=promise
    )
    changed = standing_of(store, other.id)
    assert same is not None
    assert changed is not None
    assert (same.is_flagged, changed.is_otherwise) == (False, True)
    assert "another scanner or form" in in_a_sentence(changed)


def test_the_report_says_what_could_be_promised_by_field_and_what_an_hour_would_buy(store: Store) -> None:
    job = job_of_pages(store, readings(200, lambda n: 0.999 if n else 0.5), "form", reads=READS)
    assert report_of(store, job.id).prospects is None
    set_plan(store, job.id, second=False, sample=1)
    answered(store, job.id, wrong=lambda position: position == 0)
    report = report_of(store, job.id)
    known = report.prospects
    assert known is not None
    assert (known.answers, known.wrong) == (199, 0)
    assert known.best is not None
    assert (known.best.error, known.best.share) == (0.015, 0.995)
    assert known.after_an_hour is not None
    assert known.after_an_hour.error < 0.005
    assert {one.field: one.wrong for one in known.fields}["f0"] == 0
    told = "\n".join(lines(report))
    assert "fewer than 1.5 % wrong: accepted from 99.9 % on: 99.5 % of the fields" in told
    assert "The next hour of review is about 900 answers" in told
    assert [point.error for _, _, point in curve(known)] == [0.015, 0.02, 0.03, 0.05, 0.1]


def test_the_columns_of_a_table_are_told_of_and_not_its_lines(store: Store) -> None:
    lines_read = [replace(field(f"patients.{n}.fee", "5", 0.999, FieldStatus.ACCEPTED), doubts=()) for n in (1, 2, 3)]
    job = job_of_pages(store, [lines_read, lines_read], reads=READS)
    set_plan(store, job.id, second=False, sample=1)
    answered(store, job.id, most=5)
    known = report_of(store, job.id).prospects
    assert known is not None
    assert [(one.field, one.read, one.checked) for one in known.fields] == [("patients.fee", 6, 5)]


def test_answers_count_for_a_template_that_was_moved_and_not_for_one_that_was_edited(tmp_path: Path) -> None:
    for name in ("here", "there"):
        shutil.copytree(TEMPLATES, tmp_path / name)
    here, there = (tmp_path / name / "tally.yaml" for name in ("here", "there"))
    moved = there.rename(there.with_name("other.yaml"))
    before, after = (form_keys(ReadOptions.of([path])) for path in (here, moved))
    assert before == after
    assert list(before) == ["polling-tally"]
    moved.write_text(moved.read_text(encoding="utf-8") + "\n# A remark changes nothing.\n", encoding="utf-8")
    assert form_keys(ReadOptions.of([moved])) == before
    assert make_recipe(ReadOptions.of([moved])).forms == before
    edited = moved.read_text(encoding="utf-8").replace("cells: 4", "cells: 5", 1)
    moved.write_text(edited, encoding="utf-8")
    assert form_keys(ReadOptions.of([moved])) != before
    assert form_keys(ReadOptions.of(single_field=True)) != form_keys(ReadOptions())


def test_an_interrupted_run_goes_on_with_the_threshold_that_it_began_with(store: Store) -> None:
    promise = Promise(0.01, held=True, accept=0.95)
    asked = ReadOptions.of(single_field=True, max_error=0.01)
    begun = store.create("its key", replace(asked, accept=0.95), (), forms={"": READS}, promise=promise)
    assert promised_as_begun(store, "its key", asked, {"": READS}, restart=False) == (begun.options, promise)
    anew, other = promised_as_begun(store, "its key", asked, {"": READS}, restart=True)
    assert (anew.accept, other is not None and other.held) == (0.99, False)
    assert promised_as_begun(store, "its key", ReadOptions(), {}, restart=False) == (ReadOptions(), None)


@pytest.mark.parametrize(("text", "share"), [("0.5%", 0.005), ("0.5 %", 0.005), ("0.005", 0.005)])
def test_a_share_is_given_as_people_write_it(text: str, share: float) -> None:
    assert Share().convert(text, None, None) == pytest.approx(share)


@pytest.mark.parametrize("text", ["5", "0", "100%", "-1%", "many", ""])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no share; give one such as"):
        Share().convert(text, None, None)
