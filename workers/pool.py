"""Reading on this machine with several processes, of which any may die at any time.

`multiprocessing.Pool` hangs when a worker is killed, and `concurrent.futures` gives up on everything that was under way
without saying which page did it. Here each process has a pipe of its own and at most one task, so that it is always
known which pages die with it.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import wait
from pathlib import Path
from types import TracebackType

from extractor.errors import ServiceError
from workers.child import Beat, Broken, Message, Ready, child_main
from workers.chunk import do_task, failed
from workers.process import ChildProcess
from workers.work import Counted, CountTask, Event, Outcome, PageReader, ReaderFactory, Task, units

log = logging.getLogger(__name__)

PAGE_LIMIT_S = 120.0
"""Longest that one page may take."""

START_LIMIT_S = 300.0
"""Longest that a process may take to load its model; TensorFlow from a slow disk takes its time."""

START_TRIES = 3
"""How many processes in a row may die before they are ready, until the pool gives up."""


class InProcess:
    """Does tasks in this very process, without children. See `workers.work.TaskRunner`."""

    def __init__(self, reader: PageReader, overlay: Path | None = None) -> None:
        self._reader = reader
        self._overlay = overlay

    def __enter__(self) -> InProcess:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def loaded(self) -> PageReader:
        """What the reader is."""
        return self._reader

    def __call__(self, tasks: Iterable[Task]) -> Iterator[list[Event]]:
        import cv2

        cv2.setNumThreads(1)
        for task in tasks:
            yield from do_task(task, self._reader, self._overlay)


class Pool:
    """Up to `processes` processes that each load a reader with `factory`. See `workers.work.TaskRunner`.

    A process that dies, or that is still on one page after `page_limit_s` seconds, is replaced. What it had
    not reported is done again page by page; a page that ends its process once more is failed, with the reason.
    `overlay` is the folder for pictures of the readings; `verbose` lets the children's libraries print. `early` is a
    process that was started beforehand, to be the first.

    Running raises what `factory` raises for the user, and ServiceError when the processes cannot start.
    """

    def __init__(
        self,
        factory: ReaderFactory,
        processes: int,
        *,
        overlay: Path | None = None,
        page_limit_s: float = PAGE_LIMIT_S,
        verbose: bool = False,
        early: ChildProcess | None = None,
    ) -> None:
        self._args = (factory, overlay, verbose)
        self._early = early
        self._loaded: Ready | None = None
        self._processes = processes
        self._page_limit_s = page_limit_s
        self._children: list[_Child] = []
        self._again: deque[Task] = deque()
        self._failed_starts = 0

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._children:
            child.dismiss()
        for child in self._children:
            child.reap(patience_s=2)
        self._children.clear()

    def loaded(self) -> Ready:
        """What the readers are, as soon as the first process has one. Raises what running raises."""
        while self._loaded is None:
            if not self._children:
                self._start()
            self._hear(self._children)
        return self._loaded

    def __call__(self, tasks: Iterable[Task]) -> Iterator[list[Event]]:
        source = iter(tasks)
        while True:
            self._hand_out(source)
            busy = [child for child in self._children if child.task]
            if not busy:
                return
            events = self._hear(busy)
            # New work goes out before the old is reported, so that nobody waits while it is being stored.
            self._hand_out(source)
            if events:
                yield events

    def _hand_out(self, source: Iterator[Task]) -> None:
        idle = deque(child for child in self._children if child.task is None)
        while idle or len(self._children) < self._processes:
            task = self._again.popleft() if self._again else next(source, None)
            if task is None:
                return
            if not idle:
                idle.append(self._start())
            child = idle.popleft()
            if not child.take(task, self._page_limit_s):
                self._again.appendleft(task)
                self._remove(child)

    def _start(self) -> _Child:
        early, self._early = self._early, None
        child = _Child(*self._args, early)
        self._children.append(child)
        return child

    def _hear(self, busy: Sequence[_Child]) -> list[Event]:
        patience = max(0.0, min(child.deadline for child in busy) - time.monotonic())
        before = time.monotonic()
        wait([child.pipe for child in busy], patience)
        stopped = time.monotonic() - before - patience
        events: list[Event] = []
        for child in tuple(busy):
            if stopped > 1:
                # The whole container was paused: nobody is late.
                child.deadline += stopped
            alive = True
            try:
                while alive and child.pipe.poll():
                    events += self._heard(child, child.pipe.recv())
            except (EOFError, OSError):
                alive = False
                events += self._lost(child, None)
            if alive and (child.task or not child.ready) and time.monotonic() > child.deadline:
                events += self._lost(child, self._page_limit_s)
        return events

    def _heard(self, child: _Child, message: Message) -> list[Event]:
        child.deadline = time.monotonic() + self._page_limit_s
        match message:
            case Ready():
                child.ready = True
                self._loaded = message
                self._failed_starts = 0
            case Broken(error=error, trace=trace):
                log.debug("%s", trace)
                last = (trace.strip().splitlines() or ["?"])[-1]
                raise error or ServiceError(
                    f"A reading process broke down ({last}); please report what this prints when it is run with -v."
                )
            case Beat():
                pass
            case list():
                child.told(message)
                return message
            case _:
                child.task = None
        return []

    def _lost(self, child: _Child, limit_s: float | None) -> list[Event]:
        """Replaces a process that died (or is late by `limit_s`), and sees to what it had not reported."""
        died_of = self._remove(child)
        if not child.ready:
            self._again += [child.task] if child.task else []
            return []
        left = [unit for unit in units(child.task) if _key(unit) not in child.done] if child.task else []
        if child.task and child.task.attempts == 1:
            self._again += left
            return []
        if limit_s is None:
            reason = f"Reading this page stopped its process ({died_of}); scan it again at a lower resolution."
        else:
            reason = f"Reading this page took longer than {limit_s:g} s; scan it again at a lower resolution."
        return [_given_up(unit, reason) for unit in left]

    def _remove(self, child: _Child) -> str:
        """Ends a process and says what it died of. Raises ServiceError when too many never came to work."""
        died_of = child.reap()
        self._children.remove(child)
        self._failed_starts += not child.ready
        if self._failed_starts == START_TRIES:
            raise ServiceError(
                f"The reading processes do not start ({died_of}); "
                "free memory, or run this with --processes 1, which starts none."
            )
        return died_of


class _Child:
    """A process, its pipe, the task that it is on, and what it has reported of it."""

    def __init__(
        self, factory: ReaderFactory, overlay: Path | None, verbose: bool, early: ChildProcess | None = None
    ) -> None:
        self._process = early or ChildProcess(child_main, factory, overlay, verbose=verbose)
        self.pipe = self._process.pipe
        if early is not None:
            # Where it is dead already, that is found when it is listened to.
            with suppress(OSError):
                self.pipe.send((factory, overlay))
        self.ready = False
        self.task: Task | None = None
        self.done: set[tuple[int, int]] = set()
        self.deadline = time.monotonic() + START_LIMIT_S

    def take(self, task: Task, limit_s: float) -> bool:
        """Hands it a task; False when it is dead."""
        try:
            self.pipe.send(task)
        except OSError:
            return False
        self.task, self.done = task, set()
        self.deadline = time.monotonic() + (limit_s if self.ready else START_LIMIT_S)
        return True

    def told(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Counted):
                self.done.add((event.document, 0))
            elif isinstance(event, Outcome):
                self.done.add((event.document, event.result.page))

    def dismiss(self) -> None:
        """Lets it end by itself if it has nothing to do."""
        self.pipe.close()
        if self.task is not None or not self.ready:
            self._process.kill()

    def reap(self, patience_s: float = 0) -> str:
        """Ends it with everything that it started, and says in plain words what it died of."""
        return self._process.reap(patience_s)


def _key(unit: Task) -> tuple[int, int]:
    return (unit.files[0][0], 0) if isinstance(unit, CountTask) else (unit.spans[0].document, unit.spans[0].first)


def _given_up(unit: Task, reason: str) -> Event:
    if isinstance(unit, CountTask):
        return Counted(unit.files[0][0], 1)
    [span] = unit.spans
    return Outcome(span.document, failed(span.file, span.first, reason), unit.attempts - 1)
