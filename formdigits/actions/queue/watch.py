"""`formdigits watch`: every file put into a folder joins one job, once, when it is no longer being written."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from extractor.documents import find_documents
from extractor.documents.input_files import is_document_name
from extractor.documents.whole import looks_whole
from extractor.errors import InputError, ServiceError
from extractor.objects.object_store import ObjectState, list_below
from formdigits import messages
from workers.database.queue.arrivals import files_read, known_contents, set_file
from workers.database.queue.ledger import add
from workers.database.store import Store
from workers.job import FileState
from workers.queue.chunks import content_hash
from workers.queue.dispatch import Broker, sweep

REST_S = 2.0
"""How long size and time of a file must stay as they are: scanners write while they scan."""

PAUSE_S = 60.0
"""The same for a file of which the end is missing: who writes it may pause, over a network above all."""

TICK_S = 1.0
"""How often to look at files that are coming."""

LISTED_EVERY_S = 10.0
"""How often to list the folder though the system has told of nothing: it does not hear of what other machines write."""

TAKEN_AT_ONCE = 500
"""Files that are added in one go."""

NAMES_TOLD = 5
"""Names that one line has at most."""


class Watcher:
    """Looks at `folder` and below and adds what has come to the job; with `move_to`, moves what was read. The name of a
    place in an object store may stand for the folder; then nothing is moved."""

    def __init__(self, store: Store, broker: Broker, job: str, folder: Path | str, move_to: Path | None) -> None:
        self._store, self._broker, self._job = store, broker, job
        self._folder, self._move_to = folder, move_to
        self._moving: dict[str, tuple[FileState, float]] = {}
        self._settled: dict[str, FileState] = {}
        self._away = ""

    def run(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """Goes on until `stopped`; waits for a broker or database that cannot be reached."""
        looked = -LISTED_EVERY_S
        for told in _ticks(self._folder, stopped):
            now = time.monotonic()
            if told or self._moving or now - looked >= LISTED_EVERY_S:
                looked = now
                self.look()

    def look(self) -> None:
        """One look."""
        try:
            at_rest = self._at_rest()
            for start in range(0, len(at_rest), TAKEN_AT_ONCE):
                self._take(at_rest[start : start + TAKEN_AT_ONCE])
            sweep(self._store, self._broker)
            if self._move_to is not None:
                self._move()
            self._away = ""
        except ServiceError as error:
            if str(error) != self._away:
                self._away = str(error)
                messages.say(f"{error} Waiting for it.")

    def _at_rest(self) -> list[FileState]:
        now = time.monotonic()
        found: list[FileState] = []
        seen: dict[str, tuple[FileState, float]] = {}
        if isinstance(self._folder, str):
            # An object is there whole or not at all.
            states = [_as_listed(*one) for one in list_below(self._folder) if is_document_name(one[0])]
            return [one for one in states if one.size > 0 and self._settled.get(one.file) != one]
        for file in self._files():
            as_it_is = FileState.of(file)
            if self._settled.get(file) == as_it_is:
                continue
            before, since = self._moving.get(file, (None, now))
            if before != as_it_is:
                since = now
            rested = now - since
            if as_it_is.size > 0 and (rested >= PAUSE_S or (rested >= REST_S and looks_whole(file))):
                found.append(as_it_is)
            seen[file] = (as_it_is, since)
        self._moving = seen
        return found

    def _files(self) -> list[str]:
        try:
            found = find_documents([str(self._folder)])
        except InputError:
            # Empty, or gone for a while: a share that is not mounted.
            return []
        aside = None if self._move_to is None else f"{self._move_to}{os.sep}"
        return [file for file in found if aside is None or not file.startswith(aside)]

    def _take(self, files: list[FileState]) -> None:
        contents = {file: content for file in files if (content := content_hash(file.file)) is not None}
        closed = [file.file for file in files if file not in contents]
        if closed:
            messages.say(f"{_names(closed)} cannot be opened; make it readable, or take it away.")
        for file in list(contents):
            if FileState.of(file.file) != file:
                # It goes on to be written, so that what was looked at is not what it will be.
                del contents[file]
                files = [one for one in files if one != file]
        known = known_contents(self._store, self._job, list(contents.values())) if contents else {}
        new: dict[str, FileState] = {}
        again: list[tuple[str, str]] = []
        for file, content in contents.items():
            other = known.get(content) or (new[content].file if content in new else None)
            if other is None:
                new[content] = file
            elif other != file.file and not self._was_to_move(file.file, other):
                again.append((file.file, other))
        if len(again) == 1:
            messages.say("{} has the content of {}, and is not read again.".format(*again[0]))
        elif again:
            names = _names([file for file, _ in again])
            messages.say(f"{names} have the content of files that are there already, and are not read again.")
        if new:
            add(self._store, self._job, list(new.values()), list(new))
            names = _names([Path(file.file).name for file in new.values()])
            messages.say(f"{messages.counted(len(new), 'file')} added: {names}")
        for file in files:
            self._settled[file.file] = file
            self._moving.pop(file.file, None)

    def _was_to_move(self, file: str, other: str) -> bool:
        """Finishes a move that was cut short after it had been written down."""
        if self._move_to is None or Path(other).exists() or not Path(other).is_relative_to(self._move_to):
            return False
        _moved(Path(file), Path(other))
        return True

    def _move(self) -> None:
        assert self._move_to is not None
        assert isinstance(self._folder, Path)
        for number, file in files_read(self._store, self._job):
            path = Path(file)
            if path.is_relative_to(self._move_to) or not path.exists():
                continue
            target = _free(self._move_to / path.relative_to(self._folder))
            # Written down first: after a crash in between, the file is found in the folder and moved on.
            set_file(self._store, self._job, number, str(target))
            _moved(path, target)
            self._settled.pop(file, None)


def _as_listed(address: str, state: ObjectState) -> FileState:
    return FileState(address, state.size, state.number)


def _ticks(folder: Path | str, stopped: Callable[[], bool]) -> Iterator[bool]:
    """Comes every second until `stopped`, and says whether the system has told of something new in the folder or below.

    Where it tells of nothing (there are too many folders, or it has no such notices), something may always be new.
    """
    if isinstance(folder, str):
        # Of a store nobody tells.
        while not stopped():
            yield False
            time.sleep(TICK_S)
        return
    try:
        # Imported here: it is needed for folders alone.
        from watchfiles import watch

        tick_ms = int(TICK_S * 1000)
        for changes in watch(
            folder,
            watch_filter=None,
            debounce=tick_ms,
            rust_timeout=tick_ms,
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            if stopped():
                return
            yield bool(changes)
    except (OSError, RuntimeError):
        # The folder is away for a while, or the system's notices are used up.
        pass
    while not stopped():
        yield True
        time.sleep(TICK_S)


def _names(names: Sequence[str]) -> str:
    """The first few of the names."""
    more = len(names) - NAMES_TOLD
    return ", ".join(names[:NAMES_TOLD]) + (f" and {more:,} more" if more > 0 else "")


def _free(target: Path) -> Path:
    """`target`, or with a number where there is such a file already."""
    path, number = target, 2
    while path.exists():
        path = target.with_name(f"{target.stem} ({number}){target.suffix}")
        number += 1
    return path


def _moved(path: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)
    except OSError as error:
        messages.say(f"{path} cannot be moved to {target} ({error.strerror}); make both folders writable.")
