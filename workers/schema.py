"""The tables of the job store, in the SQL that SQLite and PostgreSQL share."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

VERSION = 1
"""Raised with every change to the tables; a database of another version is refused."""

WAITING, DONE = "waiting", "done"
"""States of a page: to be read, read (or failed for good)."""

RUNNING, FINISHED = "running", "finished"
"""States of a job: begun and perhaps interrupted, all its pages done and written out."""

ESCAPED = "\\json:"


class AnyText(TypeDecorator[str]):
    """Text that may hold what a database refuses: a file name that is no UTF-8, a NUL.

    Nearly all text is stored as it is; the rest as JSON behind a mark that no ordinary path starts with.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        storable = "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
        return value if storable and not value.startswith(ESCAPED) else ESCAPED + json.dumps(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        if isinstance(value, str) and value.startswith(ESCAPED):
            return str(json.loads(value.removeprefix(ESCAPED)))
        return value  # type: ignore[no-any-return]


metadata = MetaData()

schema_version = Table("formdigits_schema", metadata, Column("version", Integer, primary_key=True, autoincrement=False))

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(24), primary_key=True),
    # What makes two commands the same job: a hash of inputs, templates, model and options.
    Column("key", String(64), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("options", JSON, nullable=False),
    # The columns of the output: [[name, kind], …].
    Column("fields", JSON, nullable=False),
    # Seconds since 1970, UTC.
    Column("created", Double, nullable=False),
    Column("finished", Double),
)

documents = Table(
    "documents",
    metadata,
    Column("job", ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    # A document keeps its number for good; its position in the output moves when others come or go.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Column("file", AnyText, nullable=False),
    # Bytes and nanoseconds when the job last looked: another size or time means that it must be read again.
    Column("size", BigInteger, nullable=False),
    Column("modified", BigInteger, nullable=False),
    # Empty until counted.
    Column("pages", Integer),
    Index("documents_in_order", "job", "position"),
)

pages = Table(
    "pages",
    metadata,
    Column("job", String(24), primary_key=True),
    Column("document", Integer, primary_key=True, autoincrement=False),
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("state", String(16), nullable=False),
    # How many times its reading was begun: above one where it, or a page read with it, killed its process.
    Column("attempts", Integer, nullable=False, default=0),
    Column("status", String(16)),
    Column("form", AnyText),
    Column("fit", Double),
    Column("reason", AnyText),
    Column("rules", JSON),
    ForeignKeyConstraint(["job", "document"], ["documents.job", "documents.number"], ondelete="CASCADE"),
)

readings = Table(
    "readings",
    metadata,
    Column("job", String(24), primary_key=True),
    Column("document", Integer, primary_key=True, autoincrement=False),
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("field", AnyText, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("value", AnyText, nullable=False),
    Column("written", AnyText, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("status", String(16), nullable=False),
    Column("quad", JSON, nullable=False),
    Column("alternatives", JSON, nullable=False),
    Column("rules", JSON, nullable=False),
    Column("notes", JSON, nullable=False),
    ForeignKeyConstraint(
        ["job", "document", "page"], ["pages.job", "pages.document", "pages.page"], ondelete="CASCADE"
    ),
)
