"""A reading process that is started before anybody knows what it is to read: it takes longest to load its libraries,
and meanwhile its parent loads others and looks at what it was given. Light to import."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any

from workers.process import ChildProcess


@contextmanager
def early_process(*, verbose: bool = False) -> Iterator[ChildProcess]:
    """A process for `workers.pool.Pool` to begin with, which is ended where none has taken it."""
    process = ChildProcess(_wait_for_reader, verbose=verbose)
    try:
        yield process
    finally:
        if not process.reaped:
            process.reap()


def open_reader(options: Any) -> Any:
    """What `extractor.reading.open_reader` opens, without that module being loaded in the process that asks for it."""
    import extractor.reading

    return extractor.reading.open_reader(options)


def _wait_for_reader(pipe: Connection) -> None:
    import extractor.reading  # noqa: F401
    from workers.child import child_main

    with suppress(EOFError, OSError):
        factory, overlay = pipe.recv()
        child_main(pipe, factory, overlay)
