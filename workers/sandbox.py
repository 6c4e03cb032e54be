"""A sandbox: a process that answers questions about files, so that no file can harm the one that asks."""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar

from extractor.errors import DocumentError, FormdigitsError, ServiceError
from workers.process import ChildProcess

P = ParamSpec("P")
T = TypeVar("T")

ANSWER_LIMIT_S = 60.0
"""Longest that one answer may take."""

TURN_WAIT_S = 30.0
"""Longest that a question waits for those before it."""

MOST_WAITING = 20
"""Questions that wait at once, each of which keeps a thread of the one that asks."""


@dataclass(frozen=True)
class _Answer:
    value: Any = None
    error: FormdigitsError | None = None
    trace: str = ""


class Sandbox:
    """Answers one question at a time; several threads may ask. Its process starts with the first question, keeps what
    it has loaded, and is replaced when a question has ended it.
    """

    def __init__(self, limit_s: float = ANSWER_LIMIT_S) -> None:
        self._limit_s = limit_s
        self._lock = threading.Lock()
        self._room = threading.BoundedSemaphore(1 + MOST_WAITING)
        self._process: ChildProcess | None = None

    def ask(self, question: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """`question(*args, **options)`, a function that can be imported, called in that process.

        Raises what it raises for the user; DocumentError where it ended the process, or took too long; ServiceError
        when too many others wait.
        """
        if not self._room.acquire(blocking=False):
            raise ServiceError(BUSY)
        try:
            if not self._lock.acquire(timeout=TURN_WAIT_S):
                raise ServiceError(BUSY)
            try:
                answer = self._asked((question, args, options))
            finally:
                self._lock.release()
        finally:
            self._room.release()
        if answer.error is not None:
            raise answer.error
        if answer.trace:
            raise RuntimeError(answer.trace)
        value: T = answer.value
        return value

    def close(self) -> None:
        """Ends the process."""
        with self._lock:
            self._end()

    def _asked(self, question: Any) -> _Answer:
        try:
            pipe = self._open()
            pipe.send(question)
            if not pipe.poll(self._limit_s):
                self._end()
                return _Answer(
                    error=DocumentError(f"Reading this took longer than {self._limit_s:g} s; {SCAN_SMALLER}")
                )
            answer: _Answer = pipe.recv()
            return answer
        except (EOFError, OSError):
            self._end()
            return _Answer(error=DocumentError(f"Reading this stopped its process; {SCAN_SMALLER}"))

    def _open(self) -> Connection:
        if self._process is not None and not self._process.alive:
            self._end()
        if self._process is None:
            self._process = ChildProcess(_answer_all, verbose=bool(os.environ.get("FORMDIGITS_DEBUG")))
        return self._process.pipe

    def _end(self) -> None:
        if self._process is not None:
            self._process.reap()
        self._process = None


BUSY = "The server has too much to read at the moment; try again in a minute."
SCAN_SMALLER = "scan it again at a lower resolution."


def _answer_all(pipe: Connection) -> None:
    """Runs until the pipe closes."""
    import cv2

    cv2.setNumThreads(1)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            question, args, options = pipe.recv()
            try:
                answer = _Answer(question(*args, **options))
            except FormdigitsError as error:
                answer = _Answer(error=error)
            except Exception:
                answer = _Answer(trace=traceback.format_exc())
            pipe.send(answer)
