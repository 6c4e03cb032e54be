"""Fields of the queue with all that a person wants to see of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select

from extractor.table_lines import lines_of, table_place
from extractor.values import CheckKind, FieldStatus, Reading, reading_of
from workers.database.connection import reading
from workers.database.outcomes import OF_READING, OUTCOME, with_outcome
from workers.database.schema import corrections, documents, pages, readings, reviews
from workers.database.store import Store
from workers.review.values import FieldKey, Item, Said, Stage, person_key, standing

log = logging.getLogger(__name__)

FIELDS_AT_ONCE = 200


def items(store: Store, keys: Sequence[FieldKey], reviewer: str) -> list[Item]:
    """These fields, in this order, as `reviewer` may see them; also those that are not up for review. One that is
    damaged in the database is left out."""
    found: dict[FieldKey, Item] = {}
    with reading(store.engine) as connection:
        for start in range(0, len(keys), FIELDS_AT_ONCE):
            some = keys[start : start + FIELDS_AT_ONCE]
            said = spoken(connection, some)
            for key, row in _rows(connection, some):
                try:
                    beside = _beside(connection, key) if row["rules"] else ()
                    item = _item(key, row, beside, said.get(key, ()), reviewer)
                    found[key] = replace(item, line=_line(connection, key, row["field"]))
                except (ValueError, TypeError, KeyError, AttributeError) as error:
                    log.warning("field %s of job %s is left out: it is damaged (%r)", key, key.job, error)
    return [found[key] for key in keys if key in found]


def spoken(connection: Connection, keys: Sequence[FieldKey]) -> dict[FieldKey, tuple[Said, ...]]:
    """All that was ever said of each of these fields, the oldest first."""
    query = (
        select(corrections)
        .where(
            among(corrections, keys),
        )
        .order_by(corrections.c.id)
    )
    found: dict[FieldKey, list[Said]] = {}
    for row in connection.execute(query):
        found.setdefault(FieldKey(row.job, row.document, row.page, row.position), []).append(said_of(row))
    return {key: tuple(some) for key, some in found.items()}


def among(table: Table, keys: Sequence[FieldKey]) -> ColumnElement[bool]:
    """The rows of these fields, one at least. As alternatives, since SQLite finds a list of rows in no index."""
    return or_(*(and_(*(table.c[name] == part for name, part in key._asdict().items())) for key in keys))


def said_of(row: Any) -> Said:
    """The answer that a row of `corrections` is."""
    return Said(
        by=row.by,
        at=row.at,
        kind=CheckKind(row.kind),
        forced=row.forced,
        was_status=FieldStatus(row.was_status),
        was_value=row.was_value,
        status=FieldStatus(row.status),
        value=row.value,
    )


def _rows(connection: Connection, keys: Sequence[FieldKey]) -> list[tuple[FieldKey, Mapping[Any, Any]]]:
    query = (
        select(
            *(reviews.c.stage, reviews.c.sample, reviews.c.answers),
            *(pages.c.form, documents.c.file),
            readings,
        )
        .outerjoin_from(readings, reviews, OF_READING)
        .join(pages, and_(pages.c.job == readings.c.job, pages.c.document == readings.c.document))
        .join(documents, and_(documents.c.job == readings.c.job, documents.c.number == readings.c.document))
        .where(pages.c.page == readings.c.page, among(readings, keys))
    )
    rows = connection.execute(query).mappings()
    return [(FieldKey(row["job"], row["document"], row["page"], row["position"]), row) for row in rows]


def _beside(connection: Connection, key: FieldKey, *which: ColumnElement[bool]) -> tuple[Reading, ...]:
    """The readings of the field's page, those that are `which`, as people have settled them."""
    query = (
        select(readings, *OUTCOME)
        .outerjoin_from(readings, reviews, OF_READING)
        .where(readings.c.job == key.job, readings.c.document == key.document, readings.c.page == key.page, *which)
        .order_by(readings.c.position)
    )
    return tuple(reading_of(with_outcome(row, {})) for row in connection.execute(query).mappings())


def _line(connection: Connection, key: FieldKey, field: str) -> tuple[Reading, ...]:
    """The readings of the line of a table that the field stands in; none for a field beside the tables."""
    if (place := table_place(field)) is None:
        return ()
    return _beside(connection, key, readings.c.field.startswith(f"{place.table}.{place.line}.", autoescape=True))


def _item(
    key: FieldKey,
    row: Mapping[Any, Any],
    beside: tuple[Reading, ...],
    said: tuple[Said, ...],
    reviewer: str,
) -> Item:
    # What was said of an earlier content of the page is history only.
    now = standing(said[len(said) - row["answers"] :]) if row["answers"] else ()
    # A field that is not up for review is as good as settled.
    stage = Stage.SETTLED if row["stage"] is None else Stage(row["stage"])
    open_to_all = stage in (Stage.THIRD, Stage.SETTLED)
    machine: Reading = reading_of(row)
    return Item(
        key=key,
        file=row["file"],
        form=row["form"] or "",
        reading=machine,
        stage=stage,
        sample=bool(row["sample"]),
        answers=row["answers"] or 0,
        beside=tuple((one.field, one.value) for one in beside),
        filled=tuple((table, sum(one.filled for one in lines)) for table, lines in lines_of(beside).items()),
        said=tuple(one for one in now if open_to_all or one.person == person_key(reviewer)),
    )
