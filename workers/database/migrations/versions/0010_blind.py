"""A second person may read without seeing what the machine read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("review_plans", sa.Column("blind", sa.Boolean, nullable=False, server_default=sa.false()))
