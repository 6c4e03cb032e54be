"""Review: plans, the fields that people look at with their outcomes, and every answer that was given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("pages", sa.Column("reviewed", sa.Integer, nullable=False, server_default="0"))
    op.create_index("pages_to_review", "pages", ["job", "reviewed", "state"])
    op.create_table(
        "review_plans",
        sa.Column("job", sa.String(24), sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("second", sa.Boolean, nullable=False),
        sa.Column("sample", sa.Double, nullable=False),
        sa.Column("doubtful", sa.Integer, nullable=False, server_default="0"),
        sa.Column("sampled", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_table(
        "reviews",
        sa.Column("job", sa.String(24), primary_key=True),
        sa.Column("document", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("page", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sample", sa.Boolean, nullable=False),
        sa.Column("was", sa.String(16), nullable=False),
        sa.Column("stage", sa.Integer, nullable=False),
        sa.Column("keyed_by", sa.Text, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("rank", sa.Double, nullable=False),
        sa.Column("claimant", sa.String(64), nullable=False),
        sa.Column("lease", sa.Double, nullable=False),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16)),
        sa.Column("status", sa.String(16)),
        sa.Column("value", sa.Text),
        sa.Column("by", sa.JSON),
        sa.Column("at", sa.Double),
        sa.ForeignKeyConstraint(
            ["job", "document", "page"], ["pages.job", "pages.document", "pages.page"], ondelete="CASCADE"
        ),
        sa.Index("reviews_in_order", "job", "stage", "keyed_by", "sample", "turn", "rank"),
        sa.Index("reviews_by_claimant", "claimant"),
    )
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("job", sa.String(24), sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("document", sa.Integer, nullable=False),
        sa.Column("page", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("forced", sa.Boolean, nullable=False),
        sa.Column("was_status", sa.String(16), nullable=False),
        sa.Column("was_value", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Index("corrections_of_field", "job", "document", "page", "position"),
        sa.Index("corrections_by_person", "job", "by", "id"),
    )
