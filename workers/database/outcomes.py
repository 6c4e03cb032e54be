"""What people said of a field, put in the place of what was read there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_

from workers.database.schema import readings, reviews

OF_READING = and_(
    reviews.c.job == readings.c.job,
    reviews.c.document == readings.c.document,
    reviews.c.page == readings.c.page,
    reviews.c.position == readings.c.position,
)
"""Joins a reading with its row among the reviews, where it has one."""

OUTCOME = tuple(
    column.label(f"said_{column.name}")
    for column in (reviews.c.kind, reviews.c.status, reviews.c.value, reviews.c.by, reviews.c.at)
)
"""The outcome, empty until the field is settled."""


def with_outcome(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row of `readings` with `OUTCOME` as a reading's tree, whose value and status are the outcome's if any."""
    tree = {name: value for name, value in row.items() if not name.startswith("said_")}
    if row["said_kind"] is None:
        return tree
    checked = {
        **{"kind": row["said_kind"], "by": row["said_by"], "at": moment(row["said_at"])},
        **{"was": row["value"], "was_status": row["status"]},
    }
    return tree | {"value": row["said_value"], "status": row["said_status"], "checked": checked}


def moment(seconds: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
