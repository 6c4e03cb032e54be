"""The job store: what is to be read, what was read, and in which order it comes out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, literal_column, or_, select, tuple_, update
from sqlalchemy.sql import ColumnElement

from extractor.options import ReadOptions
from extractor.values import Kind, PageResult, PageStatus
from workers.database.connection import Database, open_database, reading, writing
from workers.database.jobs import add_job
from workers.database.outcomes import OF_READING, OUTCOME, TALLIES, histories_of, page_of, recount, with_outcome
from workers.database.schema import corrections, documents, jobs, pages, readings, reviews
from workers.home import database_url
from workers.job import DONE, FINISHED, WAITING, Counts, FileState, Job, absolute
from workers.review.promise import Promise
from workers.work import Outcome, PageKey

T = TypeVar("T")

SLICE_ROWS = 500
"""Rows (of documents or pages) that one look at the database brings."""

RESULT_PAGES = 50
"""Pages whose readings are in memory at once: of a register each has hundreds."""

GIVEN_NAME = func.coalesce(documents.c.given, documents.c.file, type_=documents.c.file.type)
"""A document as the user named it: what results say, and what `read`, which has the user's folder, opens."""

PARTLY_READ = and_(
    pages.c.status == literal_column(f"'{PageStatus.READ.value}'"), pages.c.reason != literal_column("''")
)
"""Pages that were read and of which there is more to say: another form is on them. As the words of their index, since
SQLite knows it by those."""


def open_store(url: str | None = None, patience_s: float = 0.0) -> Store:
    """The store at `url`, by default where the settings say. Raises ServiceError.

    Where the database goes away afterwards, steps that can be taken again are, for `patience_s` seconds.
    """
    return Store(open_database(url or database_url()), patience_s)


class Store(Database):
    """Jobs in a database. Every method raises ServiceError when the database cannot be used."""

    # Jobs

    def create(
        self,
        key: str,
        options: ReadOptions,
        fields: Sequence[tuple[str, Kind]],
        *,
        forms: Mapping[str, str] | None = None,
        promise: Promise | None = None,
    ) -> Job:
        """A new job without documents. `forms` are as `form_keys` has them."""
        with writing(self.engine) as connection:
            return add_job(connection, key, options, fields, forms=forms, promise=promise)

    def finish(self, job: str) -> None:
        """Marks the job as over: its pages are done and its output is written."""
        with writing(self.engine) as connection:
            connection.execute(update(jobs).where(jobs.c.id == job).values(state=FINISHED, finished=time.time()))

    def was_reviewed(self, job: str) -> bool:
        """Whether people have said anything of the job's fields."""
        query = select(corrections.c.id).where(corrections.c.job == job).limit(1)
        with reading(self.engine) as connection:
            return connection.execute(query).first() is not None

    def forget(self, job: str) -> None:
        """Removes the job and all that was read for it, in slices, so that no other writer waits for long."""
        with reading(self.engine) as connection:
            numbers = connection.execute(select(documents.c.number).where(documents.c.job == job)).scalars().all()
        for some in _slices(numbers):
            with writing(self.engine) as connection:
                connection.execute(delete(documents).where(documents.c.job == job, documents.c.number.in_(some)))
        with writing(self.engine) as connection:
            connection.execute(delete(jobs).where(jobs.c.id == job))

    # Documents and pages to come

    def set_documents(self, job: str, files: Iterable[FileState]) -> None:
        """Makes `files`, in their order, the documents of the job: named as they are given, kept by absolute path too.

        What was read of a document stays while its size and time are as they were; a changed document will be
        counted and read again, a new one is added, one that is not among `files` is removed with its readings.
        """
        columns = (
            GIVEN_NAME.label("file"),
            documents.c.number,
            documents.c.position,
            documents.c.size,
            documents.c.modified,
        )
        with reading(self.engine) as connection:
            known = {row.file: row for row in connection.execute(select(*columns).where(documents.c.job == job))}
        following = max((row.number for row in known.values()), default=0) + 1
        added: list[dict[str, Any]] = []
        moved: list[dict[str, Any]] = []
        changed: list[int] = []
        for position, (file, size, modified) in enumerate(files):
            row = known.pop(file, None)
            if row is not None and (row.size, row.modified) == (size, modified):
                if row.position != position:
                    moved.append({"at": row.number, "to": position})
                continue
            if row is not None:
                changed.append(row.number)
            number = following if row is None else row.number
            following += row is None
            added.append(
                {
                    **{"job": job, "number": number, "position": position, "size": size, "modified": modified},
                    **{"file": absolute(file), "given": file},
                }
            )
        gone = changed + [row.number for row in known.values()]
        move = update(documents).where(documents.c.job == job, documents.c.number == bindparam("at"))
        # A slice in each transaction, since others write too; whoever is stopped in between begins with this anew.
        for some in _slices(gone):
            with writing(self.engine) as connection:
                connection.execute(delete(documents).where(documents.c.job == job, documents.c.number.in_(some)))
        for rows in _slices(moved):
            with writing(self.engine) as connection:
                connection.execute(move.values(position=bindparam("to")), rows)
        for rows in _slices(added):
            with writing(self.engine) as connection:
                connection.execute(insert(documents), rows)

    def uncounted(self, job: str) -> Iterator[tuple[int, str]]:
        """Number and name of the documents whose pages are not counted yet, in order."""
        last = -1
        while True:
            query = (
                select(documents.c.number, GIVEN_NAME.label("file"), documents.c.position)
                .where(documents.c.job == job, documents.c.pages.is_(None), documents.c.position > last)
                .order_by(documents.c.position)
                .limit(SLICE_ROWS)
            )
            with reading(self.engine) as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            yield from ((row.number, row.file) for row in rows)
            last = rows[-1].position

    def set_page_counts(self, job: str, counts: Sequence[tuple[int, int]]) -> None:
        """Says how many pages documents have, as (document number, pages), and puts those pages down as waiting."""
        with writing(self.engine) as connection:
            self.set_page_counts_in(connection, job, counts)

    @staticmethod
    def set_page_counts_in(connection: Connection, job: str, counts: Sequence[tuple[int, int]]) -> None:
        """As `set_page_counts`, as a part of the transaction of `connection`."""
        rows = [_waiting(job, number, page) for number, count in counts for page in range(1, count + 1)]
        count_of = update(documents).where(documents.c.job == job, documents.c.number == bindparam("at"))
        for some in _slices([number for number, _ in counts]):
            connection.execute(delete(pages).where(pages.c.job == job, pages.c.document.in_(some)))
        if counts:
            values = [{"at": number, "count": count} for number, count in counts]
            connection.execute(count_of.values(pages=bindparam("count")), values)
        if rows:
            connection.execute(insert(pages), rows)

    def waiting(self, job: str) -> Iterator[PageKey]:
        """The pages that are still to be read, in order; safe to draw from while results are saved."""
        for rows in self._page_slices(job, pages.c.state == WAITING):
            yield from (PageKey(row.document, row.file, row.page) for row in rows)

    # Results

    def save(self, job: str, outcomes: Sequence[Outcome]) -> None:
        """Keeps what was read, in one transaction; saving a page again replaces what was there."""
        with writing(self.engine) as connection:
            self.save_in(connection, job, outcomes)

    @staticmethod
    def save_in(connection: Connection, job: str, outcomes: Sequence[Outcome]) -> None:
        """As `save`, as a part of the transaction of `connection`."""
        if not outcomes:
            return
        further = [(one.document, one.result.page) for one in outcomes if one.further]
        if further:
            found = connection.execute(
                select(pages.c.document, pages.c.page).where(
                    pages.c.job == job, tuple_(pages.c.document, pages.c.page).in_(further)
                )
            )
            new = set(further) - {(row.document, row.page) for row in found}
            rows = [_waiting(job, *key) for key in sorted(new)]
            if rows:
                connection.execute(insert(pages), rows)
        keys = [{"of_document": o.document, "of_page": o.result.page} for o in outcomes]
        done = update(pages).where(
            pages.c.job == job, pages.c.document == bindparam("of_document"), pages.c.page == bindparam("of_page")
        )
        tallies = (column.name for column in TALLIES.values())
        names = ("status", "form", "fit", "reason", "rules", "record", "attempts", *tallies)
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        old = delete(readings).where(
            readings.c.job == job,
            readings.c.document == bindparam("of_document"),
            readings.c.page == bindparam("of_page"),
        )
        fresh = [row for outcome in outcomes for row in _reading_rows(job, outcome)]
        connection.execute(old, keys)
        connection.execute(
            done.values(state=DONE, **values),
            [key | _page_values(outcome) for key, outcome in zip(keys, outcomes, strict=True)],
        )
        if fresh:
            connection.execute(insert(readings), fresh)
        _recount_said(connection, job, outcomes)

    def results(self, job: str) -> Iterator[PageResult]:
        """All that was read, in the order of documents and pages, a slice at a time in memory.

        What people said of a field stands in the place of what was read there.
        """
        reviewed = self.was_reviewed(job)
        for rows in self._page_slices(job, pages.c.state == DONE, RESULT_PAGES):
            found: dict[tuple[int, int], list[dict[str, Any]]] = {}
            first, last = rows[0], rows[-1]
            query = (
                select(readings, *OUTCOME)
                .join_from(
                    documents,
                    readings,
                    and_(readings.c.job == documents.c.job, readings.c.document == documents.c.number),
                )
                .outerjoin(reviews, OF_READING)
                .where(
                    documents.c.job == job,
                    documents.c.position.between(first.position, last.position),
                    or_(documents.c.position > first.position, readings.c.page >= first.page),
                    or_(documents.c.position < last.position, readings.c.page <= last.page),
                )
                .order_by(readings.c.position)
            )
            with reading(self.engine) as connection:
                these = and_(
                    documents.c.position.between(first.position, last.position),
                    or_(documents.c.position > first.position, corrections.c.page >= first.page),
                    or_(documents.c.position < last.position, corrections.c.page <= last.page),
                )
                histories = histories_of(connection, job, these) if reviewed else {}
                for row in connection.execute(query).mappings():
                    found.setdefault((row["document"], row["page"]), []).append(with_outcome(row, histories))
            for row in rows:
                yield page_of(row._mapping, found.get((row.document, row.page), ()))

    def troubles(self, job: str, limit: int) -> list[PageResult]:
        """The first `limit` pages that could not be read (failed or unmatched), or not all that they show, without
        readings, in order."""
        could_not = or_(pages.c.status.in_([PageStatus.FAILED.value, PageStatus.UNMATCHED.value]), PARTLY_READ)
        found: list[PageResult] = []
        for rows in self._page_slices(job, could_not, limit):
            found += [page_of(row._mapping, ()) for row in rows]
            break
        return found

    def counts(self, job: str) -> Counts:
        """How many pages and fields of each sort, after what people said of them."""
        sums = [func.coalesce(func.sum(column), 0) for column in TALLIES.values()]
        by_page = select(pages.c.state, pages.c.status, func.count(), *sums).where(pages.c.job == job)
        with reading(self.engine) as connection:
            rows = connection.execute(by_page.group_by(pages.c.state, pages.c.status)).all()
            partly = connection.scalar(select(func.count()).where(pages.c.job == job, PARTLY_READ)) or 0
        fields = [sum(row[3 + at] for row in rows) for at in range(len(TALLIES))]
        status = {PageStatus(row[1]).value: row[2] for row in rows if row[0] == DONE}
        return Counts(
            pages=sum(row[2] for row in rows),
            done=sum(status.values()),
            partly=partly,
            fields=sum(fields),
            **status,
            **{name.value: count for name, count in zip(TALLIES, fields, strict=True)},
        )

    def _page_slices(self, job: str, which: ColumnElement[bool], size: int = SLICE_ROWS) -> Iterator[Sequence[Any]]:
        """Pages with their documents, in order, at most `size` at a time and never none."""
        position, number = -1, 0
        while True:
            query = (
                select(pages, GIVEN_NAME.label("file"), documents.c.position)
                .join_from(
                    documents, pages, and_(pages.c.job == documents.c.job, pages.c.document == documents.c.number)
                )
                .where(
                    documents.c.job == job,
                    documents.c.position >= position,
                    or_(documents.c.position > position, pages.c.page > number),
                    which,
                )
                .order_by(documents.c.position, pages.c.page)
                .limit(size)
            )
            with reading(self.engine) as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            yield rows
            position, number = rows[-1].position, rows[-1].page


def _waiting(job: str, document: int, page: int) -> dict[str, Any]:
    return {"job": job, "document": document, "page": page, "state": WAITING, "attempts": 0}


def _page_values(outcome: Outcome) -> dict[str, Any]:
    result = outcome.result
    # Numbers may come as numpy's, which JSON and drivers refuse.
    return {
        "new_status": result.status.value,
        "new_form": result.form,
        "new_fit": float(result.fit),
        "new_reason": result.reason,
        "new_rules": [asdict(rule) for rule in result.rules],
        "new_record": result.record,
        "new_attempts": outcome.attempts,
        **{
            f"new_{column.name}": sum(one.status is status for one in result.readings)
            for status, column in TALLIES.items()
        },
    }


def _recount_said(connection: Connection, job: str, outcomes: Sequence[Outcome]) -> None:
    """Pages that are read again count what people said of them before."""
    results = {(one.document, one.result.page): one.result for one in outcomes}
    said = select(reviews.c.document, reviews.c.page, reviews.c.position, reviews.c.status).where(
        reviews.c.job == job, reviews.c.document.in_({one.document for one in outcomes}), reviews.c.kind.is_not(None)
    )
    for row in connection.execute(said).all():
        result = results.get((row.document, row.page))
        if result is not None and row.position < len(result.readings):
            here = (pages.c.job == job, pages.c.document == row.document, pages.c.page == row.page)
            recount(connection, here, result.readings[row.position].status.value, row.status)


def _reading_rows(job: str, outcome: Outcome) -> Iterator[dict[str, Any]]:
    for position, one in enumerate(outcome.result.readings):
        yield {
            "job": job,
            "document": outcome.document,
            "page": outcome.result.page,
            "position": position,
            "field": one.field,
            "kind": one.kind.value,
            "value": one.value,
            "written": one.written,
            "confidence": float(one.confidence),
            "status": one.status.value,
            "quad": [[float(x), float(y)] for x, y in one.quad],
            "alternatives": [asdict(alternative) for alternative in one.alternatives],
            "rules": one.rules,
            "doubts": [asdict(doubt) for doubt in one.doubts],
            "symbols": [asdict(symbol) for symbol in one.symbols],
        }


def _slices(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), SLICE_ROWS):
        yield items[start : start + SLICE_ROWS]
