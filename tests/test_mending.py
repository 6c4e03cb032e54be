"""Any value can be mended and taken back, whatever became of it before, and nothing that was said is forgotten."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from extractor.errors import InputError
from extractor.export import write_table
from extractor.values import CheckKind, FieldStatus, PageStatus
from tests.reviewed_job import field, job_of_pages
from workers.database.jobs import find_job, list_jobs
from workers.database.lookup import list_pages
from workers.database.review.answers import Answer, TakenMeanwhileError, answer
from workers.database.review.corrections import corrections_of
from workers.database.review.field_claims import claim, progress, take
from workers.database.review.mending import field_now, mend, undo
from workers.database.review.plans import set_plan
from workers.database.review.report import report_of
from workers.database.review.show import items
from workers.database.store import Store, open_store
from workers.review.forms import Forms
from workers.review.typed import MisfitError
from workers.review.values import FieldKey, Progress, Seat, Stage

NONE = Forms({})
ACCEPTED = FieldStatus.ACCEPTED


def job_of(store: Store) -> str:
    """Fields 0 accepted, 1 doubtful, 2 blank, on one page."""
    readings = [field("a", "57", 0.999, ACCEPTED), field("b", "61", 0.5), field("c", "", 0.9, FieldStatus.BLANK)]
    return job_of_pages(store, [readings]).id


def key(job: str, position: int) -> FieldKey:
    return FieldKey(job, 1, 1, position)


def typed(value: str, seen: int) -> Answer:
    return Answer(CheckKind.TYPE, value, seen)


def values(store: Store, job: str) -> list[tuple[str, str]]:
    return [(one.value, one.status.value) for page in store.results(job) for one in page.readings]


def test_accepted_doubtful_and_blank_fields_are_mended_without_a_review(store: Store, tmp_path: Path) -> None:
    job = job_of(store)
    for position, value in enumerate(("58", "62", "9")):
        mend(store, NONE, key(job, position), "Ann", typed(value, 0))
    mend(store, NONE, key(job, 0), "Ben", Answer(CheckKind.VOID, "", 1))
    assert values(store, job) == [("", "void"), ("62", "accepted"), ("9", "accepted")]
    counts = store.counts(job)
    assert (counts.fields, counts.accepted, counts.review, counts.blank, counts.void) == (3, 2, 0, 0, 1)
    first = next(iter(store.results(job))).readings[0]
    assert [(one.by, one.was, one.value, one.status.value) for one in first.history] == [
        ("Ann", "57", "58", "accepted"),
        ("Ben", "58", "", "void"),
    ]
    [row] = list_pages(store, job, 10)
    assert row.result is not None
    assert row.result.readings[0] == first
    assert [one.value for one in corrections_of(store, NONE, job)] == ["", "62", "9"]
    found = find_job(store, job)
    assert found is not None
    for name in ("out.xlsx", "out.json"):
        write_table(tmp_path / name, store.results(job), fields=found.fields)
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["readings", "history", "summary"]
    rows = list(book["history"].iter_rows(values_only=True))
    assert rows[0][3:8] == ("field", "by", "at", "how", "from")
    assert [(row[3], row[4], row[6], row[7], row[9], row[10]) for row in rows[1:]] == [
        ("a", "Ann", "type", "57", "58", "accepted"),
        ("a", "Ben", "void", "58", None, "void"),
        ("b", "Ann", "type", "61", "62", "accepted"),
        ("c", "Ann", "type", None, "9", "accepted"),
    ]
    assert "57 → 58" in book["readings"].cell(2, 6).comment.text
    [told] = json.loads((tmp_path / "out.json").read_text())
    assert [one["by"] for one in told["readings"][0]["history"]] == ["Ann", "Ben"]


def test_undo_leads_back_step_by_step_to_what_was_read(store: Store) -> None:
    job = job_of(store)
    one = key(job, 0)
    mend(store, NONE, one, "Ann", typed("58", 0))
    mend(store, NONE, one, "Ben", typed("59", 1))
    undo(store, one, "Cem", 2)
    assert values(store, job)[0] == ("58", "accepted")
    undo(store, one, "Ann", 3)
    assert values(store, job)[0] == ("57", "accepted")
    with pytest.raises(InputError, match="Nobody has said"):
        undo(store, one, "Ann", 4)
    now = field_now(store, one, "Ann")
    assert (now.value, now.status, now.answers) == ("57", ACCEPTED, 4)
    assert [said.kind.value for said in now.history] == ["type", "type", "undo", "undo"]
    [reading, *_] = next(iter(store.results(job))).readings
    assert reading.checked is None
    assert len(reading.history) == 4
    mend(store, NONE, one, "Ann", typed("60", 4))
    assert values(store, job)[0] == ("60", "accepted")


def test_what_was_mended_meanwhile_is_not_written_over(store: Store) -> None:
    job = job_of(store)
    mend(store, NONE, key(job, 0), "Ann", typed("58", 0))
    for late in (
        lambda: mend(store, NONE, key(job, 0), "Ben", typed("59", 0)),
        lambda: undo(store, key(job, 0), "Ben", 0),
        lambda: mend(store, NONE, key(job, 1), "Ben", typed("59", 3)),
    ):
        with pytest.raises(TakenMeanwhileError):
            late()
    with pytest.raises(MisfitError):
        mend(store, NONE, key(job, 0), "Ann", typed("no number", 1))
    with pytest.raises(InputError):
        mend(store, NONE, FieldKey(job, 9, 9, 9), "Ann", typed("1", 0))
    assert values(store, job)[0] == ("58", "accepted")


def test_a_field_that_is_not_up_for_review_is_not_said_to_be_anothers(store: Store) -> None:
    job = job_of(store)
    set_plan(store, job, second=False, sample=0)
    with pytest.raises(InputError, match="not up for review") as refused:
        answer(store, NONE, key(job, 0), Seat("Ann", "window"), typed("58", 0))
    assert not isinstance(refused.value, TakenMeanwhileError)


def test_what_somebody_has_on_the_screen_can_be_mended_and_their_answer_is_late(store: Store) -> None:
    job = job_of(store)
    set_plan(store, job, second=False, sample=0)
    ann = Seat("Ann", "window")
    [item] = claim(store, job, ann, 5)
    mend(store, NONE, item.key, "Ben", typed("62", 0))
    with pytest.raises(TakenMeanwhileError, match="theirs is kept"):
        answer(store, NONE, item.key, ann, typed("63", 0))
    assert progress(store, job) == Progress(settled=1)
    undo(store, item.key, "Ben", 1)
    # It waits for whoever reviews, as before.
    assert progress(store, job) == Progress(first=1)
    assert [one.key for one in claim(store, job, ann, 5)] == [item.key]


def test_mending_before_the_review_begins_counts_in_it(store: Store) -> None:
    job = job_of(store)
    mend(store, NONE, key(job, 0), "Ann", typed("58", 0))
    mend(store, NONE, key(job, 1), "Ann", typed("62", 0))
    plan = set_plan(store, job, second=False, sample=1)
    # The accepted one that was mended is in no sample: it was not drawn.
    assert (plan.doubtful, plan.sampled) == (1, 0)
    assert progress(store, job) == Progress(settled=1)
    report = report_of(store, job)
    assert (report.mended, report.outcomes[CheckKind.TYPE], report.error) == (1, 1, None)
    undo(store, key(job, 1), "Ann", 1)
    assert progress(store, job) == Progress(first=1)


def test_two_who_are_to_agree_are_not_got_around(store: Store) -> None:
    job = job_of(store)
    set_plan(store, job, second=True, sample=0)
    one = key(job, 1)
    assert mend(store, NONE, one, "Ann", typed("62", 0)).stage is Stage.SECOND
    # Nobody sees it before they have read the field themselves.
    assert [len(field_now(store, one, name).history) for name in ("ann", "Ben")] == [1, 0]
    assert next(iter(store.results(job))).readings[1].history == ()
    with pytest.raises(InputError, match="another person's"):
        undo(store, one, "Ben", 1)
    assert undo(store, one, "Ann", 1).stage is Stage.FIRST
    mend(store, NONE, one, "Ann", typed("62", 2))
    assert mend(store, NONE, one, "Ben", typed("62", 3)).stage is Stage.SETTLED
    # What is settled may be mended by one.
    assert mend(store, NONE, one, "Cem", typed("63", 4)).stage is Stage.SETTLED
    assert values(store, job)[1] == ("63", "accepted")
    undo(store, one, "Cem", 5)
    assert values(store, job)[1] == ("62", "accepted")
    # So may one that was accepted and nobody was to look at.
    assert mend(store, NONE, key(job, 0), "Ann", typed("58", 0)).stage is Stage.SETTLED


def test_pictures_and_reviews_know_fields_that_are_not_in_the_queue(store: Store) -> None:
    job = job_of(store)
    [item] = items(store, [key(job, 0)], "Ann")
    assert (item.stage, item.answers, item.reading.value) == (Stage.SETTLED, 0, "57")
    mend(store, NONE, key(job, 0), "Ann", typed("58", 0))
    taken = take(store, key(job, 0), Seat("Ann", "window"))
    assert taken is not None
    assert [one.value for one in taken.said] == ["58"]


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(st.integers(0, 999).map(str), st.sampled_from(["undo", "blank", "void"])), max_size=12))
def test_any_row_of_changes_ends_as_a_stack_would(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> None:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('stack') / 'jobs.sqlite'}")
    job = job_of(store)
    stack = [("57", "accepted")]
    seen = 0
    for step in steps:
        if step == "undo" and len(stack) == 1:
            continue
        if step == "undo":
            stack.pop()
            undo(store, key(job, 0), "Ann", seen)
        else:
            kind = CheckKind(step) if step in ("blank", "void") else CheckKind.TYPE
            stack.append(("", step) if kind is not CheckKind.TYPE else (step, "accepted"))
            mend(store, NONE, key(job, 0), "Ann", Answer(kind, step, seen))
        seen += 1
        assert values(store, job)[0] == stack[-1]
        counts = store.counts(job)
        assert Counter(status for _, status in values(store, job)) == +Counter(
            accepted=counts.accepted, review=counts.review, blank=counts.blank, void=counts.void
        )
    assert len(field_now(store, key(job, 0), "Ann").history) == seen
    store.close()


def test_one_damaged_row_breaks_no_list(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'jobs.sqlite'}")
    jobs = [job_of(store) for _ in range(5)]
    with store.engine.begin() as connection:
        for job, change in zip(
            jobs,
            (
                "UPDATE jobs SET options = '{\"accept\": ' WHERE id = :job",
                'UPDATE jobs SET fields = \'[["a", "no such kind"]]\' WHERE id = :job',
                "UPDATE readings SET quad = 'not json' WHERE job = :job AND position = 1",
                "UPDATE pages SET rules = '{' WHERE job = :job",
            ),
            strict=False,
        ):
            connection.execute(text(change), {"job": job})
    assert {one.id for one in list_jobs(store, 10)} == set(jobs[2:])
    for job in jobs[2:4]:
        [row] = list_pages(store, job, 10)
        assert row.result is not None
        assert (row.result.status, "damaged" in row.result.reason) == (PageStatus.FAILED, True)
        assert [page.status for page in store.results(job)] == [PageStatus.FAILED]
    assert items(store, [key(jobs[2], 1)], "Ann") == []
    assert len(items(store, [key(jobs[2], 0)], "Ann")) == 1
    assert len(values(store, jobs[4])) == 3
    store.close()
