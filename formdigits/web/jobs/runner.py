"""Sees jobs through while the server runs: reads those that are this machine's, and mends the queue of the others."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress

from extractor import reading as extractor_reading
from extractor.errors import FormdigitsError, ServiceError
from formdigits.web.jobs.local_reading import End, main
from formdigits.web.settings import Settings
from workers.database.jobs import queued_jobs
from workers.database.queue.ledger import cancel
from workers.database.queue.turns import Turn, aside, begin_turn
from workers.database.store import Store
from workers.job import ACTIVE
from workers.process import ChildProcess
from workers.queue.dispatch import Broker, sweep

RUNNER_EVERY_S = 5.0
"""How often to look without being called."""

LOOKED_UP_EVERY_S = 1.0
"""How often to look whose turn it is while one is read."""

SHORTEST_TURN_S, TURN_S = 2.0, 60.0
"""How long a job is read before a more urgent one, and before another like it: beginning takes a second or two."""

log = logging.getLogger(__name__)


class Runner:
    """A thread that reads jobs by turns, each in a process of its own: the highest priority first, a small one before a
    large one, large ones for a minute each."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._called = threading.Event()
        self._stopped = False
        self._lock = threading.Lock()
        self._now: tuple[str, ChildProcess] | None = None
        self._problems: dict[str, str] = {}
        self._thread = threading.Thread(target=self._run, name="runner", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def call(self) -> None:
        """There is a new job: look at once."""
        self._called.set()

    def stop(self) -> None:
        """Ends what is under way; it goes on when the server is started again."""
        self._stopped = True
        self._called.set()
        self._end(None)
        self._thread.join(timeout=10)

    def cancel(self, job: str) -> bool:
        """Gives a job up: no further page of it is begun. False where it had ended already. Raises ServiceError."""
        given_up = cancel(self._store, job)
        self._end(job)
        return given_up

    def problem(self, job: str) -> str | None:
        """Why a job of this machine does not go on, in a sentence; None where nothing is wrong."""
        return self._problems.get(job)

    def again(self, job: str) -> None:
        """Tries a job once more that had a problem."""
        self._problems.pop(job, None)
        self.call()

    def _run(self) -> None:
        while not self._stopped:
            try:
                read = self._read_next()
                if not read:
                    self._sweep()
            except FormdigitsError as error:
                # The database is away for a while; whoever asks for a page is told.
                log.warning("%s", error)
                read = False
            if not read:
                self._called.wait(RUNNER_EVERY_S)
                self._called.clear()

    def _read_next(self) -> bool:
        """Reads the job whose turn it is, to its end or to that of its turn; False where there is none, or another
        server has it."""
        turn = self._due()
        if turn is None:
            return False
        job = turn.job
        begin_turn(self._store, job)
        with self._lock:
            if self._stopped:
                return False
            # Through the module, so that what stands in for it in tests is used here as well.
            process = ChildProcess(main, job, extractor_reading.open_reader)
            self._now = (job, process)
        began = time.monotonic()
        try:
            while not process.pipe.poll(LOOKED_UP_EVERY_S):
                if self._is_over(turn, time.monotonic() - began):
                    # What was read until now is kept; it goes on when it is its turn again.
                    self._end(job)
            end: End = process.pipe.recv()
        except (EOFError, OSError):
            end = End("The process that read this job was ended from outside.")
        with self._lock:
            given_up = self._now is None
            self._now = None
        process.reap(patience_s=2)
        if end.problem and not given_up:
            log.warning("job %s: %s", job, end.problem)
            self._problems[job] = end.problem
        return not end.taken

    def _due(self) -> Turn | None:
        """The job whose turn it is."""
        return next(
            (one for one in aside(self._store, str(self._settings.home)) if one.job not in self._problems), None
        )

    def _is_over(self, now: Turn, seconds: float) -> bool:
        """Whether the turn `now` is over after so many seconds: another waits as long as that, or may not wait."""
        try:
            following = self._due()
        except ServiceError:
            return False
        if following is None or following.job == now.job:
            return False
        urgent = following.priority > now.priority or (following.small and not now.small)
        return seconds > (SHORTEST_TURN_S if urgent else TURN_S)

    def _end(self, job: str | None) -> None:
        """Ends the process that reads `job`, or whichever there is."""
        with self._lock:
            if self._now is not None and job in (None, self._now[0]):
                self._now[1].kill()
                self._now = None

    def _sweep(self) -> None:
        if self._settings.local or not any(job.state in ACTIVE for job in queued_jobs(self._store, limit=50)):
            return
        with suppress(ServiceError):
            sweep(self._store, Broker())
