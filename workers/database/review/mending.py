"""Any field of a job mended, whether it is up for review or not; and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from extractor.errors import InputError
from extractor.values import CheckKind, FieldStatus, Reading
from workers.database.connection import reading, seconds_now, writing
from workers.database.review.answers import (
    Answer,
    Settled,
    TakenMeanwhileError,
    field_at,
    judged,
    keep,
    known_of,
    set_outcome,
)
from workers.database.review.field_claims import at
from workers.database.review.plans import plan_of
from workers.database.review.show import spoken
from workers.database.schema import reviews
from workers.database.store import Store
from workers.review.forms import Forms
from workers.review.typed import Taken, meaning_of
from workers.review.values import FieldKey, Plan, Said, Stage, person_key


@dataclass(frozen=True)
class FieldNow:
    """A field as it stands: what the machine read, what it says now, how many `answers` there were since its page was
    read, and all that was ever said of it, the oldest first."""

    key: FieldKey
    form: str
    machine: Reading
    status: FieldStatus
    value: str
    answers: int
    history: tuple[Said, ...]


def field_now(store: Store, key: FieldKey, person: str) -> FieldNow:
    """The field as the person of that name may see it. Raises InputError where there is none.

    What others said is hidden while a second person is to read the field without knowing it.
    """
    _, machine, form = field_at(store, key)
    with reading(store.engine) as connection:
        row = connection.execute(select(reviews).where(at(key))).one_or_none()
        said = spoken(connection, [key]).get(key, ())
    if row is not None and row.stage in (Stage.FIRST, Stage.SECOND):
        said = tuple(one for one in said if one.person == person_key(person))
    status, value = _stands(row, machine)
    return FieldNow(key, form, machine, status, value, 0 if row is None else row.answers, said)


def mend(store: Store, forms: Forms, key: FieldKey, name: str, told: Answer) -> Settled:
    """Settles the field by what the person of that `name` says, in one transaction, whatever was there before.

    Only where two people are to agree on it, and it is not settled yet, it counts as one of their answers. Raises
    MisfitError for what the format does not allow, TakenMeanwhileError where somebody has answered since it was seen,
    and InputError.
    """
    plan = plan_of(store, key.job)
    field, machine, form = field_at(store, key)
    taken = meaning_of(told.kind, told.text, forms.field(form, field, machine.kind), machine, force=told.force)
    with writing(store.engine) as connection:
        row = _row_at(connection, key, machine.status, told.seen)
        known = known_of(connection, key, row.answers)
        now = seconds_now(connection)
        kind = CheckKind.ACCEPT if taken.value == machine.value != "" else told.kind
        said = Said(name, now, kind, taken.forced, *_stands(row, machine), taken.status, taken.value)
        stage, by = judged([*known, said], second=True) if _is_open(row, plan) else (Stage.SETTLED, [name])
        keep(connection, key, field, said, row.answers)
        set_outcome(connection, key, stage, said if stage is Stage.SETTLED else None, by, waits=said)
    return Settled(stage, taken)


def undo(store: Store, key: FieldKey, name: str, seen: int) -> Settled:
    """Takes the last answer back, so that the field is as it was before; that this was done is kept as well.

    Raises InputError where there is nothing to take back, or where it is another's and two people are still to agree
    on the field; TakenMeanwhileError where somebody has answered since it was seen.
    """
    plan = plan_of(store, key.job)
    field, machine, _ = field_at(store, key)
    with writing(store.engine) as connection:
        row = _row_at(connection, key, machine.status, seen)
        known = known_of(connection, key, row.answers)
        if not known:
            raise InputError("Nobody has said anything of this field that could be taken back.")
        if _is_open(row, plan) and known[-1].person != person_key(name):
            raise InputError("That is another person's answer, which only they can take back before it is settled.")
        left = known[:-1]
        stage, by = _after(left, row, plan)
        last = left[-1] if left and stage is Stage.SETTLED else None
        status, value = (last.status, last.value) if last is not None else (machine.status, machine.value)
        said = Said(
            name, seconds_now(connection), CheckKind.UNDO, False, *_stands(row, machine), status=status, value=value
        )
        keep(connection, key, field, said, row.answers)
        set_outcome(connection, key, stage, last, by, waits=left[-1] if left else None)
    return Settled(stage, Taken(status, value))


def _after(left: tuple[Said, ...], row: Any, plan: Plan | None) -> tuple[Stage, list[str]]:
    """How far a field is of which so much is `left`."""
    if not left:
        return (Stage.SETTLED if row.mended else Stage.FIRST), []
    if plan is None or not plan.second or row.mended:
        return Stage.SETTLED, [left[-1].by]
    return judged(left, second=True)


def _is_open(row: Any, plan: Plan | None) -> bool:
    """Whether two people are still to agree on the field."""
    return plan is not None and plan.second and not row.mended and row.stage != Stage.SETTLED


def _stands(row: Any, machine: Reading) -> tuple[FieldStatus, str]:
    """What the field says now."""
    if row is None or row.status is None:
        return machine.status, machine.value
    return FieldStatus(row.status), row.value


def _row_at(connection: Connection, key: FieldKey, was: FieldStatus, seen: int) -> Any:
    """The field's row, made where there is none, which nobody has on the screen any more."""
    taken = update(reviews).where(at(key), reviews.c.answers == seen).values(claimant="", lease=0.0)
    row = connection.execute(taken.returning(reviews)).one_or_none()
    if row is None and seen == 0:
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        new = {
            **key._asdict(),
            **{"sample": False, "was": was.value, "stage": Stage.SETTLED.value, "keyed_by": "", "turn": 0},
            **{"rank": 0.0, "claimant": "", "lease": 0.0, "answers": 0, "mended": True},
        }
        made = insert(reviews).values(new).on_conflict_do_nothing()
        row = connection.execute(made.returning(reviews)).one_or_none()
    if row is None:
        raise TakenMeanwhileError("Somebody else has mended this field meanwhile; look at what it says now.")
    return row
