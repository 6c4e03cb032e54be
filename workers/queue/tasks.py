"""The one task, the model that is loaded after the fork, and the sweep now and then."""

from __future__ import annotations

import logging
import os
import signal
from dataclasses import dataclass
from typing import Any

from celery import bootsteps
from celery.signals import worker_process_init

from extractor.errors import FormdigitsError, ModelError, ServiceError
from workers.database.store import Store, open_store
from workers.queue import telemetry
from workers.queue.alive import end_with_parent
from workers.queue.app import app
from workers.queue.chunks import Readers, do_next
from workers.queue.dispatch import TASK, Broker, sweep

SWEEP_S = 5.0
"""How often a worker looks for chunks that nobody knows of."""

OUTAGE_S = 600.0
"""How long work waits for a database that is away, before it is left to whoever comes later."""

log = logging.getLogger(__name__)


@dataclass
class Here:
    """What a reading process has: set after the fork."""

    engine: str = "litert"
    store: Store | None = None
    readers: Readers | None = None
    broker: Broker | None = None


here = Here()


@worker_process_init.connect  # type: ignore[untyped-decorator]
def begin(**_: Any) -> None:
    """Loads the model in the process that reads. A worker that cannot read stops, and says why."""
    end_with_parent()
    try:
        import cv2

        from workers.queue.readers import Readers as Loaded

        cv2.setNumThreads(1)
        here.readers = Loaded(here.engine)
    except Exception as error:
        said = str(error) if isinstance(error, FormdigitsError) else f"{type(error).__name__}: {error}"
        log.error("this worker cannot read and stops: %s", said)
        os.kill(os.getppid(), signal.SIGTERM)


@app.task(name=TASK, bind=True)  # type: ignore[untyped-decorator]
def chunk(self: Any, job: str, number: int) -> None:
    """Does a chunk, that of the job whose turn it is in the queue: the broker gives messages in the order in which they
    were sent. There are as many of them as chunks; this one is done with when its chunk is."""
    if here.readers is None:
        return
    said = {"job": job, "chunk": number}
    queue = self.request.delivery_info["routing_key"]
    try:
        if here.store is None:
            here.store = open_store(patience_s=OUTAGE_S)
        done = do_next(here.store, here.readers, queue, self.request.id)
        if done is None:
            log.debug("nothing to do", extra=said)
            return
        said = {"job": done.job, "chunk": done.number}
        telemetry.count(done)
        log.info("chunk done", extra=said | {"pages": len(done.outcomes), "seconds": round(done.seconds, 3)})
        here.broker = here.broker or Broker()
        # What this chunk made possible: pages of documents that were looked at.
        if not done.outcomes:
            sweep(here.store, here.broker)
    except ModelError as error:
        log.error("this worker cannot read and stops: %s", error, extra=said)
        os.kill(os.getppid(), signal.SIGTERM)
    except ServiceError as error:
        # The chunk stays open in the database and is sent again.
        log.error("put off: %s", error, extra=said)


class Sweeping(bootsteps.StartStopStep):  # type: ignore[misc]
    """Runs the sweep in the worker's own loop, where no process is forked meanwhile."""

    requires = ("celery.worker.components:Timer",)

    def __init__(self, parent: Any, **_: Any) -> None:
        self._timer: Any = None
        self._store: Store | None = None
        self._broker: Broker | None = None

    def start(self, parent: Any) -> None:
        self._timer = parent.timer.call_repeatedly(SWEEP_S, self._sweep)

    def stop(self, parent: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _sweep(self) -> None:
        try:
            self._store = self._store or open_store()
            self._broker = self._broker or Broker()
            if sent := sweep(self._store, self._broker):
                log.info("sent %d chunks", sent)
        except ServiceError as error:
            log.warning("%s", error)
        finally:
            # No connection may be open when a process is forked from here: it would have it as well.
            if self._store is not None:
                self._store.close()


app.steps["worker"].add(Sweeping)
