"""Memory and time of writing a long register: 5,000 pages with 30 filled lines of 6 columns, in three formats.

    python -m benchmarks.table_export [--pages 5000]

The pages are put into a job of a store in SQLite, as if they had been read, and written from there as `formdigits
export` does; resident memory at each page.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

from extractor.export import write_table
from extractor.options import ReadOptions
from extractor.values import Alternative, FieldStatus, Kind, PageResult, PageStatus, Reading
from workers.database.store import Store, open_store
from workers.job import FileState, Job
from workers.work import Outcome

LINES, FILLED_LINES = 32, 30
COLUMNS = ("number", "age", "weight", "visit", "fee", "drugs")
AT_ONCE = 100
QUAD = ((10.0, 20.0), (110.0, 20.0), (110.0, 60.0), (10.0, 60.0))


def page(number: int) -> PageResult:
    """One filled page, on which one field of a line is to be checked."""
    readings = []
    for line in range(1, LINES + 1):
        for place, column in enumerate(COLUMNS):
            value = f"{number}{line:02}{place}" if line <= FILLED_LINES else ""
            status = FieldStatus.REVIEW if line == place == 1 else FieldStatus.ACCEPTED if value else FieldStatus.BLANK
            others = (Alternative("1", 0.05),) if value else ()
            readings.append(
                Reading(f"patients.{line}.{column}", Kind.INTEGER, value, value, 0.99, status, QUAD, others)
            )
    return PageResult("register.pdf", number, "register", PageStatus.READ, tuple(readings))


def fill(store: Store, pages: int) -> Job:
    """A job with so many pages, all of one document."""
    job = store.create("benchmark", ReadOptions(), [(f"patients.{column}", Kind.INTEGER) for column in COLUMNS])
    store.set_documents(job.id, [FileState("register.pdf", 1, 1)])
    ((number, _),) = store.uncounted(job.id)
    store.set_page_counts(job.id, [(number, pages)])
    for start in range(1, pages + 1, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, pages + 1))
        store.save(job.id, [Outcome(number, page(one)) for one in numbers])
    return job


def watched(results: Iterable[PageResult], resident: list[int]) -> Iterator[PageResult]:
    """`results`; the process's memory, in bytes, at each goes into `resident`."""
    process = psutil.Process()
    for result in results:
        resident.append(process.memory_info().rss)
        yield result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=5000)
    count = parser.parse_args().pages
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/jobs.sqlite")
        job = fill(store, count)
        for ending in ("csv", "xlsx", "jsonl"):
            resident: list[int] = []
            began = time.perf_counter()
            write_table(Path(folder) / f"out.{ending}", watched(store.results(job.id), resident), fields=job.fields)
            seconds = time.perf_counter() - began
            fifth = max(1, len(resident) // 5)
            first, last = max(resident[:fifth]), max(resident[-fifth:])
            print(
                f"{ending}: {count:,} pages of {FILLED_LINES} lines in {seconds:.0f} s; most resident memory over the "
                f"first {fifth:,}: {first / 2**20:.0f} MiB, over the last {fifth:,}: {last / 2**20:.0f} MiB"
            )
        store.close()


if __name__ == "__main__":
    main()
