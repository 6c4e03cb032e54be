"""Jobs of every kind as they are looked at: those of `read`, of the queue and of the web page alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import and_, exists, func, or_, select

from extractor.values import Kind, PageResult, PageStatus
from workers.database.connection import reading
from workers.database.outcomes import DOUBTFUL, OF_READING, OUTCOME, histories_of, page_of, with_outcome
from workers.database.schema import corrections, documents, page_marks, pages, readings, reviews
from workers.database.store import Store
from workers.job import DONE
from workers.review.forms import Forms


class Place(NamedTuple):
    """Where a page stands in its job's order: its document's position, its number inside the document."""

    position: int
    page: int


@dataclass(frozen=True)
class PageRow:
    """A page of a job: the number of its document, its place, and what was read; None while it waits."""

    document: int
    file: str
    place: Place
    result: PageResult | None


@dataclass(frozen=True)
class Contents:
    """A job's documents in brief: the first one's path and the last one's (None where there is none), and how many."""

    first: str | None
    last: str | None
    documents: int


def contents(store: Store, job: str) -> Contents:
    """What the job is about."""
    mine = documents.c.job == job
    with reading(store.engine) as connection:
        first = select(documents.c.file).where(mine).order_by(documents.c.position).limit(1)
        last = select(documents.c.file).where(mine).order_by(documents.c.position.desc()).limit(1)
        count = select(func.count()).select_from(documents).where(mine)
        files = connection.execute(first).scalar(), connection.execute(last).scalar()
        return Contents(*files, connection.execute(count).scalar_one())


def document_file(store: Store, job: str, document: int) -> str | None:
    """The path of a document of the job."""
    query = select(documents.c.file).where(documents.c.job == job, documents.c.number == document)
    with reading(store.engine) as connection:
        return connection.execute(query).scalar()


def find_page(store: Store, job: str, document: int, page: int) -> PageRow | None:
    """One page with its readings."""
    query = _pages(job).where(pages.c.document == document, pages.c.page == page)
    found = _rows(store, job, query)
    return found[0] if found else None


def form_counts(store: Store, job: str) -> list[tuple[str, int]]:
    """How many pages show each form, by its name; those without one are under the empty name."""
    query = select(pages.c.form, func.count()).where(pages.c.job == job, pages.c.state == DONE).group_by(pages.c.form)
    with reading(store.engine) as connection:
        return sorted((row[0] or "", row[1]) for row in connection.execute(query))


def forms_shown(store: Store, job: str, forms: Forms) -> dict[str, tuple[tuple[str, Kind], ...]]:
    """The columns of the forms that the job's pages show, by their names; for a sheet each in a workbook."""
    shown = {name for name, _ in form_counts(store, job)}
    return {name: columns for name, columns in forms.columns().items() if name in shown}


def list_pages(
    store: Store,
    job: str,
    limit: int,
    after: Place | None = None,
    *,
    status: PageStatus | None = None,
    form: str | None = None,
    to_review: bool = False,
    marked: bool = False,
) -> list[PageRow]:
    """At most `limit` pages with their readings, in the order of the output, those behind `after`; with `status` or
    `form`, only such ones; with `to_review`, those with a field that a person should look at and nobody has settled;
    with `marked`, those that somebody has marked."""
    query = _pages(job).order_by(documents.c.position, pages.c.page).limit(limit)
    if after is not None:
        beyond = and_(documents.c.position == after.position, pages.c.page > after.page)
        query = query.where(or_(documents.c.position > after.position, beyond))
    if status is not None:
        query = query.where(pages.c.status == status.value)
    if form is not None:
        query = query.where(pages.c.form == form)
    if to_review:
        query = query.where(DOUBTFUL)
    if marked:
        mine = (page_marks.c.job == job, page_marks.c.document == pages.c.document, page_marks.c.page == pages.c.page)
        query = query.where(exists().where(*mine))
    return _rows(store, job, query)


def _pages(job: str) -> Any:
    same = and_(pages.c.job == documents.c.job, pages.c.document == documents.c.number)
    columns = select(pages, documents.c.file, documents.c.position)
    return columns.join_from(documents, pages, same).where(documents.c.job == job)


def _rows(store: Store, job: str, query: Any) -> list[PageRow]:
    with reading(store.engine) as connection:
        rows = connection.execute(query).all()
        found = _readings(connection, job, rows) if rows else {}
    return [
        PageRow(
            row.document,
            row.file,
            Place(row.position, row.page),
            page_of(row._mapping, found.get((row.document, row.page), ())) if row.state == DONE else None,
        )
        for row in rows
    ]


def _readings(connection: Any, job: str, rows: Sequence[Any]) -> dict[tuple[int, int], list[dict[str, Any]]]:
    """Readings of these pages, by document and page; of a long document those from its first page here to its last."""
    spans: dict[int, tuple[int, int]] = {}
    for row in rows:
        first, last = spans.get(row.document, (row.page, row.page))
        spans[row.document] = (min(first, row.page), max(last, row.page))
    these = [
        and_(readings.c.document == document, readings.c.page.between(first, last))
        for document, (first, last) in spans.items()
    ]
    query = (
        select(readings, *OUTCOME)
        .outerjoin_from(readings, reviews, OF_READING)
        .where(readings.c.job == job, or_(*these))
        .order_by(readings.c.position)
    )
    found: dict[tuple[int, int], list[dict[str, Any]]] = {}
    histories = histories_of(connection, job, corrections.c.document.in_(list(spans)))
    for row in connection.execute(query).mappings():
        found.setdefault((row["document"], row["page"]), []).append(with_outcome(row, histories))
    return found
