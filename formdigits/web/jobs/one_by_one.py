"""Work that processes beside the server do, one piece after the other, while people go on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from workers.process import ChildProcess

Piece = TypeVar("Piece")


class OneByOne(Generic[Piece]):
    """Asks `following`, with the `lock` held, for the next piece of work and has it done by `work`, until there is none
    or it is stopped; the thread is called `name`."""

    def __init__(self, name: str, following: Callable[[], Piece | None], work: Callable[[Piece], None]) -> None:
        self.lock = threading.Lock()
        self._following, self._work = following, work
        self._called, self._stopped = threading.Event(), threading.Event()
        self._process: ChildProcess | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._called.set()
        with self.lock:
            if self._process is not None:
                self._process.kill()
        self._thread.join(timeout=10)

    def call(self) -> None:
        """There is something to do."""
        self._called.set()

    def begun(self, main: Callable[..., None], *args: Any) -> ChildProcess:
        """A process that runs `main(pipe, *args)`, and ends when this is stopped; called with the `lock` held. Raises
        OSError."""
        self._process = ChildProcess(main, *args)
        return self._process

    def ended(self, process: ChildProcess) -> None:
        """Sees to the end of `process`."""
        with self.lock:
            self._process = None
        process.reap(patience_s=2)

    def _run(self) -> None:
        while not self.stopped:
            with self.lock:
                piece = self._following()
            if piece is None:
                self._called.wait()
                self._called.clear()
            else:
                self._work(piece)
