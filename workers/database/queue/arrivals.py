"""What a watched folder needs to know of its job: which contents it has, and which files are finished."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, select, update

from extractor.values import PageStatus
from workers.database.connection import reading, writing
from workers.database.schema import documents, pages
from workers.database.store import Store
from workers.job import DONE

CONTENTS_AT_ONCE = 1000


def known_contents(store: Store, job: str, contents: Sequence[str]) -> dict[str, str]:
    """Those of `contents` that the job has, with the file that each is of."""
    found: dict[str, str] = {}
    with reading(store.engine) as connection:
        # A slice at a time: a statement has room for so many values only.
        for start in range(0, len(contents), CONTENTS_AT_ONCE):
            these = documents.c.content.in_(contents[start : start + CONTENTS_AT_ONCE])
            query = select(documents.c.content, documents.c.file).where(documents.c.job == job, these)
            found |= {row.content: row.file for row in connection.execute(query.order_by(documents.c.position.desc()))}
    return found


def files_read(store: Store, job: str) -> list[tuple[int, str]]:
    """(document, file) of those of which every page is done and none failed."""
    mine = (pages.c.job == documents.c.job) & (pages.c.document == documents.c.number)
    bad = (pages.c.state != DONE) | (pages.c.status == PageStatus.FAILED.value)
    query = select(documents.c.number, documents.c.file).where(
        documents.c.job == job, documents.c.pages > 0, documents.c.chunk.is_(None), ~exists().where(mine, bad)
    )
    with reading(store.engine) as connection:
        return [(row.number, row.file) for row in connection.execute(query)]


def set_file(store: Store, job: str, number: int, file: str) -> None:
    """Says where a document lies now."""
    with writing(store.engine) as connection:
        connection.execute(
            update(documents).where(documents.c.job == job, documents.c.number == number).values(file=file)
        )
