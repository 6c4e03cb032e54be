"""What people have changed in a job's workbook becomes corrections, as if it had been typed in the web page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from extractor.errors import InputError
from extractor.export.xlsx_origins import CellEdit
from extractor.values import CheckKind
from workers.database.connection import reading
from workers.database.jobs import find_job
from workers.database.review.answers import Answer
from workers.database.review.mending import FieldNow, field_now, mend
from workers.database.schema import readings
from workers.database.store import Store
from workers.review.forms import Forms
from workers.review.typed import Taken, meaning_of
from workers.review.values import FieldKey, person_key


@dataclass(frozen=True)
class Change:
    """A cell that became a correction: where it stands, the job, the field, and from what to what."""

    where: str
    job: str
    field: str
    was: str
    value: str


@dataclass(frozen=True)
class BroughtBack:
    """What came back: the `changes`, how many cells said what the fields say `already`, and sentences about what was
    not taken."""

    changes: tuple[Change, ...]
    already: int
    problems: tuple[str, ...]


def bring_back(
    store: Store, forms: Callable[[str], Forms], edits: Iterable[CellEdit], name: str, job: str | None = None
) -> BroughtBack:
    """Makes corrections of `edits`, said by the person of that `name`; with `job`, of cells of that job alone.

    What does not fit its field's format, and what somebody has changed since the workbook was written, is not taken.
    Raises ServiceError.
    """
    changes: list[Change] = []
    problems: list[str] = []
    positions: dict[str, Mapping[str, int]] = {}
    already = 0
    for edit in edits:
        try:
            key = _key(store, edit, positions, job)
            taken = _taken(store, forms(key.job), edit, key, name)
        except InputError as error:
            problems.append(f"{edit.where}: {error}")
            continue
        if taken is None:
            already += 1
        else:
            changes.append(Change(edit.where, key.job, edit.field, edit.was, taken.value))
    return BroughtBack(tuple(changes), already, tuple(problems))


def _key(store: Store, edit: CellEdit, positions: dict[str, Mapping[str, int]], job: str | None) -> FieldKey:
    of, slash, place = edit.key.partition("/")
    if not slash:
        raise InputError("its hidden cell names no page; export the job anew.")
    if job is not None and of != job:
        raise InputError(f"it is of another job, {of[:20]}; bring it back there.")
    page = FieldKey.parse(of, f"{place}-0")
    if edit.key not in positions:
        if find_job(store, of) is None:
            raise InputError(f"there is no job {of[:20]} any more.")
        query = select(readings.c.field, readings.c.position).where(
            readings.c.job == of, readings.c.document == page.document, readings.c.page == page.page
        )
        with reading(store.engine) as connection:
            positions[edit.key] = {row.field: row.position for row in connection.execute(query)}
    if edit.field not in positions[edit.key]:
        raise InputError(f"its page has no field '{edit.field}' any more; it may have been read again.")
    return page._replace(position=positions[edit.key][edit.field])


def _taken(store: Store, forms: Forms, edit: CellEdit, key: FieldKey, name: str) -> Taken | None:
    """What the cell makes of its field, which it is from now on; None where it is so already."""
    now = field_now(store, key, name)
    kind = CheckKind.TYPE if edit.text else CheckKind.BLANK
    field = forms.field(now.form, edit.field, now.machine.kind)
    meant = meaning_of(kind, edit.text, field, now.machine, force=False)
    if (meant.status, meant.value) in ((now.status, now.value), _own_word(now, name)):
        return None
    if now.value != edit.was:
        who = f"{now.history[-1].by} has made it" if now.history else "it was read again as"
        raise InputError(f"{who} '{now.value}' since the workbook was written, so '{edit.text}' was not taken.")
    return mend(store, forms, key, name, Answer(kind, edit.text, now.answers)).taken


def _own_word(now: FieldNow, name: str) -> tuple[object, str] | None:
    """What the person said last, which may wait for a second to agree."""
    mine = [one for one in now.history if one.person == person_key(name)]
    return (mine[-1].status, mine[-1].value) if mine else None
