"""Databases of older versions brought up to this one, by Alembic's steps in `versions/`."""

from __future__ import annotations

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text

from workers.database.schema import VERSION, schema_version


def bring_up(connection: Connection, found: str) -> bool:
    """Does the steps from `found` on, as a part of the connection's transaction. False for a version unknown here."""
    scripts = ScriptDirectory(str(Path(__file__).parent))
    context = MigrationContext.configure(connection, opts={"transactional_ddl": False})
    try:
        steps = list(reversed(list(scripts.iterate_revisions(VERSION, found))))
    except (CommandError, ResolutionError):
        return False
    if not inspect(connection).has_table(schema_version.name):
        context.stamp(scripts, found)
    with Operations.context(context):
        for step in steps:
            step.module.upgrade()
            connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": step.revision})
    return True
