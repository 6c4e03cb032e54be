"""How far a job is, for the pages and the API alike."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from extractor.errors import FormdigitsError
from formdigits.actions.queue.status import LONELY_S
from formdigits.messages import counted
from formdigits.web.site import Site
from workers.database.lookup import Contents, contents
from workers.database.queue.ledger import looked_at, was_begun
from workers.job import CANCELLED, FINISHED, QUEUED, RUNNING, Counts, Job

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Status:
    """`title` says what the job is about; `state` is `queued`, `running`, `finished` or `cancelled`; `counted` of
    `documents` have their pages counted; `problem` says why it does not go on."""

    job: Job
    title: str
    state: str
    counts: Counts
    counted: int
    documents: int
    problem: str | None

    @property
    def over(self) -> bool:
        return self.state in (FINISHED, CANCELLED)

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        if self.state == FINISHED:
            return 1.0
        return self.counts.done / self.counts.pages if self.counts.pages else 0.0


def status_of(site: Site, job: Job, now: float) -> Status:
    """The job as it is at the time `now`. Raises ServiceError."""
    counts = site.store.counts(job.id)
    about = contents(site.store, job.id)
    over = job.state in (FINISHED, CANCELLED)
    counted = about.documents if over else looked_at(site.store, job.id)[0]
    problem = None if over else site.runner.problem(job.id)
    if not over and job.queue and now - job.created > LONELY_S and not was_begun(site.store, job.id):
        problem = "No worker has taken it yet; start one with 'formdigits worker'."
    waits = job.state == RUNNING and job.queue is None and job.recipe is not None and not counted
    state = QUEUED if waits else job.state
    return Status(job, job.name or _title(site, about), state, counts, counted, about.documents, problem)


def statuses(site: Site, found: Sequence[Job], now: float) -> list[Status]:
    """Of several jobs. One that is broken in the database is left out, so that the others are seen."""
    seen = []
    for job in found:
        try:
            seen.append(status_of(site, job, now))
        except FormdigitsError:
            raise
        except Exception as error:
            log.warning("job %s is left out: %r", job.id, error)
    return seen


def title_of(site: Site, job: Job) -> str:
    """What people call the job, else what it is about. Raises ServiceError."""
    return job.name or _title(site, contents(site.store, job.id))


def _title(site: Site, about: Contents) -> str:
    """The folder of the job's documents, or the first one's name."""
    if about.first is None or about.last is None:
        return "no documents"
    first, last = site.names.of(about.first), site.names.of(about.last)
    # A document of `read` or of the queue is known by its path, of which the end says enough.
    name = "/".join(first.split("/")[-2:])
    if about.documents == 1:
        return name
    # They come in the order of their folders, so that what the first and the last have in common all have.
    folder = "/".join(first.split("/")[: _alike(first, last)][-2:])
    return f"{folder}, {counted(about.documents, 'file')}" if folder else f"{name} and {about.documents - 1:,} more"


def _alike(first: str, last: str) -> int:
    """How many folders the two paths have in common from the top on."""
    folders = zip(first.split("/")[:-1], last.split("/")[:-1], strict=False)
    return next((at for at, (one, other) in enumerate(folders) if one != other), min(first.count("/"), last.count("/")))
