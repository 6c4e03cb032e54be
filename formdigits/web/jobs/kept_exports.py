"""Large tables, made by a process beside the server while people go on, and kept to be fetched."""

from __future__ import annotations

import logging
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

from extractor.errors import FormdigitsError
from formdigits.web.batches import Batches
from formdigits.web.folders import Folders
from formdigits.web.jobs.one_by_one import OneByOne
from formdigits.web.jobs.tables import PACKED, Ending, packed, write
from formdigits.web.names import Names
from formdigits.web.settings import Settings
from workers.database.jobs import find_job
from workers.database.store import Store, open_store
from workers.job import Job
from workers.review.forms import forms_of

LARGE_JOB_PAGES = 2000
"""From so many pages on a job's page makes its tables beside the server: more than a person waits for."""

TOLD_EVERY_PAGES = 200

EXPORT_ENDINGS = {f".{one.value}": one for one in Ending} | {PACKED: Ending.CSV}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeptExport:
    """A table of a job: `name` of the file, `done` of about `pages` written; `made` is when it was whole (seconds since
    1970), None before, and `size` its bytes then; `problem` says why it was not made."""

    name: str
    ending: Ending
    long: bool
    pages: int
    done: int = 0
    made: float | None = None
    size: int = 0
    problem: str = ""


class KeptExports:
    """Makes one table after the other, in the order in which they were asked for. Of each kind a job has the newest."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._root = settings.home / "exports"
        self._wanted: dict[tuple[str, str], KeptExport] = {}
        self._turns = OneByOne("exports", self._following, self._make)
        self._lock = self._turns.lock
        self.start, self.stop = self._turns.start, self._turns.stop

    def ask(self, job: Job, ending: Ending, *, long: bool) -> KeptExport:
        """Begins with a table of what was read until now, in the place of an earlier one. Raises ServiceError."""
        last = PACKED if packed(job.fields, ending, long=long) else f".{ending.value}"
        name = f"formdigits-{job.id}{'-long' if long else ''}{last}"
        wanted = KeptExport(name, ending, long, self._store.counts(job.id).done)
        with self._lock:
            known = self._wanted.get((job.id, name))
            if known is not None and not known.problem:
                return known
            self._wanted[job.id, name] = wanted
        self._turns.call()
        return wanted

    def of(self, job: str) -> list[KeptExport]:
        """The job's tables: those that are there, and those that are on the way in their place."""
        found: dict[str, KeptExport] = {}
        with suppress(OSError):
            for path in sorted((self._root / job).iterdir()):
                ending = EXPORT_ENDINGS.get(path.suffix)
                if ending is not None and not path.name.startswith("."):
                    state, long = path.stat(), path.stem.endswith("-long")
                    found[path.name] = KeptExport(path.name, ending, long, 0, made=state.st_mtime, size=state.st_size)
        with self._lock:
            found |= {name: one for (of, name), one in self._wanted.items() if of == job}
        return list(found.values())

    def file(self, job: str, name: str) -> Path | None:
        """Where the table of that name lies; None where there is none."""
        made = {one.name for one in self.of(job) if one.made is not None}
        return self._root / job / name if name in made else None

    def drop(self, job: str) -> None:
        """Forgets the tables of a job that goes."""
        with self._lock:
            for key in [key for key in self._wanted if key[0] == job]:
                del self._wanted[key]
        shutil.rmtree(self._root / job, ignore_errors=True)

    def _following(self) -> tuple[str, str] | None:
        return next((key for key, one in self._wanted.items() if not one.problem), None)

    def _make(self, key: tuple[str, str]) -> None:
        problem = self._made(*key)
        with self._lock:
            wanted = self._wanted.pop(key, None)
            if problem and wanted is not None and not self._turns.stopped:
                self._wanted[key] = replace(wanted, problem=problem)

    def _made(self, job: str, name: str) -> str:
        """Makes one table; why it was not made, if so."""
        folder = self._root / job
        with self._lock:
            wanted = self._wanted.get((job, name))
            if wanted is None or self._turns.stopped:
                return ""
            with suppress(OSError):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                process = self._turns.begun(_main, job, wanted, self._settings, folder)
            except OSError as error:
                return f"The server cannot begin with it ({error.strerror}); ask for it again."
        try:
            while isinstance(told := process.pipe.recv(), int):
                with self._lock:
                    if (job, name) in self._wanted:
                        self._wanted[job, name] = replace(wanted, done=told)
        except (EOFError, OSError):
            told = "The process that made this table was ended from outside; ask for it again."
        self._turns.ended(process)
        with suppress(FormdigitsError):
            if find_job(self._store, job) is None:
                # It was deleted meanwhile, and what is made of it goes as well.
                shutil.rmtree(folder, ignore_errors=True)
        if told:
            log.warning("table %s: %s", name, told)
        return str(told)


def _main(pipe: Connection, name: str, wanted: KeptExport, settings: Settings, folder: Path) -> None:
    """Makes the table of the job `name`, and sends how many pages are written, at last why it was not made, or ''."""

    def told(pages: int) -> None:
        if pages % TOLD_EVERY_PAGES == 0:
            pipe.send(pages)

    try:
        store = open_store()
        job = find_job(store, name)
        if job is not None:
            names = Names(Batches(settings.home, settings.store), Folders(settings.folders))
            draft = folder / f".{wanted.name}"
            write(store, job, forms_of(store, job.id), names, draft, long=wanted.long, watch=told)
            draft.replace(folder / wanted.name)
        pipe.send("")
    except (FormdigitsError, OSError) as error:
        pipe.send(str(error))
