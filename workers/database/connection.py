"""The connection to the job database: SQLite as it should be set, errors as sentences with the way out."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from extractor.errors import ServiceError
from workers.database.schema import VERSION, metadata, schema_version

UNNUMBERED = "0001"
"""The version of a database whose tables are older than Alembic's table of versions."""

TABLES_LOCK = 0x666D6467
"""The number of PostgreSQL's advisory lock: one process at a time makes tables."""

DATABASE_WAIT_S = 4
"""How long to wait for a lock or for a server before giving up."""


KEPT_OPEN, MOST_OPEN = 8, 40
"""Connections of one process: those that stay open, and how many there may be when many threads ask at once."""


def open_database(url: str) -> Engine:
    """An engine on the database at `url`, its tables made where missing.

    Raises ServiceError within five seconds when it cannot be reached, is locked, damaged, read-only, of another
    version, or when its driver is not installed.
    """
    try:
        parsed = make_url(url)
        engine = create_engine(
            parsed,
            connect_args=_connect_args(parsed),
            pool_pre_ping=not _is_sqlite(parsed),
            json_deserializer=_kept_json,
            **({} if _is_memory(parsed) else {"pool_size": KEPT_OPEN, "max_overflow": MOST_OPEN - KEPT_OPEN}),
        )
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise ServiceError(
            "FORMDIGITS_DATABASE_URL is not the address of a database; "
            "give one such as postgresql://user:password@host/name, or leave it unset."
        ) from None
    except ModuleNotFoundError as error:
        raise ServiceError(
            f"The database driver {error.name} is not installed; pip install '{error.name}[binary]' mends that."
        ) from None
    if _is_sqlite(parsed):
        _make_private(parsed.database)
        event.listen(engine, "connect", _set_up_sqlite)
    with service_errors(engine):
        _make_tables(engine)
    return engine


class Database:
    """A database that is open. What can be done twice is tried again for `patience_s` seconds while it is away.

    `engine` is for the modules of `workers.database` alone.
    """

    def __init__(self, engine: Engine, patience_s: float = 0.0) -> None:
        self.engine = engine
        self.patience_s = patience_s

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def service_errors(engine: Engine) -> Iterator[None]:
    """Turns every error of the database into a ServiceError of one sentence."""
    try:
        yield
    except SQLAlchemyError as error:
        raise ServiceError(_sentence(engine.url, error)) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to look things up with. Raises ServiceError."""
    with service_errors(engine), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction, kept whole or not at all. Raises ServiceError.

    In SQLite its first statement must write: then the lock is waited for, and not refused halfway.
    """
    with service_errors(engine), _turn(engine), engine.begin() as connection:
        yield connection


_turns: WeakKeyDictionary[Engine, threading.Lock] = WeakKeyDictionary()


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """In SQLite, the threads of this process write one after the other: whoever waits for the file's own lock asks for
    it again and again, ever less often, so that of many some would never get it."""
    if not _is_sqlite(engine.url):
        yield
        return
    lock = _turns.setdefault(engine, threading.Lock())
    # Where that takes too long, the file's lock says so in words.
    mine = lock.acquire(timeout=DATABASE_WAIT_S)
    try:
        yield
    finally:
        if mine:
            lock.release()


def seconds_now(connection: Connection) -> float:
    """Seconds since 1970 by the database's clock, since those of several machines differ."""
    if connection.dialect.name == "postgresql":
        return float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
    return time.time()


def _is_memory(url: URL) -> bool:
    return _is_sqlite(url) and url.database in (None, "", ":memory:")


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _connect_args(url: URL) -> dict[str, Any]:
    if _is_sqlite(url):
        return {"timeout": DATABASE_WAIT_S}
    return {"connect_timeout": DATABASE_WAIT_S - 1} if url.get_backend_name() == "postgresql" else {}


def _kept_json(text: str | bytes) -> Any:
    """What was kept as JSON; None where that is damaged, so that one such row stops no list with others in it."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _make_private(file: str | None) -> None:
    """A new database is for its owner alone; SQLite gives the files beside it the same rights."""
    if file and not file.startswith((":", "file:")):
        # Where it cannot be made, opening it says why.
        with suppress(OSError, ValueError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))


def _set_up_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    # Readers do not wait for the writer, and a crash loses at most the last transactions, never the file.
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _make_tables(engine: Engine) -> None:
    """Tables where there are none, and those of an older formdigits brought up to this one."""
    if _version(engine) == VERSION:
        return
    with _alone(engine) as connection:
        found = version_of(connection)
        if found is None:
            metadata.create_all(connection)
            connection.execute(insert(schema_version).values(version_num=VERSION))
        elif found != VERSION:
            # Imported only where there is something to do: it takes its time.
            from workers.database.migrations import bring_up

            if not bring_up(connection, found):
                raise ServiceError(
                    f"{_name(engine.url)} was made by another version of formdigits; {_elsewhere(engine.url)}."
                )


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """One transaction for tables, kept whole or not at all, while no other process is in such a block."""
    with engine.connect() as connection:
        if not _is_sqlite(engine.url):
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": TABLES_LOCK})
                yield connection
            return
        # The driver begins no transaction before DDL by itself, so it is begun by hand.
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.isolation_level = None
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            # It is thrown away with what it had begun.
            connection.invalidate()
            raise
        raw.isolation_level = ""


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return version_of(connection)


def version_of(connection: Connection) -> str | None:
    """What the tables are; None where there are none."""
    tables = inspect(connection)
    if tables.has_table(schema_version.name):
        return connection.execute(select(schema_version.c.version_num)).scalars().first()
    return UNNUMBERED if tables.has_table("formdigits_schema") else None


def without_password(url: str) -> str:
    """The address of a database as it may be shown."""
    return make_url(url).render_as_string(hide_password=True)


def _name(url: URL) -> str:
    if _is_sqlite(url):
        return f"The job database {url.database}"
    return f"The job database {url.render_as_string(hide_password=True)}"


def _elsewhere(url: URL) -> str:
    if _is_sqlite(url):
        return "move it away, or set FORMDIGITS_HOME to another folder"
    return "set FORMDIGITS_DATABASE_URL to another database"


def _sentence(url: URL, error: SQLAlchemyError) -> str:
    cause = str(getattr(error, "orig", None) or error).strip()
    why = cause.splitlines()[0].rstrip(".") if cause else type(error).__name__
    if not _is_sqlite(url):
        return f"{_name(url)} cannot be used ({why}); start it, or correct FORMDIGITS_DATABASE_URL."
    if "locked" in why:
        return f"{_name(url)} is locked by another program; wait until that has finished, then run this again."
    if "full" in why:
        return f"{_name(url)} cannot grow because its disk is full; make room, then run this again."
    if "readonly" in why or "unable to open" in why:
        folder = Path(url.database or ".").parent
        return (
            f"{_name(url)} cannot be opened for writing; "
            f"make it and its folder {folder} writable, or set FORMDIGITS_HOME to another folder."
        )
    if isinstance(error, OperationalError) and "I/O" in why:
        return f"{_name(url)} cannot be used ({why}); check its disk, or set FORMDIGITS_HOME to another folder."
    return f"{_name(url)} is damaged ({why}); move it away and run this again."
