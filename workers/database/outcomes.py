"""What people said of a field, put in the place of what was read there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, and_, literal_column, select, update

from extractor.values import FieldStatus, PageResult, PageStatus
from workers.database.schema import corrections, documents, pages, readings, reviews
from workers.review.values import Stage

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


TALLIES = {
    FieldStatus.ACCEPTED: pages.c.accepted,
    FieldStatus.BLANK: pages.c.blank,
    FieldStatus.VOID: pages.c.void,
    FieldStatus.REVIEW: pages.c.doubtful,
}
"""Where a page keeps how many of its fields are of which status now."""

DOUBTFUL = pages.c.doubtful > literal_column("0")
"""Pages with a field that a person should look at and nobody has settled. As the words of their index, since SQLite
knows it by those."""


def recount(connection: Connection, at: Sequence[ColumnElement[bool]], was: str, now: str) -> None:
    """A field of the page `at` that said `was` is counted as `now` from here on."""
    if was != now:
        less, more = TALLIES[FieldStatus(was)], TALLIES[FieldStatus(now)]
        connection.execute(update(pages).where(*at).values({less: less - 1, more: more + 1}))


Spot: TypeAlias = tuple[int, int, int]
"""A field of a job: its document's number, its page, its position on that."""


def with_outcome(row: Mapping[Any, Any], histories: Mapping[Spot, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """A row of `readings` with `OUTCOME` as a reading's tree, whose value and status are the outcome's if any.

    `histories` are those of `histories_of`, by field.
    """
    tree = {name: value for name, value in row.items() if not name.startswith("said_")}
    tree["history"] = histories.get((row["document"], row["page"], row["position"]), ())
    if row["said_kind"] is None:
        return tree
    checked = {
        **{"kind": row["said_kind"], "by": row["said_by"], "at": moment(row["said_at"])},
        **{"was": row["value"], "was_status": row["status"]},
    }
    return tree | {"value": row["said_value"], "status": row["said_status"], "checked": checked}


def page_of(row: Mapping[Any, Any], found: Sequence[Mapping[str, Any]]) -> PageResult:
    """The result of a page of which `row` is kept and its readings' trees are `found`; where that is damaged, a failed
    page that says so."""
    try:
        key = f"{row['job']}/{row['document']}-{row['page']}"
        return PageResult.from_dict({**row, "readings": found, "key": key})
    except (ValueError, TypeError, KeyError, AttributeError):
        reason = "What was read of this page is damaged in the database; read it again."
        return PageResult(row["file"], row["page"], "", PageStatus.FAILED, reason=reason)


def histories_of(connection: Connection, job: str, which: ColumnElement[bool]) -> dict[Spot, list[dict[str, Any]]]:
    """What people have said of those fields of the job whose rows in `corrections`, beside their `documents`, are
    `which`; the oldest first. What is said of a field that is not settled is for nobody yet, since the second who reads
    it should not know the first one's answer."""
    same = and_(
        reviews.c.job == corrections.c.job,
        reviews.c.document == corrections.c.document,
        reviews.c.page == corrections.c.page,
        reviews.c.position == corrections.c.position,
    )
    query = (
        select(corrections)
        .join_from(
            corrections,
            documents,
            and_(documents.c.job == corrections.c.job, documents.c.number == corrections.c.document),
        )
        .join(reviews, same)
        .where(corrections.c.job == job, reviews.c.stage == Stage.SETTLED, which)
        .order_by(corrections.c.id)
    )
    found: dict[Spot, list[dict[str, Any]]] = {}
    for row in connection.execute(query):
        found.setdefault((row.document, row.page, row.position), []).append(
            {
                **{"by": row.by, "at": moment(row.at), "kind": row.kind},
                **{"was": row.was_value, "was_status": row.was_status, "value": row.value, "status": row.status},
            }
        )
    return found


def moment(seconds: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
