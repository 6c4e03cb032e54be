"""What people say of a field: kept for good, and what is settled by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, insert, or_, select, update

from extractor.errors import InputError
from extractor.values import CheckKind, FieldStatus, Reading, reading_of
from workers.database.connection import reading, seconds_now, writing
from workers.database.outcomes import OF_READING, recount
from workers.database.review.field_claims import at
from workers.database.review.plans import plan_of
from workers.database.review.show import said_of, spoken
from workers.database.schema import corrections, pages, readings, reviews
from workers.database.store import Store
from workers.review.forms import Forms
from workers.review.typed import Taken, meaning_of
from workers.review.values import FieldKey, Said, Seat, Stage, person_key, standing


class TakenMeanwhileError(InputError):
    """Somebody else has the field on the screen, or has answered it since it was shown."""


class Answer(NamedTuple):
    """What a person says of a field; `text` is for `type`. `seen` is how many answers there were when it was shown."""

    kind: CheckKind
    text: str
    seen: int
    force: bool = False


class Settled(NamedTuple):
    """What became of it: how far the field is, and what this answer was taken for."""

    stage: Stage
    taken: Taken


def answer(store: Store, forms: Forms, key: FieldKey, seat: Seat, told: Answer) -> Settled:
    """Keeps what the person at `seat` says of the field, in one transaction.

    Without second keying the field is settled by it, and a later answer changes that. With it, a field is settled
    when two people say the same; where they differ, the third person's word stands (or that of whoever then comes to
    agree). Raises MisfitError for what the format does not allow, TakenMeanwhileError, and InputError.
    """
    plan = plan_of(store, key.job)
    field, machine, form = field_at(store, key)
    taken = meaning_of(told.kind, told.text, forms.field(form, field, machine.kind), machine, force=told.force)
    with writing(store.engine) as connection:
        row = _hold(connection, key, seat.window, told.seen)
        if told.kind is CheckKind.ACCEPT and plan is not None and plan.hides(Stage(row.stage)):
            raise InputError("Two people read these fields without seeing the machine's value; type what is written.")
        known = known_of(connection, key, row.answers)
        was = _was(row, known, seat.person, (machine.status, machine.value))
        now = seconds_now(connection)
        as_read = taken.value == machine.value != ""
        kind = CheckKind.ACCEPT if as_read else told.kind
        said = Said(seat.name, now, kind, taken.forced, *was, taken.status, taken.value)
        stage, by = judged([*known, said], second=plan is not None and plan.second)
        keep(connection, key, field, said, row.answers)
        set_outcome(connection, key, stage, said if stage is Stage.SETTLED else None, by, waits=said)
    return Settled(stage, taken)


def known_of(connection: Connection, key: FieldKey, answers: int) -> tuple[Said, ...]:
    """What stands of the last `answers` that were said of the field: before them its page had another content."""
    said = spoken(connection, [key]).get(key, ())
    return standing(said[len(said) - answers :]) if answers else ()


def keep(connection: Connection, key: FieldKey, field: str, said: Said, answers: int) -> None:
    """Keeps for good what was said of the field, which had so many `answers` before."""
    connection.execute(insert(corrections).values(_row(key, field, said)))
    connection.execute(update(reviews).where(at(key)).values(answers=answers + 1, turn=0))


def set_outcome(
    connection: Connection, key: FieldKey, stage: Stage, last: Said | None, by: Sequence[str], *, waits: Said | None
) -> None:
    """How far the field is: settled by the `last` word, behind which `by` stand, or without an outcome. At the second
    stage the person of `waits` is waited for no more."""
    outcome: dict[str, Any] = dict.fromkeys(("kind", "status", "value", "by", "at"))
    if last is not None:
        outcome = {"kind": last.kind.value, "status": last.status.value, "value": last.value, "by": by, "at": last.at}
    keyed_by = waits.person if stage is Stage.SECOND and waits is not None else ""
    machine = select(readings.c.status, reviews.c.status.label("said")).outerjoin_from(readings, reviews, OF_READING)
    before = connection.execute(machine.where(*_here(readings, key), readings.c.position == key.position)).one_or_none()
    if before is not None:
        now = before.status if last is None else last.status.value
        recount(connection, _here(pages, key), before.said or before.status, now)
    connection.execute(update(reviews).where(at(key)).values(stage=stage.value, keyed_by=keyed_by, **outcome))


def _here(table: Table, key: FieldKey) -> list[ColumnElement[bool]]:
    return [table.c.job == key.job, table.c.document == key.document, table.c.page == key.page]


def history(store: Store, job: str, reviewer: str, limit: int) -> list[tuple[FieldKey, str, Said]]:
    """The newest answers of one person: field, its name and what was said, the newest first."""
    query = (
        select(corrections)
        .where(corrections.c.job == job, corrections.c.person == person_key(reviewer))
        .order_by(corrections.c.id.desc())
        .limit(limit)
    )
    with reading(store.engine) as connection:
        rows = connection.execute(query).all()
    return [(FieldKey(row.job, row.document, row.page, row.position), row.field, said_of(row)) for row in rows]


def field_at(store: Store, key: FieldKey) -> tuple[str, Reading, str]:
    """The field's name, what the machine read, and its page's form. Raises InputError where there is no such field."""
    query = select(readings, pages.c.form).join_from(
        readings,
        pages,
        (pages.c.job == readings.c.job) & (pages.c.document == readings.c.document) & (pages.c.page == readings.c.page),
    )
    this = query.where(
        readings.c.job == key.job,
        readings.c.document == key.document,
        readings.c.page == key.page,
        readings.c.position == key.position,
    )
    with reading(store.engine) as connection:
        row = connection.execute(this).mappings().one_or_none()
    if row is None:
        raise InputError(f"The job has no field {key}; it may have been read again, so open the review anew.")
    return row["field"], reading_of(row), row["form"] or ""


def _hold(connection: Connection, key: FieldKey, window: str, seen: int) -> Any:
    """The field's row, which nobody else can have now; what the window had of it is given back."""
    free = or_(reviews.c.claimant == window, reviews.c.lease < seconds_now(connection))
    mine = update(reviews).where(at(key), free, reviews.c.answers == seen)
    row = connection.execute(mine.values(claimant="", lease=0.0).returning(reviews)).one_or_none()
    if row is None:
        there = connection.execute(select(reviews.c.answers).where(at(key))).one_or_none()
        if there is None:
            raise InputError(f"Field {key} is not up for review; mend it in the job's table instead.")
        if there.answers != seen:
            raise TakenMeanwhileError("Somebody else has answered this field meanwhile; theirs is kept.")
        raise TakenMeanwhileError("Somebody else has this field on the screen now; theirs will be kept.")
    return row


def _was(row: Any, known: Sequence[Said], person: str, machine: tuple[FieldStatus, str]) -> tuple[FieldStatus, str]:
    """From what this answer changes the field: the person's own last word, else the outcome, else the reading."""
    for one in reversed(known):
        if one.person == person:
            return one.status, one.value
    return machine if row.status is None else (FieldStatus(row.status), row.value)


def judged(said: Sequence[Said], *, second: bool) -> tuple[Stage, list[str]]:
    """How far a field is after all that was `said` of it, and who stands behind the last word."""
    last = said[-1]
    words = {one.person: (one.status, one.value) for one in said}
    names = {one.person: one.by for one in said}
    agreeing = [names[person] for person, word in words.items() if word == words[last.person]]
    if not second or len(agreeing) > 1 or len(words) > 2:
        return Stage.SETTLED, agreeing if second else [last.by]
    return (Stage.SECOND if len(words) == 1 else Stage.THIRD), []


def _row(key: FieldKey, field: str, said: Said) -> dict[str, Any]:
    return {
        **{**key._asdict(), "field": field, "by": said.by, "person": said.person, "at": said.at},
        **{"kind": said.kind.value, "forced": said.forced},
        **{"was_status": said.was_status.value, "was_value": said.was_value},
        **{"status": said.status.value, "value": said.value},
    }
