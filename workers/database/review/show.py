"""Fields of the queue with all that a person wants to see of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select

from extractor.template.rule import parse_rule
from extractor.values import CheckKind, FieldStatus, Reading, reading_of
from workers.database.connection import reading
from workers.database.outcomes import OF_READING, OUTCOME, with_outcome
from workers.database.schema import corrections, documents, pages, readings, reviews
from workers.database.store import Store
from workers.review.values import FieldKey, Item, Said, Stage, person_key

FIELDS_AT_ONCE = 200


def items(store: Store, keys: Sequence[FieldKey], reviewer: str) -> list[Item]:
    """These fields, in this order, as `reviewer` may see them."""
    found: dict[FieldKey, Item] = {}
    with reading(store.engine) as connection:
        for start in range(0, len(keys), FIELDS_AT_ONCE):
            some = keys[start : start + FIELDS_AT_ONCE]
            said = spoken(connection, some)
            for key, row in _rows(connection, some):
                beside = _beside(connection, key, row["rules"])
                found[key] = _item(key, row, beside, said.get(key, ()), reviewer)
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
        .join_from(
            reviews,
            readings,
            OF_READING,
        )
        .join(pages, and_(pages.c.job == reviews.c.job, pages.c.document == reviews.c.document))
        .join(documents, and_(documents.c.job == reviews.c.job, documents.c.number == reviews.c.document))
        .where(
            pages.c.page == reviews.c.page,
            among(reviews, keys),
        )
    )
    rows = connection.execute(query).mappings()
    return [(FieldKey(row["job"], row["document"], row["page"], row["position"]), row) for row in rows]


def _beside(connection: Connection, key: FieldKey, rules: Sequence[str]) -> tuple[tuple[str, str], ...]:
    names = {name for rule in rules for name in _names(rule)}
    if not names:
        return ()
    query = (
        select(readings, *OUTCOME)
        .outerjoin_from(readings, reviews, OF_READING)
        .where(readings.c.job == key.job, readings.c.document == key.document, readings.c.page == key.page)
        .order_by(readings.c.position)
    )
    found = [with_outcome(row) for row in connection.execute(query).mappings()]
    return tuple((one["field"], one["value"]) for one in found if one["field"] in names)


def _names(rule: str) -> tuple[str, ...]:
    try:
        return parse_rule(rule).names
    except ValueError:
        # Of a formdigits that knew other rules.
        return ()


def _item(
    key: FieldKey, row: Mapping[Any, Any], beside: tuple[tuple[str, str], ...], said: tuple[Said, ...], reviewer: str
) -> Item:
    # What was said of an earlier content of the page is history only.
    now = said[len(said) - row["answers"] :]
    stage = Stage(row["stage"])
    open_to_all = stage in (Stage.THIRD, Stage.SETTLED)
    machine: Reading = reading_of(row)
    return Item(
        key=key,
        file=row["file"],
        form=row["form"] or "",
        reading=machine,
        stage=stage,
        sample=row["sample"],
        answers=row["answers"],
        beside=beside,
        said=tuple(one for one in now if open_to_all or one.person == person_key(reviewer)),
    )
