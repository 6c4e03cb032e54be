"""Jobs of every kind as they are looked at: those of `read`, of the queue and of the web page alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

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
class PageChoice:
    """Which pages of a job: of that `status` or `form`, `to_review` those with a field that a person should look at and
    nobody has settled, those that somebody has `marked`, those of which the document's path holds `file`, or is one of
    `files`; what is empty does not matter."""

    status: PageStatus | None = None
    form: str | None = None
    to_review: bool = False
    marked: bool = False
    file: str = ""
    files: tuple[str, ...] = ()


ALL_PAGES = PageChoice()

FEW = 2000
"""Documents that are looked up by their numbers."""

MOST_PAGES = 2**31 - 1
"""No page has a higher number."""


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
    store: Store, job: str, limit: int, after: Place | None = None, which: PageChoice = ALL_PAGES
) -> list[PageRow]:
    """At most `limit` pages with their readings, in the order of the output, those behind `after`."""
    # The position is asked for in any case, by the index of which SQLite then begins.
    position, page = after or (0, 0)
    beyond = and_(documents.c.position == position, pages.c.page > page)
    query = (
        _pages(job)
        .where(documents.c.position >= position, or_(documents.c.position > position, beyond))
        .where(*_chosen(store, job, which))
        .order_by(documents.c.position, pages.c.page)
        .limit(limit)
    )
    return _rows(store, job, query)


def place_before(store: Store, job: str, place: Place | None, pages_before: int, which: PageChoice) -> Place | None:
    """The place behind which the `pages_before` pages before `place` begin, or those before the end where that is None;
    None where the first pages are among them."""
    order = (documents.c.position.desc(), pages.c.page.desc())
    query = _pages(job).where(documents.c.position >= 0, *_chosen(store, job, which))
    if place is not None:
        here = and_(documents.c.position == place.position, pages.c.page < place.page)
        query = query.where(documents.c.position <= place.position, or_(documents.c.position < place.position, here))
    with reading(store.engine) as connection:
        row = connection.execute(query.order_by(*order).offset(pages_before).limit(1)).one_or_none()
    return None if row is None else Place(row.position, row.page)


def place_of_row(store: Store, job: str, row: int, which: PageChoice) -> Place | None:
    """The place behind which the page comes that is number `row`, from 1, of those that are chosen; None for the first
    one, and where there are not so many."""
    if row <= 1:
        return None
    mine = documents.c.job == job
    with reading(store.engine) as connection:
        several = select(documents.c.number).where(mine, func.coalesce(documents.c.pages, 1) != 1).limit(1)
        if which == ALL_PAGES and connection.execute(several).first() is None:
            return Place(row - 2, MOST_PAGES)
        query = _pages(job).where(documents.c.position >= 0, *_chosen(store, job, which))
        query = query.order_by(documents.c.position, pages.c.page)
        found = connection.execute(query.offset(row - 2).limit(1)).one_or_none()
    return None if found is None else Place(found.position, found.page)


def _chosen(store: Store, job: str, which: PageChoice) -> list[ColumnElement[bool]]:
    """The conditions on pages joined with their documents.

    What few pages are is looked up first: the database, which does not know how many they are, would look through all
    documents in their order.
    """
    conditions: list[ColumnElement[bool]] = []
    if which.status is not None:
        conditions.append(pages.c.status == which.status.value)
    if which.form is not None:
        conditions.append(pages.c.form == which.form)
    if which.to_review:
        conditions.append(DOUBTFUL)
    if conditions:
        few = select(pages.c.document).where(pages.c.job == job, pages.c.state == DONE, *conditions).limit(FEW + 1)
        conditions += _among_few(store, few)
    if which.marked:
        mine = (page_marks.c.job == job, page_marks.c.document == pages.c.document, page_marks.c.page == pages.c.page)
        conditions.append(exists().where(*mine))
        conditions += _among_few(store, select(page_marks.c.document).where(page_marks.c.job == job).limit(FEW + 1))
    if which.file:
        named = documents.c.file.icontains(which.file, autoescape=True)
        conditions.append(or_(named, documents.c.file.in_(which.files)) if which.files else named)
    return conditions


def _among_few(store: Store, query: Any) -> list[ColumnElement[bool]]:
    with reading(store.engine) as connection:
        found = set(connection.execute(query).scalars())
    return [documents.c.number.in_(found)] if len(found) <= FEW else []


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
    # Of all but the first and the last all pages are here. As conditions beside the list, by which SQLite finds them.
    ends = {rows[0].document, rows[-1].document}
    these = [
        or_(readings.c.document != document, readings.c.page.between(*span))
        for document, span in spans.items()
        if document in ends
    ]
    query = (
        select(readings, *OUTCOME)
        .outerjoin_from(readings, reviews, OF_READING)
        .where(readings.c.job == job, readings.c.document.in_(list(spans)), *these)
        .order_by(readings.c.position)
    )
    found: dict[tuple[int, int], list[dict[str, Any]]] = {}
    histories = histories_of(connection, job, corrections.c.document.in_(list(spans)))
    for row in connection.execute(query).mappings():
        found.setdefault((row["document"], row["page"]), []).append(with_outcome(row, histories))
    return found
