"""Jobs of any size are counted, put up for review and shared among at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

TALLY = """
UPDATE pages SET {column} = (
  SELECT count(*) FROM readings LEFT JOIN reviews
    ON reviews.job = readings.job AND reviews.document = readings.document
    AND reviews.page = readings.page AND reviews.position = readings.position
  WHERE readings.job = pages.job AND readings.document = pages.document AND readings.page = pages.page
    AND coalesce(reviews.status, readings.status) = '{status}'
) WHERE state = 'done'
"""


def upgrade() -> None:
    op.add_column("jobs", sa.Column("priority", sa.Integer, nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("served", sa.Double, nullable=False, server_default="0"))
    op.add_column("review_plans", sa.Column("raised", sa.Integer, nullable=False, server_default="0"))
    op.add_column("review_plans", sa.Column("further", sa.Double, nullable=False, server_default="0"))
    op.create_index("chunks_open", "chunks", ["job", "state", "number"])
    op.create_index("chunks_by_claimant", "chunks", ["claimant"])
    for column, status in (("accepted",) * 2, ("blank",) * 2, ("void",) * 2, ("doubtful", "review")):
        op.add_column("pages", sa.Column(column, sa.Integer, nullable=False, server_default="0"))
        op.execute(TALLY.format(column=column, status=status))
    op.drop_index("pages_by_chunk", "pages")
    op.create_index("pages_by_chunk", "pages", ["job", "chunk", "document", "page"])
    op.drop_index("pages_to_review", "pages")
    op.create_index("pages_to_review", "pages", ["job", "reviewed", "state", "document", "page"])
    counted = ["job", "state", "status", "form", "accepted", "blank", "void", "doubtful"]
    op.create_index("pages_counted", "pages", counted)
    for name, columns, which in (
        ("pages_doubtful", ["job", "document", "page"], "doubtful > 0"),
        ("pages_partly", ["job"], "status = 'read' AND reason <> ''"),
    ):
        op.create_index(name, "pages", columns, sqlite_where=sa.text(which), postgresql_where=sa.text(which))
