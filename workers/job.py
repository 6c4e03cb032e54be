"""What the store says of a job."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

from extractor.errors import InputError
from extractor.objects import is_object
from extractor.options import ReadOptions
from extractor.values import Kind

WAITING, DONE = "waiting", "done"
"""States of a page: to be read, read (or failed for good)."""

RUNNING, FINISHED = "running", "finished"
"""States of a job: begun and perhaps interrupted; all its pages done and, for `read`, written out."""

ENTERING, QUEUED, CANCELLED = "entering", "queued", "cancelled"
"""States of a job in the queue only: its documents are still being written down; its files are still to be looked at;
given up by the user."""

COUNT, READ = "count", "read"
"""Kinds of a chunk: documents whose pages are to be counted and contents hashed, pages to be read."""

LOW, NORMAL, HIGH = -1, 0, 1
"""Priorities of a job."""

PRIORITIES = {"low": LOW, "normal": NORMAL, "high": HIGH}
"""As people name them."""

ACTIVE = (QUEUED, RUNNING)
"""States in which a job's chunks are wanted."""

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""For ids that people read out and type: nothing that looks like another."""


@dataclass(frozen=True)
class Job:
    """One run over some documents. `fields` are the columns of its output; times are seconds since 1970, UTC.

    A job of the queue has the `queue` that it travels in and the `recipe` that it is read by; `read` has neither. A job
    that one machine is to read has a recipe and the `home` of that machine. With `again`, contents that other jobs have
    read are read once more. `name` is what people call it, empty where nobody has given it one. Of the jobs in a queue
    those of the highest `priority` come first; `served` is when a chunk of it was last taken.
    """

    id: str
    key: str
    state: str
    options: ReadOptions
    fields: tuple[tuple[str, Kind], ...]
    created: float
    finished: float | None
    queue: str | None = None
    recipe: str | None = None
    home: str | None = None
    again: bool = False
    name: str = ""
    priority: int = NORMAL
    served: float = 0.0


class FileState(NamedTuple):
    """A document as it lies on the disk: path, bytes, modification time in nanoseconds."""

    file: str
    size: int
    modified: int

    @classmethod
    def of(cls, file: str) -> Self:
        """The file as it lies there now; an object as its store has listed it, its mark in the place of a time."""
        if is_object(file):
            # Imported here: only who reads from a store needs it.
            from extractor.objects.object_store import state_of

            state = state_of(file)
            return cls(file, -1, -1) if state is None else cls(file, state.size, state.number)
        try:
            found = Path(file).stat()
        except OSError:
            # It is gone since it was found, or may not be looked at: reading it will say which.
            return cls(file, -1, -1)
        return cls(file, found.st_size, found.st_mtime_ns)


def absolute(file: str) -> str:
    """The path by which anybody can open the file; an object's name is one already. Links stay, as the names that
    people know."""
    return file if is_object(file) else os.path.abspath(file)  # noqa: PTH100


LONGEST_JOB_NAME = 200


def job_name(text: str) -> str:
    """The name of a job as it is kept: spaces single, without what cannot be shown. Raises InputError."""
    name = " ".join("".join(letter for letter in text if letter.isprintable() or letter.isspace()).split())
    if len(name) > LONGEST_JOB_NAME:
        raise InputError(f"A job's name has at most {LONGEST_JOB_NAME} characters; this one has {len(name)}.")
    return name


@dataclass(frozen=True)
class Counts:
    """How far a job is. `pages` is all pages known so far, `done` those that are over with; `partly` are those of the
    read ones that show more than was read."""

    pages: int = 0
    done: int = 0
    read: int = 0
    partly: int = 0
    unmatched: int = 0
    failed: int = 0
    duplicate: int = 0
    fields: int = 0
    accepted: int = 0
    review: int = 0
    blank: int = 0
    void: int = 0

    @property
    def unread(self) -> int:
        """Pages of which there is something that could not be read."""
        return self.failed + self.unmatched + self.partly


def job_of(row: Mapping[Any, Any]) -> Job:
    """The job that a row of the table says."""
    fields = tuple((name, Kind(kind)) for name, kind in row["fields"])
    return Job(**{**row, "options": ReadOptions.from_dict(row["options"]), "fields": fields})


def new_id() -> str:
    """For a job: letters and figures that people can read out and type."""
    return "".join(secrets.choice(LETTERS) for _ in range(8))
