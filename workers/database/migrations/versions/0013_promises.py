"""Jobs know which answers count for them, and what was promised of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    job = sa.Column("job", sa.String(24), sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    op.create_table(
        "job_forms",
        job,
        sa.Column("form", sa.Text, primary_key=True),
        sa.Column("reads", sa.String(64), nullable=False),
    )
    op.create_index("ix_job_forms_reads", "job_forms", ["reads"])
    op.create_table("promises", job.copy(), sa.Column("promise", sa.JSON, nullable=False))
