"""Jobs know which answers count for them, and what was promised of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "job_forms",
        _of_job(),
        sa.Column("form", sa.Text, primary_key=True),
        sa.Column("reads", sa.String(64), nullable=False),
    )
    op.create_index("ix_job_forms_reads", "job_forms", ["reads"])
    op.create_table("promises", _of_job(), sa.Column("promise", sa.JSON, nullable=False))


def _of_job() -> sa.Column[str]:
    return sa.Column("job", sa.String(24), sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
