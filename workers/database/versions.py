"""Versions of models that were learned from a form's answers: kept, put to use, and taken back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, update

from extractor.errors import InputError
from extractor.options import FormVersion, ReadMode, ReadOptions
from extractor.recognizer.model_folder import fingerprint, model_files
from workers.database.connection import Database, reading, writing
from workers.database.patience import retried
from workers.database.recipes import keep_files
from workers.database.schema import job_forms, model_versions
from workers.home import home
from workers.queue.recipe import put_files

SHIPPED_VERSION = 0
"""The number under which people go back to the models that come with the program."""


@dataclass(frozen=True)
class ModelVersion:
    """A model that was learned from answers on the `form`: its `number`, from 1; what people call it; `by` whom, and
    when (`created`, seconds since 1970). `model` is its fingerprint. `figures` say how it read before and after on what
    it was not learned from, `learned_from` what that was: `jobs`, `answers`, `pages`, and `sizes` of the documents in
    bytes. New jobs are read by the one that is `used`."""

    form: str
    number: int
    name: str
    by: str
    created: float
    model: str
    figures: Mapping[str, Any]
    learned_from: Mapping[str, Any]
    used: bool


def keep_version(
    store: Database,
    form: str,
    folder: Path,
    *,
    name: str,
    by: str,
    figures: Mapping[str, Any],
    learned_from: Mapping[str, Any],
) -> ModelVersion:
    """The model in `folder` as the form's newest version, which is used from now on. Raises ModelError."""
    files, key = model_files(folder), fingerprint(folder)
    known = model_versions.c.form == form
    with writing(store.engine) as connection:
        last = connection.execute(select(func.max(model_versions.c.number)).where(known)).scalar() or 0
        keep_files(connection, key, files)
        connection.execute(update(model_versions).where(known).values(used=False))
        made = ModelVersion(form, last + 1, name, by, time.time(), key, figures, learned_from, True)
        connection.execute(insert(model_versions).values(**vars(made)))
    return made


@retried
def versions_of(store: Database, forms: Iterable[str] | None = None) -> list[ModelVersion]:
    """The versions of `forms`, else of all, by form, the newest first."""
    query = select(model_versions).order_by(model_versions.c.form, model_versions.c.number.desc())
    if forms is not None:
        query = query.where(model_versions.c.form.in_(list(forms)))
    with reading(store.engine) as connection:
        return [ModelVersion(**row) for row in connection.execute(query).mappings()]


def forms_in(store: Database, job: str) -> list[str]:
    """The names of the forms that the job was read by."""
    query = select(job_forms.c.form).where(job_forms.c.job == job).order_by(job_forms.c.form)
    with reading(store.engine) as connection:
        return [name for name in connection.execute(query).scalars() if name]


def use_version(store: Database, form: str, number: int) -> None:
    """New jobs read the form by its version of that number, or with SHIPPED_VERSION by what comes with the program.
    Raises InputError where there is no such version."""
    known = {one.number for one in versions_of(store, [form])}
    if number != SHIPPED_VERSION and number not in known:
        there = ", ".join(map(str, sorted(known))) or "none"
        raise InputError(f"There is no version {number} of a model for the form {form}; there is: {there}.")
    with writing(store.engine) as connection:
        of_form = update(model_versions).where(model_versions.c.form == form)
        connection.execute(of_form.values(used=model_versions.c.number == number))


def with_versions(store: Database, options: ReadOptions, forms: Iterable[str]) -> ReadOptions:
    """`options` with the versions that are used of `forms`; as they are where they name a model themselves."""
    if options.mode is not ReadMode.TEMPLATES or options.model is not None:
        return options
    used = [one for one in versions_of(store, forms) if one.used]
    found = tuple(FormVersion(one.form, one.number, str(folder_of(store, one))) for one in used)
    return replace(options, versions=found)


def folder_of(store: Database, version: ModelVersion) -> Path:
    """Where the version's model lies on this machine, put there where it is missing."""
    return put_files(store, version.model, home() / "versions" / version.model)
