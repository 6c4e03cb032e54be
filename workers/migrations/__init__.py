"""Databases of older versions brought up to this one, by Alembic's steps in `versions/`, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect, text

from workers.schema import VERSION

FIRST = "0001"
LOCK = 0x666D6467
"""The number of PostgreSQL's advisory lock: one process at a time brings the tables up."""


def bring_up(engine: Engine) -> bool:
    """Does the steps that are missing, in one transaction. False where the tables are of a version unknown here."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # The driver begins no transaction before DDL by itself, so it is begun by hand.
            raw = connection.connection.dbapi_connection
            assert raw is not None
            raw.isolation_level = None
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": LOCK})
        try:
            known = _steps(connection)
            connection.exec_driver_sql("COMMIT") if connection.dialect.name == "sqlite" else connection.commit()
        except BaseException:
            connection.exec_driver_sql("ROLLBACK") if connection.dialect.name == "sqlite" else connection.rollback()
            raise
        finally:
            # What was set on it must not come back to others.
            connection.invalidate()
    return known


def _steps(connection: Connection) -> bool:
    scripts = ScriptDirectory(str(Path(__file__).parent))
    context = MigrationContext.configure(
        connection, opts={"transactional_ddl": False, "transaction_per_migration": False}
    )
    if not inspect(connection).has_table("alembic_version"):
        context.stamp(scripts, FIRST)
    found = context.get_current_revision()
    try:
        steps = list(reversed(list(scripts.iterate_revisions(VERSION, found))))
    except (CommandError, ResolutionError):
        return False
    with Operations.context(context):
        for step in steps:
            step.module.upgrade()
            connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": step.revision})
    return True
