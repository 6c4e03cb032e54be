"""Child processes: the one place where they are started, watched over and ended, on every system alike."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

import psutil

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"),
    "1",
) | {"TF_CPP_MIN_LOG_LEVEL": "3"}


class ChildProcess:
    """A fresh process that runs `main(pipe, *args)`, with `pipe` to it on this side.

    It ends with its parent, however that ends, and takes with it what it has started. Ctrl-C does not reach it. What
    it prints is thrown away, unless it is `verbose` and prints to standard error. `main` and `args` must be picklable.
    """

    def __init__(self, main: Callable[..., None], *args: Any, verbose: bool = False) -> None:
        context = get_context("spawn")
        self.reaped = False
        self.pipe: Connection
        self.pipe, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(target=_run, args=(main, verbose, theirs, *args), daemon=False)
        with _environment(ONE_THREAD), _without_interrupts():
            self._process.start()
        theirs.close()

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def kill(self) -> None:
        """Ends it at once, with everything that it has started."""
        pid = self._process.pid
        assert pid is not None
        if self.alive:
            _kill_started(pid)
        self._process.kill()
        _kill_group(pid)

    def reap(self, patience_s: float = 0) -> str:
        """Sees to its end, by itself within `patience_s` seconds or killed, and says in plain words what it died of."""
        self.reaped = True
        if patience_s:
            self._process.join(patience_s)
        self.kill()
        self._process.join()
        code = self._process.exitcode or 0
        self._process.close()
        self.pipe.close()
        name = signal.Signals(-code).name if code < 0 else ""
        if name == "SIGKILL":
            return "it was killed, most likely because memory ran out"
        return f"it crashed with {name}" if name else f"it ended with exit code {code}"


def _run(main: Callable[..., None], verbose: bool, pipe: Connection, *args: Any) -> None:
    """Makes a process that was just started one that nothing but its parent moves or hears."""
    # A group of its own, where there are groups: Ctrl-C is the parent's to handle.
    if hasattr(os, "setpgid"):
        with suppress(OSError):
            os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    if not verbose:
        os.dup2(nowhere, 2)
    os.close(nowhere)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    main(pipe, *args)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        _kill_started(os.getpid())
        _kill_group(os.getpid())
        os._exit(1)


def _kill_started(pid: int) -> None:
    """Kills what that process has started, and what that has started in turn."""
    with suppress(psutil.Error):
        for one in psutil.Process(pid).children(recursive=True):
            with suppress(psutil.Error):
                one.kill()


def _kill_group(pid: int) -> None:
    """Kills that process with all in its group, where there are groups: also what it left behind when it crashed."""
    if hasattr(os, "killpg"):
        with suppress(OSError):
            os.killpg(pid, signal.SIGKILL)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Sets variables that are not set yet, for what is started inside the block."""
    added = {name: value for name, value in values.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Keeps Ctrl-C from what is started inside the block, also while it is still starting; it reaches us just after.

    Where signals cannot be held back, it may end a child that is starting, as it will end us.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
