"""Jobs of readings made up for tests of the review, with any number of fields."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.values import Alternative, FieldStatus, Kind, PageResult, PageStatus, Reading
from workers.job import FileState, Job
from workers.store import Store
from workers.work import Outcome


def field(
    name: str, value: str, confidence: float, status: FieldStatus = FieldStatus.REVIEW, kind: Kind = Kind.INTEGER
) -> Reading:
    quad = ((10.0, 20.0), (110.0, 20.0), (110.0, 60.0), (10.0, 60.0))
    others = (Alternative("1" + value, 0.1),)
    return Reading(name, kind, value, value, confidence, status, quad, others, notes=("not sure",))


def job_of_pages(store: Store, pages: Sequence[Sequence[Reading]], form: str = "") -> Job:
    """A finished job of a document for each of `pages`, which are lists of readings."""
    names = dict.fromkeys((one.field, one.kind) for page in pages for one in page)
    job = store.create("key", {"templates": []}, list(names))
    store.set_documents(job.id, [FileState(f"/scans/{number:04}.png", 1, 1) for number in range(len(pages))])
    store.set_page_counts(job.id, [(number, 1) for number, _ in store.uncounted(job.id)])
    keys = list(store.waiting(job.id))
    outcomes = [
        Outcome(key.document, PageResult(key.file, 1, form, PageStatus.READ, tuple(page), fit=1.0))
        for key, page in zip(keys, pages, strict=True)
    ]
    for start in range(0, len(outcomes), 500):
        store.save(job.id, outcomes[start : start + 500])
    store.finish(job.id)
    return job
