"""What was noticed about a field is kept with its kind and with the confidence that it leaves."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("ALTER TABLE readings RENAME COLUMN notes TO doubts")
