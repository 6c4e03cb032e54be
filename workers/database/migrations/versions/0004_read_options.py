"""How a job reads is one value, what else stood in `options` has columns; documents keep the name given to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

jobs = sa.table(
    "jobs",
    sa.column("id", sa.String),
    sa.column("options", sa.JSON),
    sa.column("home", sa.Text),
    sa.column("again", sa.Boolean),
)


def upgrade() -> None:
    op.add_column("documents", sa.Column("given", sa.Text))
    op.add_column("jobs", sa.Column("home", sa.Text))
    op.add_column("jobs", sa.Column("again", sa.Boolean, nullable=False, server_default=sa.false()))
    connection = op.get_bind()
    for job, options in connection.execute(sa.select(jobs.c.id, jobs.c.options)).all():
        moved = {"home": options.get("home"), "again": bool(options.get("again"))}
        connection.execute(sa.update(jobs).where(jobs.c.id == job).values(moved))
