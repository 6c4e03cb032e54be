"""Jobs of readings made up for tests of the review, with any number of fields."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.options import ReadOptions
from extractor.table_lines import column_of
from extractor.values import Alternative, Doubt, DoubtKind, FieldStatus, Kind, PageResult, PageStatus, Reading
from workers.database.store import Store
from workers.job import FileState, Job
from workers.review.promise import Promise
from workers.work import Outcome


def field(
    name: str, value: str, confidence: float, status: FieldStatus = FieldStatus.REVIEW, kind: Kind = Kind.INTEGER
) -> Reading:
    quad = ((10.0, 20.0), (110.0, 20.0), (110.0, 60.0), (10.0, 60.0))
    others = (Alternative("1" + value, 0.1),)
    return Reading(
        name, kind, value, value, confidence, status, quad, others, doubts=(Doubt(DoubtKind.FORMAT, "not sure"),)
    )


def job_of_pages(
    store: Store,
    pages: Sequence[Sequence[Reading]],
    form: str = "",
    file: str = "",
    template: str = "",
    *,
    reads: str = "",
    promise: Promise | None = None,
) -> Job:
    """A finished job of a document for each of `pages`, which are lists of readings; with `file`, all are that one.
    With `reads`, the form is one on which answers count for other jobs where that is the same."""
    names = dict.fromkeys((column_of(one.field), one.kind) for page in pages for one in page)
    job = store.create(
        "key",
        ReadOptions.of([template] if template else [], accept=promise.accept if promise else 0.99),
        list(names),
        forms={form: reads} if reads else None,
        promise=promise,
    )
    store.set_documents(job.id, [FileState(file or f"/scans/{number:04}.png", 1, 1) for number in range(len(pages))])
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


FILL = """
INSERT INTO documents (job, number, position, file, size, modified, pages)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {pages})
  SELECT '{job}', i, i - 1, '{file}', 1, 1, 1 FROM n;
INSERT INTO pages (job, document, page, state, attempts, status, form, fit, reason, rules)
  SELECT '{job}', number, 1, 'done', 1, 'read', '', 1.0, '', '[]' FROM documents WHERE job = '{job}';
INSERT INTO readings
  (job, document, page, position, field, kind, value, written, confidence, status, quad, alternatives, rules, doubts)
  WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19)
  SELECT '{job}', number, 1, i, 'field_' || i, 'integer', '57', '57',
    (number * 7919 + i * 104729 - (number * 7919 + i * 104729) / 99000 * 99000) / 100000.0,
    'review', '{quad}', '[]', '[]', '[]' FROM documents, n WHERE job = '{job}';
"""


def job_of_many(store: Store, count: int, file: str) -> Job:
    """A job of `count` doubtful fields, twenty on each page, all of them of the one picture `file`; quick to make."""
    job = store.create("many", ReadOptions(), [(f"field_{number}", Kind.INTEGER) for number in range(20)])
    quad = "[[10.0, 20.0], [110.0, 20.0], [110.0, 60.0], [10.0, 60.0]]"
    filled = FILL.format(pages=count // 20, job=job.id, file=file.replace("'", "''"), quad=quad)
    with store.engine.begin() as connection:
        for statement in filled.split(";")[:-1]:
            connection.exec_driver_sql(statement)
    store.finish(job.id)
    return job
