"""Jobs of one queue share the workers: a small one is read at once, large ones by turns, people say which first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_queue_store import FIELDS, RECIPE, Readers, picture
from workers.database.jobs import find_job, find_same, never_entered, put_aside
from workers.database.queue import chunk_claims, ledger, turns
from workers.database.queue.planning import advance, stalled
from workers.database.store import Store, open_store
from workers.job import ENTERING, HIGH, LOW, NORMAL, FileState
from workers.queue.chunks import do_next


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    yield opened
    opened.close()


def put(store: Store, folder: Path, count: int, **more: int) -> str:
    folder.mkdir()
    states = [FileState(picture(folder / f"{n}.png", n % 256), 1, 1) for n in range(count)]
    return ledger.put_in(store, RECIPE, FIELDS, states, queue="q", key=folder.name, again=True, **more).id


def served(store: Store, turns_taken: int) -> list[str]:
    """The jobs whose chunks are done by as many messages as there are turns, or until nothing is left."""
    found = []
    for number in range(turns_taken):
        done = do_next(store, Readers(), "q", f"message-{number}-{len(found)}")
        if done is None:
            break
        found.append(done.job)
    return found


@pytest.fixture
def in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "FOR_THE_LARGE", -1.0)


@pytest.mark.usefixtures("in_order")
def test_two_large_jobs_take_turns_and_a_small_one_is_read_at_once(store: Store, tmp_path: Path) -> None:
    large = [put(store, tmp_path / name, 200) for name in "ab"]
    served(store, 8)
    assert Counter(served(store, 8)) == {large[0]: 4, large[1]: 4}
    small = put(store, tmp_path / "small", 3)
    assert set(served(store, 4)) == {small}
    assert [one.status.value for one in store.results(small)] == ["read"] * 3


@pytest.mark.usefixtures("in_order")
def test_priorities_come_before_sizes_and_may_change_on_the_way(store: Store, tmp_path: Path) -> None:
    low = put(store, tmp_path / "low", 2, priority=LOW)
    large = put(store, tmp_path / "large", 200)
    assert set(served(store, 3)) == {large}
    turns.set_priority(store, low, HIGH)
    assert set(served(store, 2)) == {low}


def test_jobs_of_one_machine_have_their_turns_too(store: Store) -> None:
    def aside(count: int, priority: int = NORMAL) -> str:
        states = [FileState(f"/scans/{n}.png", 1, 1) for n in range(count)]
        return put_aside(store, RECIPE, FIELDS, states, home="/home", priority=priority).id

    first, second = aside(100), aside(100)
    assert [one.job for one in turns.aside(store, "/home")] == [first, second]
    turns.begin_turn(store, first)
    low, small, high = aside(1, LOW), aside(3), aside(100, HIGH)
    assert [one.job for one in turns.aside(store, "/home")] == [high, small, second, first, low]
    assert turns.aside(store, "/elsewhere") == []


def test_a_large_job_is_not_kept_from_its_end_by_many_small_ones() -> None:
    large, small = turns.Turn("large", NORMAL, 1.0, 900), turns.Turn("small", NORMAL, 2.0, 1)
    assert [one.job for one in turns.order([large, small], by_size=True)] == ["small", "large"]
    assert [one.job for one in turns.order([small, large], by_size=False)] == ["large", "small"]


def test_a_message_that_comes_again_goes_on_with_what_its_process_has_left(store: Store, tmp_path: Path) -> None:
    job = put(store, tmp_path / "a", 1)
    put(store, tmp_path / "b", 1)
    assert chunk_claims.claim(store, job, 1, "mine")
    assert turns.due(store, "q", "mine") == (job, 1)
    other = turns.due(store, "q", "another")
    assert other is not None
    assert other[0] != job
    assert turns.due(store, "elsewhere", "mine too") is None


def test_a_job_of_many_documents_enters_slice_by_slice_and_is_planned_so(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "ROWS_AT_ONCE", 64)
    monkeypatch.setattr("workers.database.queue.planning.DOCUMENTS_TOLD_AT_ONCE", 50)
    monkeypatch.setattr("workers.database.queue.planning.PAGES_CUT_AT_ONCE", 32)
    job = put(store, tmp_path / "a", 140)
    while served(store, 50):
        for stuck in stalled(store):
            advance(store, stuck)
    files = [Path(one.file).name for one in store.results(job)]
    assert files == [f"{n}.png" for n in range(140)]
    found = find_job(store, job)
    assert found is not None
    assert found.state == "finished"


def test_a_job_whose_documents_were_not_all_written_down_is_no_job(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "ROWS_AT_ONCE", 2)
    written = ledger._add

    def dies(*given: object) -> None:
        written(*given)  # type: ignore[arg-type]
        if given[-1]:
            raise KeyboardInterrupt

    monkeypatch.setattr(ledger, "_add", dies)
    states = [FileState(f"/scans/{n}.png", 1, 1) for n in range(5)]
    with pytest.raises(KeyboardInterrupt):
        ledger.put_in(store, RECIPE, FIELDS, states, queue="q", key="k")
    assert find_same(store, "k") is None
    assert turns.due(store, "q", "m") is None
    assert stalled(store) == []
    [left] = never_entered(store, 1e12)
    found = find_job(store, left)
    assert found is not None
    assert found.state == ENTERING
