"""Readings keep their symbols, where these were asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("readings", sa.Column("symbols", sa.JSON))
