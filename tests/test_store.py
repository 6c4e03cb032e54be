"""The job store: what goes in comes out, in order, once, and trouble with the database is told in a sentence."""

from __future__ import annotations

import sqlite3
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_mock_engine

from extractor.errors import InputError, ServiceError
from extractor.options import ReadOptions
from extractor.values import (
    Alternative,
    Doubt,
    DoubtKind,
    FieldStatus,
    Kind,
    PageResult,
    PageStatus,
    Reading,
    RuleOutcome,
)
from workers.database.connection import DATABASE_WAIT_S
from workers.database.jobs import find_same
from workers.database.schema import metadata
from workers.database.store import Store, open_store
from workers.job import Counts, FileState, Job
from workers.lock import job_lock
from workers.work import Outcome

FIELDS = (("total", Kind.INTEGER), ("code", Kind.DIGITS))


def job_with(store: Store, files: list[str], pages: int = 1) -> Job:
    job = store.create("key", ReadOptions(), FIELDS)
    store.set_documents(job.id, [FileState(file, 1, 1) for file in files])
    store.set_page_counts(job.id, [(number, pages) for number, _ in store.uncounted(job.id)])
    return job


def read_page(file: str, page: int = 1, *, value: str = "57", status: FieldStatus = FieldStatus.ACCEPTED) -> PageResult:
    reading = Reading("total", Kind.INTEGER, value, value, 0.75, status, ((0, 0), (1, 0), (1, 1), (0, 1)))
    return PageResult(file, page, "form", PageStatus.READ, (reading,), fit=0.5)


def save_all(store: Store, job: Job) -> None:
    store.save(job.id, [Outcome(key.document, read_page(key.file, key.page)) for key in store.waiting(job.id)])


# Whatever a path, a form or a reason may hold: any letters, NUL, and what stands for bytes in names that are no UTF-8.
odd = st.characters(categories=["Cc", "Lu"]) | st.integers(0xDC80, 0xDCFF).map(chr)
texts = st.text(max_size=12) | st.text(odd, max_size=5)
chances = st.floats(0, 1)
numbers = st.floats(allow_nan=False, allow_infinity=False)
readings = st.builds(
    Reading,
    field=texts,
    kind=st.sampled_from(Kind),
    value=texts,
    written=texts,
    confidence=chances,
    status=st.sampled_from(FieldStatus),
    quad=st.lists(st.tuples(numbers, numbers), min_size=4, max_size=4).map(tuple),
    alternatives=st.lists(st.builds(Alternative, texts, chances), max_size=3).map(tuple),
    rules=st.lists(texts, max_size=2).map(tuple),
    doubts=st.lists(st.builds(Doubt, st.sampled_from(DoubtKind), texts), max_size=2).map(tuple),
)
results = st.builds(
    PageResult,
    file=texts,
    page=st.just(1),
    form=texts,
    status=st.sampled_from(PageStatus),
    readings=st.lists(readings, max_size=4).map(tuple),
    reason=texts,
    fit=chances,
    rules=st.lists(st.builds(RuleOutcome, texts, texts), max_size=2).map(tuple),
)


@given(st.lists(results, max_size=4, unique_by=lambda result: result.file))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_result_comes_back_as_it_went_in(store: Store, pages: list[PageResult]) -> None:
    job = job_with(store, [page.file for page in pages])
    store.save(
        job.id,
        [Outcome(key.document, page) for key, page in zip(store.waiting(job.id), pages, strict=True)],
    )
    assert list(store.results(job.id)) == pages
    store.forget(job.id)


def test_results_come_in_the_order_of_documents_however_they_were_saved(store: Store) -> None:
    job = job_with(store, ["b", "a", "c"], pages=700)
    keys = list(store.waiting(job.id))
    assert [(key.file, key.page) for key in keys] == [(file, page) for file in "bac" for page in range(1, 701)]
    outcomes = [Outcome(key.document, read_page(key.file, key.page, value=str(key.page))) for key in reversed(keys)]
    store.save(job.id, outcomes[:900])
    store.save(job.id, outcomes[900:])
    found = list(store.results(job.id))
    assert [(one.file, one.page) for one in found] == [(key.file, key.page) for key in keys]
    assert all(one.readings[0].value == str(one.page) for one in found)


def test_saving_twice_leaves_it_saved_once(store: Store) -> None:
    job = job_with(store, ["a", "b"])
    save_all(store, job)
    before = list(store.results(job.id)), store.counts(job.id)
    store.save(job.id, [Outcome(number, result) for number, result in enumerate(before[0], 1)])
    assert (list(store.results(job.id)), store.counts(job.id)) == before


def test_a_further_sheet_of_a_picture_is_a_page_that_nobody_counted(store: Store) -> None:
    job = job_with(store, ["a", "b"])
    outcomes = [Outcome(1, read_page("a")), Outcome(1, read_page("a", 2, value="9"), further=True)]
    for _ in range(2):
        store.save(job.id, [*outcomes, Outcome(2, read_page("b"))])
    assert [(one.file, one.page, one.readings[0].value) for one in store.results(job.id)] == [
        *(("a", 1, "57"), ("a", 2, "9"), ("b", 1, "57"))
    ]
    assert store.counts(job.id).pages == store.counts(job.id).done == 3


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    job = job_with(store, ["a", "b"])
    twice = read_page("b")
    with pytest.raises(ServiceError):
        # The second is for a page that the job does not have, which the database refuses.
        store.save(job.id, [Outcome(1, read_page("a")), Outcome(99, twice)])
    assert store.counts(job.id).done == 0
    assert not list(store.results(job.id))


def test_changed_documents_are_read_again_new_ones_join_and_lost_ones_go(store: Store) -> None:
    job = job_with(store, ["a", "b", "c"])
    save_all(store, job)
    store.set_documents(job.id, [FileState(*state) for state in [("A", 1, 1), ("a", 1, 1), ("c", 1, 2), ("d", 1, 1)]])
    assert [one.file for one in store.results(job.id)] == ["a"]
    new = list(store.uncounted(job.id))
    assert [file for _, file in new] == ["A", "c", "d"]
    store.set_page_counts(job.id, [(number, 1) for number, _ in new])
    assert [key.file for key in store.waiting(job.id)] == ["A", "c", "d"]
    save_all(store, job)
    assert [one.file for one in store.results(job.id)] == ["A", "a", "c", "d"]


def test_counts_are_told_by_page_and_field(store: Store) -> None:
    job = job_with(store, ["a", "b", "c", "d", "e"])
    keys = list(store.waiting(job.id))
    lost = PageResult("c", 1, "", PageStatus.FAILED, reason="The file is empty.")
    other = PageResult("d", 1, "", PageStatus.UNMATCHED, reason="No template fits.")
    pages = [read_page("a"), read_page("b", status=FieldStatus.REVIEW), lost, other]
    store.save(job.id, [Outcome(key.document, page) for key, page in zip(keys, pages, strict=False)])
    assert store.counts(job.id) == Counts(
        pages=5, done=4, read=2, failed=1, unmatched=1, fields=2, accepted=1, review=1
    )
    assert store.troubles(job.id, 20) == [lost, other]
    assert store.troubles(job.id, 1) == [lost]


def test_a_page_that_shows_more_than_was_read_is_counted_and_named(store: Store) -> None:
    job = job_with(store, ["a"])
    (key,) = store.waiting(job.id)
    page = replace(read_page("a"), reason="A second form is in this picture.")
    store.save(job.id, [Outcome(key.document, page)])
    counts = store.counts(job.id)
    assert (counts.read, counts.partly, counts.unread) == (1, 1, 1)
    assert [(one.file, one.reason) for one in store.troubles(job.id, 20)] == [("a", page.reason)]


def test_forgetting_a_job_leaves_the_others(store: Store) -> None:
    first, second = job_with(store, ["a"]), job_with(store, ["a"])
    save_all(store, first)
    save_all(store, second)
    store.forget(first.id)
    assert not list(store.results(first.id))
    assert store.counts(second.id).done == 1
    assert find_same(store, "key") == second


def test_a_job_is_found_with_its_columns_and_state(store: Store) -> None:
    job = store.create("k", ReadOptions.of(["a.yaml"]), FIELDS)
    assert find_same(store, "k") == job
    assert find_same(store, "other") is None
    store.finish(job.id)
    found = find_same(store, "k")
    assert found is not None
    assert (found.state, found.fields) == ("finished", FIELDS)
    assert found.finished is not None


def test_results_stream_in_little_memory(store: Store) -> None:
    job = job_with(store, ["a"], pages=6000)
    for start in range(1, 6001, 2000):
        store.save(job.id, [Outcome(1, read_page("a", page)) for page in range(start, start + 2000)])
    list(zip(range(600), store.results(job.id), strict=False))
    tracemalloc.start()
    count = sum(1 for _ in store.results(job.id))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 6000
    assert peak < 8_000_000


def test_another_process_sees_that_a_database_is_locked_and_waits_no_longer_than_five_seconds(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite"
    holder = sqlite3.connect(path)
    holder.execute("BEGIN EXCLUSIVE")
    assert DATABASE_WAIT_S < 5
    with pytest.raises(ServiceError, match="locked by another program"):
        open_store(f"sqlite:///{path}")
    holder.close()


def test_a_damaged_database_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "jobs.sqlite").write_bytes(b"this is no database, but a long enough file" * 100)
    with pytest.raises(ServiceError, match=r"damaged .*move it away"):
        open_store(f"sqlite:///{tmp_path / 'jobs.sqlite'}")


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'jobs.sqlite'}"
    open_store(url).close()
    with sqlite3.connect(tmp_path / "jobs.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ServiceError, match="another version"):
        open_store(url)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite:////no/such/folder/jobs.sqlite", "cannot be opened for writing"),
        ("nonsense", "is not the address of a database"),
        ("nodatabase://here/x", "is not the address of a database"),
    ],
)
def test_a_bad_address_is_one_sentence(url: str, sentence: str) -> None:
    with pytest.raises(ServiceError, match=sentence) as error:
        open_store(url)
    assert "\n" not in str(error.value)


def test_a_home_that_cannot_be_made_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("FORMDIGITS_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(ServiceError, match="set FORMDIGITS_HOME"):
        open_store()


def test_the_tables_are_also_postgresql() -> None:
    statements: list[str] = []
    engine = create_mock_engine(
        "postgresql+psycopg://", lambda sql, *_, **__: statements.append(str(sql.compile(dialect=engine.dialect)))
    )
    metadata.create_all(engine, checkfirst=False)
    assert sum("CREATE TABLE" in statement for statement in statements) == len(metadata.tables)


def test_one_process_at_a_time_holds_a_job(tmp_path: Path) -> None:
    with job_lock(tmp_path, "a" * 64):
        with pytest.raises(InputError, match="another process"), job_lock(tmp_path, "a" * 64):
            pass
        with job_lock(tmp_path, "b" * 64):
            pass
    with job_lock(tmp_path, "a" * 64):
        pass
    assert not list(tmp_path.iterdir())
