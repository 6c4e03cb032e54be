"""Fields that were mended beside the review are counted at once, however many are in it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_index(
        "reviews_mended", "reviews", ["job"], sqlite_where=sa.text("mended = 1"), postgresql_where=sa.text("mended")
    )
