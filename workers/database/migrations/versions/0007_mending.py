"""Fields that somebody mended are among the reviews, though nobody has put them up for review."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("reviews", sa.Column("mended", sa.Boolean, nullable=False, server_default=sa.false()))
