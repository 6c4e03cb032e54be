"""Pages keep the record that their own code says they belong to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("pages", sa.Column("record", sa.Text))
