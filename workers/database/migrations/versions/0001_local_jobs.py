"""The tables of `formdigits read`: what a database is that was made before there were steps."""

from __future__ import annotations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing: databases without tables are made as `workers.database.schema` says, and older ones have these."""
