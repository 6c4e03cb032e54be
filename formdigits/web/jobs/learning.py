"""Forms that are learned from what people answered on a job: in a process beside the server, one at a time."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection

from extractor.errors import FormdigitsError
from formdigits.web.jobs.one_by_one import OneByOne
from workers.database.jobs import find_job
from workers.database.store import open_store

LONGEST_LEARNING_S = 900.0
"""A process that takes longer than this is ended: it should be done within five minutes, and machines differ."""

TOLD_EVERY_S = 0.5

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Learning:
    """How far it is: what is done now (`step`), and how much of that, from 0 to 1; once it is `over`, what came of it
    in `sentences`, or the `problem`."""

    by: str
    step: str = "Waiting for its turn"
    share: float = 0.0
    over: bool = False
    sentences: tuple[str, ...] = ()
    problem: str = ""


class LearningForms:
    """Learns from one job after the other, in the order in which they were asked for; what came of each is kept until
    the server ends."""

    def __init__(self) -> None:
        self._known: dict[str, Learning] = {}
        self._turns = OneByOne("learning", self._following, self._learn)
        self._lock = self._turns.lock
        self.start, self.stop = self._turns.start, self._turns.stop

    def ask(self, job: str, by: str) -> Learning:
        """Begins to learn from the job, unless that is under way."""
        with self._lock:
            known = self._known.get(job)
            if known is None or known.over:
                known = self._known[job] = Learning(by)
        self._turns.call()
        return known

    def of(self, job: str) -> Learning | None:
        """How far it is with the job; None where nobody has asked."""
        with self._lock:
            return self._known.get(job)

    def drop(self, job: str) -> None:
        """Forgets a job that goes."""
        with self._lock:
            self._known.pop(job, None)

    def _following(self) -> str | None:
        return next((job for job, one in self._known.items() if not one.over), None)

    def _learn(self, job: str) -> None:
        with self._lock:
            known = self._known.get(job)
            if known is None or self._turns.stopped:
                return
            try:
                process = self._turns.begun(_main, job, known.by)
            except OSError as error:
                problem = f"The server cannot begin with it ({error.strerror}); try again."
                self._known[job] = replace(known, over=True, problem=problem)
                return
        until, end = time.monotonic() + LONGEST_LEARNING_S, None
        try:
            while end is None:
                if not process.pipe.poll(max(0.0, until - time.monotonic())):
                    end = replace(known, problem="It took too long and was ended; learn from a job with fewer answers.")
                    break
                told = process.pipe.recv()
                if told.over:
                    end = told
                self._set(job, told)
        except (EOFError, OSError):
            end = replace(known, problem="The process that learned was ended from outside; try again.")
        self._turns.ended(process)
        self._set(job, replace(end, over=True))
        if end.problem and not self._turns.stopped:
            log.warning("learning from job %s: %s", job, end.problem)

    def _set(self, job: str, now: Learning) -> None:
        with self._lock:
            if job in self._known:
                self._known[job] = now


def _main(pipe: Connection, name: str, by: str) -> None:
    """Learns from the job `name`, and sends how far it is, at last what came of it."""
    # Imported here: the server, which starts this, needs none of what learns.
    from formdigits.actions.learn import in_sentences, learn_from_job

    last, at = "", 0.0

    def told(step: str, share: float) -> None:
        nonlocal last, at
        if step != last or time.monotonic() - at > TOLD_EVERY_S:
            last, at = step, time.monotonic()
            pipe.send(Learning(by, step, share))

    end = Learning(by, over=True, problem="The job is gone.")
    try:
        store = open_store()
        job = find_job(store, name)
        if job is not None:
            learnt = learn_from_job(store, job, told, by=by)
            end = Learning(by, over=True, sentences=tuple(line for one in learnt for line in in_sentences(one)))
    except FormdigitsError as error:
        end = Learning(by, over=True, problem=str(error))
    except Exception as error:
        log.exception("learning from job %s", name)
        problem = f"It ended with an error nobody foresaw ({type(error).__name__}); the server's log has it."
        end = Learning(by, over=True, problem=problem)
    with suppress(OSError):
        pipe.send(end)
