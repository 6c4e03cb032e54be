"""What a page of the queue costs beside being read: database, broker and processor.

    python -m benchmarks.page_costs [--pages 8000] [--postgresql]

A job of tiny pictures, each of which gives a page of 20 fields, is submitted, looked at and read by one worker's own
functions in this process, with the broker's messages counted and not sent. Per page: statements, transactions, the
bytes that the database has grown by (and those of PostgreSQL's log), messages, and the processor time of this process;
that of the first quarter of the pages beside the last.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from extractor.options import ReadOptions
from extractor.values import Alternative, FailedPage, FieldStatus, Kind, Page, PageResult, PageStatus, Reading
from tests.queue_services import PostgresServer
from tests.test_queue_workers import pages
from workers.database.queue import chunk_claims, ledger
from workers.database.queue.planning import advance, stalled
from workers.database.store import Store, open_store
from workers.job import FileState, Job
from workers.queue.chunks import do_chunk
from workers.queue.recipe import Recipe

FIELDS = 20
QUAD = ((110.0, 420.5), (310.0, 420.5), (310.0, 470.5), (110.0, 470.5))


class FieldsReader:
    """Gives every page FIELDS fields of one alternative each, without looking at it."""

    dpi = 200
    fields = tuple((f"field_{number}", Kind.INTEGER) for number in range(FIELDS))

    def read(self, pages: Sequence[Page | FailedPage]) -> list[PageResult]:
        return [
            PageResult(page.file, page.number, "form", PageStatus.READ, self._readings(), fit=1.0) for page in pages
        ]

    def _readings(self) -> tuple[Reading, ...]:
        other = (Alternative("157", 0.004),)
        status = FieldStatus.ACCEPTED
        return tuple(Reading(name, kind, "151", "151", 0.9951, status, QUAD, other) for name, kind in self.fields)


class Readers:
    def of(self, _store: Store, _job: Job) -> FieldsReader:
        return FieldsReader()


class Counted:
    """Statements and transactions of a store since it was made."""

    def __init__(self, store: Store) -> None:
        self.statements = self.transactions = 0
        event.listen(store.engine, "before_cursor_execute", self._statement)
        event.listen(store.engine, "commit", self._commit)

    def _statement(self, *_: Any) -> None:
        self.statements += 1

    def _commit(self, *_: Any) -> None:
        self.transactions += 1


def sizes(store: Store) -> tuple[int, int]:
    """Bytes of the database, and of all that PostgreSQL has ever written to its log (0 for SQLite)."""
    with store.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            log = "SELECT pg_database_size(current_database()), pg_current_wal_lsn() - '0/0'::pg_lsn"
            size, written = connection.execute(text(log)).one()
            return int(size), int(written)
        size = connection.execute(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"))
        return int(size.scalar_one()), 0


def work_off(store: Store, job: Job) -> tuple[int, list[float]]:
    """Does all chunks of the job: how many messages that took, and the processor time of each page that was read."""
    messages, spent = 0, []
    for one in stalled(store):
        advance(store, one)
    while numbers := chunk_claims.to_send(store, job.id, lost=False):
        messages += len(numbers)
        for number in numbers:
            began = time.process_time()
            done = do_chunk(store, Readers(), job.id, number, f"m{number}")
            if done is not None and done.outcomes:
                spent += [(time.process_time() - began) / len(done.outcomes)] * len(done.outcomes)
    return messages, spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=8000)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder}/jobs.sqlite"
        if options.postgresql:
            server = PostgresServer(folder / "postgresql")
            stack.callback(server.kill)
            server.start()
            url = server.url
        files = sorted(map(str, pages(folder / "scans", options.pages, "page").iterdir()))
        store = open_store(url)
        stack.callback(store.close)
        before, counted, began = sizes(store), Counted(store), time.process_time()
        recipe = Recipe("r" * 64, ReadOptions.of(single_field=True), {})
        job = ledger.put_in(
            store, recipe, FieldsReader.fields, [FileState.of(file) for file in files], queue="q", key="k"
        )
        submitted = time.process_time() - began
        messages, spent = work_off(store, job)
        grown, logged = (now - then for now, then in zip(sizes(store), before, strict=True))
    count = options.pages
    assert len(spent) == count, f"{len(spent)} of {count} pages were read"
    print(f"{count:,} pages of {FIELDS} fields, {'PostgreSQL' if options.postgresql else 'SQLite'}; per page:")
    print(f"  statements {counted.statements / count:.2f}, transactions {counted.transactions / count:.2f}")
    print(f"  database {grown / count:,.0f} bytes" + (f", log {logged / count:,.0f} bytes" if logged else ""))
    print(f"  messages {messages / count:.3f}; files opened twice: once to hash, once to read")
    quarter = count // 4
    first, last = (sum(part) / quarter * 1000 for part in (spent[:quarter], spent[-quarter:]))
    print(f"  processor {submitted / count * 1000:.2f} ms to submit, {first:.2f} ms to keep (first quarter), ", end="")
    print(f"{last:.2f} ms (last quarter)")


if __name__ == "__main__":
    main()
