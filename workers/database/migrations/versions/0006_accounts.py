"""Accounts and their sessions; people of corrections are told apart whatever the case of their names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workers.review.values import person_key

revision = "0006"
down_revision = "0005"

corrections = sa.table("corrections", sa.column("by", sa.Text), sa.column("person", sa.Text))
reviews = sa.table("reviews", sa.column("keyed_by", sa.Text))


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password", sa.String(200), nullable=False),
        sa.Column("created", sa.Double, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("person", sa.Text, sa.ForeignKey("accounts.person", ondelete="CASCADE"), index=True),
        sa.Column("began", sa.Double, nullable=False),
    )
    op.add_column("corrections", sa.Column("person", sa.Text, nullable=False, server_default=""))
    connection = op.get_bind()
    for name in connection.execute(sa.select(corrections.c.by).distinct()).scalars().all():
        connection.execute(sa.update(corrections).where(corrections.c.by == name).values(person=person_key(name)))
    first_keyers = connection.execute(sa.select(reviews.c.keyed_by).distinct()).scalars().all()
    for name in first_keyers:
        if person_key(name) != name:
            connection.execute(sa.update(reviews).where(reviews.c.keyed_by == name).values(keyed_by=person_key(name)))
    op.drop_index("corrections_by_person", "corrections")
    op.create_index("corrections_by_person", "corrections", ["job", "person", "id"])
