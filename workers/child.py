"""One reading process: takes tasks from its pipe and reports its pages as it goes."""

from __future__ import annotations

import traceback
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias

from extractor.errors import FormdigitsError
from extractor.values import Kind
from workers.chunk import do_task
from workers.work import Event, ReaderFactory, Task, units


@dataclass(frozen=True)
class Ready:
    """The reader is loaded; `dpi` and `fields` are its own."""

    dpi: int
    fields: tuple[tuple[str, Kind], ...]


@dataclass(frozen=True)
class Beat:
    """Still alive."""


@dataclass(frozen=True)
class Finished:
    """The task is done."""


@dataclass(frozen=True)
class Broken:
    """No process can read anything: an error for the user, or else a traceback."""

    error: FormdigitsError | None
    trace: str = ""


Message: TypeAlias = Ready | Beat | Finished | Broken | list[Event]


def child_main(pipe: Connection, factory: ReaderFactory, overlay: Path | None) -> None:
    """Runs until the pipe closes."""
    try:
        with suppress(EOFError, BrokenPipeError, ConnectionResetError):
            _serve(pipe, factory, overlay)
    except FormdigitsError as error:
        _tell(pipe, Broken(error))
    except Exception:
        _tell(pipe, Broken(None, traceback.format_exc()))


def _serve(pipe: Connection, factory: ReaderFactory, overlay: Path | None) -> None:
    import cv2

    cv2.setNumThreads(1)
    reader = factory()
    pipe.send(Ready(reader.dpi, reader.fields))
    while True:
        task: Task = pipe.recv()
        # A page alone has the whole time limit to itself, so it does not beat.
        beat = (lambda: None) if len(units(task)) == 1 else (lambda: pipe.send(Beat()))
        for events in do_task(task, reader, overlay, beat):
            pipe.send(events)
        pipe.send(Finished())


def _tell(pipe: Connection, message: Message) -> None:
    with suppress(OSError):
        pipe.send(message)
