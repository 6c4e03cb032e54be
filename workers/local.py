"""A job read on this machine: pages are counted, read and kept, and a job that was stopped continues where it was."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from extractor.options import ReadOptions
from extractor.values import Kind, PageResult
from workers.database.jobs import find_same
from workers.database.store import Store
from workers.job import FINISHED, FileState, Job
from workers.review.promise import Promise
from workers.work import CHUNK, Counted, CountTask, Event, Outcome, PageKey, TaskRunner, Trace, chunked

FILES_PER_TASK = 64
"""Documents whose pages are counted in one task."""

Watch: TypeAlias = Callable[[str, int, int], None]
"""Called with progress as (`files` or `pages`, how many are done, of how many)."""

log = logging.getLogger(__name__)


def job_key(identity: Any, files: Iterable[Path]) -> str:
    """What makes two runs the same job: a hash of `identity` (plain values) and of the contents of `files`."""
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode())
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def begin(
    store: Store,
    key: str,
    options: ReadOptions,
    fields: Sequence[tuple[str, Kind]],
    documents: Sequence[str],
    *,
    restart: bool = False,
    forms: Mapping[str, str] | None = None,
    promise: Promise | None = None,
) -> Job:
    """The job of that key with these documents: the one that was interrupted, else a new one, which has the `forms` and
    the `promise`.

    A job that was finished is forgotten and begun afresh, and so is any other with `restart`; but one that people
    have reviewed stays, beside the new one.
    """
    job = find_same(store, key)
    if job is not None and (restart or job.state == FINISHED):
        if not store.was_reviewed(job.id):
            store.forget(job.id)
        job = None
    if job is None:
        job = store.create(key, options, fields, forms=forms, promise=promise)
    store.set_documents(job.id, map(FileState.of, documents))
    return job


def read_job(store: Store, job: Job, run: TaskRunner, processes: int, watch: Watch) -> None:
    """Reads every page of the job that is still to be read. Raises what `run` and the store raise."""
    total = sum(1 for _ in store.uncounted(job.id))
    counted = 0
    for events in run(_count_tasks(store.uncounted(job.id))):
        counts = [(event.document, event.pages) for event in events if isinstance(event, Counted)]
        store.set_page_counts(job.id, counts)
        counted += len(counts)
        watch("files", counted, total)
    known = store.counts(job.id)
    done = known.done
    watch("pages", done, known.pages)
    # Small enough that every process has work to the end, large enough for the network's batches.
    size = min(CHUNK, max(1, (known.pages - done) // (4 * processes)))
    for events in run(chunked(store.waiting(job.id), size)):
        outcomes = list(_outcomes(events))
        store.save(job.id, outcomes)
        done += sum(not one.further for one in outcomes)
        watch("pages", done, known.pages)


def read_in_memory(run: TaskRunner, documents: Sequence[str], watch: Watch) -> list[PageResult]:
    """Every page of a few documents, in order, without a store. Raises what `run` raises."""
    counts: dict[int, int] = {}
    for events in run(_count_tasks(iter(enumerate(documents)))):
        counts |= {event.document: event.pages for event in events if isinstance(event, Counted)}
    pages = (
        PageKey(number, file, page) for number, file in enumerate(documents) for page in range(1, counts[number] + 1)
    )
    found: dict[tuple[int, int], PageResult] = {}
    done = 0
    for events in run(chunked(pages, CHUNK // 2)):
        outcomes = list(_outcomes(events))
        found |= {(one.document, one.result.page): one.result for one in outcomes}
        done += sum(not one.further for one in outcomes)
        watch("pages", done, sum(counts.values()))
    return [found[key] for key in sorted(found)]


def _count_tasks(files: Iterator[tuple[int, str]]) -> Iterator[CountTask]:
    while some := tuple(islice(files, FILES_PER_TASK)):
        yield CountTask(some)


def _outcomes(events: Iterable[Event]) -> Iterator[Outcome]:
    for event in events:
        if isinstance(event, Outcome):
            yield event
        elif isinstance(event, Trace):
            log.debug("%s", event.text)
            if event.sentence:
                log.warning("%s", event.sentence)
