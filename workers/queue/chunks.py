"""A chunk is read as a whole the first time, and page by page after a process died of it, to find the page."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from extractor.errors import ServiceError, TemplateError
from extractor.objects import is_object
from extractor.values import PageStatus
from workers.chunk import count, do_task, failed
from workers.database.queue import chunk_claims
from workers.database.queue.chunk_claims import Claim, Looked, Open
from workers.database.queue.planning import advance
from workers.database.queue.turns import due
from workers.database.store import Store
from workers.job import COUNT, Job
from workers.pool import PAGE_LIMIT_S
from workers.queue.alive import kept, limited
from workers.work import Event, Outcome, PageReader, Trace, chunked

ATTEMPTS = 3
"""How many times a page may end its process."""

TRIES = 20
"""How many times somebody else may be quicker to take a chunk, before its message is left as lost."""

POISON = (
    f"Reading this page ended its process {ATTEMPTS} times (it crashed, had no memory left, or took longer than "
    f"{PAGE_LIMIT_S:g} s); scan it again at a lower resolution."
)

CHANGED = "The object is another one than when it was submitted; submit it again."

log = logging.getLogger(__name__)


class Readers(Protocol):
    """Gives what reads a job's pages; `workers.queue.readers.Readers` does."""

    def of(self, store: Store, job: Job) -> PageReader: ...


@dataclass(frozen=True)
class Done:
    """What came of a chunk of the job: outcomes of pages, and seconds. None of either for one that counted."""

    outcomes: list[Outcome]
    seconds: float
    job: str
    number: int


def do_next(store: Store, readers: Readers, queue: str, message: str) -> Done | None:
    """Does the chunk whose turn it is in the queue; None where there is nothing to do. Raises as `do_chunk`."""
    for _ in range(TRIES):
        found = due(store, queue, message)
        if found is None:
            return None
        done = do_chunk(store, readers, *found, message)
        if done is not None:
            return done
    return None


def do_chunk(store: Store, readers: Readers, job: str, number: int, message: str) -> Done | None:
    """Does the chunk if it is to be done; None where it is done, cancelled or in other hands.

    Raises ServiceError when the database stays away and ModelError; the chunk is then left to whoever comes later.
    """
    claim = chunk_claims.claim(store, job, number, message)
    if claim is None:
        return None
    started = time.monotonic()
    outcomes: list[Outcome] = []
    with kept(store, claim), limited() as beat:
        if claim.kind == COUNT:
            _look(store, claim, beat)
        else:
            _read(store, readers, claim, beat, outcomes)
    advance(store, job)
    return Done(outcomes, time.monotonic() - started, job, number)


def _look(store: Store, claim: Claim, beat: Callable[[], None]) -> None:
    """Pages counted and contents hashed."""
    if claim.tries == 1:
        counts = []
        for one in claim.open:
            beat()
            counts.append(_counted(one))
        chunk_claims.save_counts(store, claim, counts, last=True)
        return
    for one in claim.open:
        beat()
        if one.attempts >= ATTEMPTS:
            # Its one page will say why it cannot be read.
            found: Looked = (one.key.document, 1, None)
        elif chunk_claims.begin(store, claim, one):
            found = _counted(one)
        else:
            return
        chunk_claims.save_counts(store, claim, [found], last=False)
    chunk_claims.save_counts(store, claim, [], last=True)


def _counted(one: Open) -> Looked:
    return one.key.document, count(one.key.file), content_hash(one.key.file)


def content_hash(file: str) -> str | None:
    """SHA-256 of what is in the file; None where that is nothing, or cannot be read. Of an object what its store tells
    of its content, without reading it."""
    if is_object(file):
        # Imported here: only who reads from a store needs it.
        from extractor.objects.object_store import state_of

        try:
            state = state_of(file, fresh=True)
        except ServiceError:
            return None
        return state.content if state is not None and state.size and state.mark else None
    try:
        with Path(file).open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            return digest if stream.tell() else None
    except OSError:
        return None


def _read(store: Store, readers: Readers, claim: Claim, beat: Callable[[], None], outcomes: list[Outcome]) -> None:
    try:
        reader = readers.of(store, claim.job)
    except TemplateError as error:
        outcomes += [_given_up(claim, one, str(error)) for one in claim.open]
        chunk_claims.save(store, claim, outcomes, last=True)
        return
    changed = _changed(claim)
    if claim.tries == 1:
        same = [one for one in claim.open if one not in changed]
        read = [_given_up(claim, one, CHANGED) for one in changed] + _outcomes(claim, _events(same, reader, beat))
        if chunk_claims.save(store, claim, read, last=True):
            outcomes += read
        return
    for one in claim.open:
        beat()
        if one in changed:
            read = [_given_up(claim, one, CHANGED)]
        elif one.attempts >= ATTEMPTS:
            read = [_given_up(claim, one, POISON)]
        elif chunk_claims.begin(store, claim, one):
            read = _outcomes(claim, _events([one], reader, beat))
        else:
            return
        if not chunk_claims.save(store, claim, read, last=False):
            return
        outcomes += read
    chunk_claims.save(store, claim, [], last=True)


def _changed(claim: Claim) -> list[Open]:
    """Pages of objects that are others since they were submitted, or are gone. Raises ServiceError while their store is
    away: then the chunk is put off."""
    known: dict[str, bool] = {}
    for one in claim.open:
        file = one.key.file
        if is_object(file) and file not in known:
            from extractor.objects.object_store import state_of

            state = state_of(file, fresh=True)
            # One that is gone says so when it is opened.
            known[file] = state is not None and state.number != one.modified
    return [one for one in claim.open if known.get(one.key.file)]


def _events(some: Iterable[Open], reader: PageReader, beat: Callable[[], None]) -> list[Event]:
    attempts = {(one.key.document, one.key.page): one.attempts + 1 for one in some}
    found: list[Event] = []
    for task in chunked((one.key for one in some), len(attempts)):
        for events in do_task(task, reader, beat=beat):
            for event in events:
                if isinstance(event, Outcome):
                    found.append(event._replace(attempts=attempts.get((event.document, event.result.page), 1)))
                else:
                    found.append(event)
    return found


def _outcomes(claim: Claim, events: Iterable[Event]) -> list[Outcome]:
    found: list[Outcome] = []
    for event in events:
        if isinstance(event, Outcome):
            found.append(event)
            if event.result.status is PageStatus.FAILED:
                _tell(claim, event)
        elif isinstance(event, Trace):
            log.error("%s", event.text, extra={"job": claim.job.id, "chunk": claim.number})
    return found


def _given_up(claim: Claim, one: Open, reason: str) -> Outcome:
    outcome = Outcome(one.key.document, failed(one.key.file, one.key.page, reason), one.attempts)
    _tell(claim, outcome)
    return outcome


def _tell(claim: Claim, outcome: Outcome) -> None:
    result = outcome.result
    said = {"job": claim.job.id, "chunk": claim.number, "file": result.file, "page": result.page}
    log.warning("page failed: %s", result.reason, extra=said)
