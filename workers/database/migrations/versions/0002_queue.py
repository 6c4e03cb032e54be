"""The queue: chunks and recipes, contents and attempts of documents, queues of jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("queue", sa.String(64)))
    op.add_column("jobs", sa.Column("recipe", sa.String(64)))
    op.create_index("ix_jobs_recipe", "jobs", ["recipe"])
    op.add_column("documents", sa.Column("content", sa.String(64)))
    op.add_column("documents", sa.Column("attempts", sa.Integer, nullable=False, server_default="0"))
    op.add_column("documents", sa.Column("chunk", sa.Integer))
    op.create_index("documents_by_content", "documents", ["content"])
    op.create_index("documents_by_chunk", "documents", ["job", "chunk"])
    op.add_column("pages", sa.Column("chunk", sa.Integer))
    op.create_index("pages_by_chunk", "pages", ["job", "chunk"])
    op.create_table(
        "chunks",
        sa.Column("job", sa.String(24), sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("claimant", sa.String(64), nullable=False),
        sa.Column("lease", sa.Double, nullable=False),
        sa.Column("dispatched", sa.Double, nullable=False),
        sa.Column("finished", sa.Double),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Index("chunks_to_send", "state", "dispatched"),
        sa.Index("chunks_finished", "job", "finished"),
    )
    op.create_table(
        "recipes",
        sa.Column("recipe", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(255), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.drop_table("formdigits_schema")
