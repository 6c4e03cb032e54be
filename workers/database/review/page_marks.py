"""What people say of a page as a whole: that it should be scanned again, and a comment."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select

from extractor.errors import InputError
from workers.database.connection import reading, seconds_now, writing
from workers.database.schema import documents, page_marks, pages
from workers.database.store import Store

LONGEST_COMMENT = 1000
"""Characters of a comment on a page."""


class PageMark(NamedTuple):
    """A page's mark: its document's number and path, its number, whether it should be scanned again, what is remarked,
    by whom, and when (seconds since 1970, UTC)."""

    document: int
    file: str
    page: int
    rescan: bool
    comment: str
    by: str
    at: float


def mark_page(store: Store, job: str, document: int, page: int, *, rescan: bool, comment: str, by: str) -> None:
    """Marks the page, in the place of an earlier mark; without `rescan` and `comment` it has none any more.

    Raises InputError where there is no such page, or the comment is too long.
    """
    comment = "".join(letter for letter in comment.strip() if letter.isprintable() or letter == "\n")
    if len(comment) > LONGEST_COMMENT:
        raise InputError(f"A comment has at most {LONGEST_COMMENT} characters; this one has {len(comment)}.")
    here = {"job": job, "document": document, "page": page}
    with writing(store.engine) as connection:
        connection.execute(delete(page_marks).where(*_at(page_marks, here)))
        if connection.execute(select(pages.c.page).where(*_at(pages, here))).first() is None:
            raise InputError(f"Page {page} of document {document} is not in this job.")
        if rescan or comment:
            row = {**here, "rescan": rescan, "comment": comment, "by": by, "at": seconds_now(connection)}
            connection.execute(insert(page_marks).values(row))


def marks_of(store: Store, job: str) -> list[PageMark]:
    """All marks of the job's pages, in the order of the documents."""
    query = (
        select(
            *(page_marks.c.document, documents.c.file, page_marks.c.page, page_marks.c.rescan),
            *(page_marks.c.comment, page_marks.c.by, page_marks.c.at),
        )
        .join_from(
            page_marks,
            documents,
            (documents.c.job == page_marks.c.job) & (documents.c.number == page_marks.c.document),
        )
        .where(page_marks.c.job == job)
        .order_by(documents.c.position, page_marks.c.page)
    )
    with reading(store.engine) as connection:
        return [PageMark(*row) for row in connection.execute(query)]


def _at(table: Any, here: dict[str, Any]) -> list[Any]:
    return [table.c[name] == value for name, value in here.items()]
