"""`formdigits worker`: a Celery worker with the settings that this queue needs."""

from __future__ import annotations

import os
import signal
import socket
import sys

from extractor.recognizer.card import SHIPPED, read_card
from workers.database.store import open_store
from workers.home import processors
from workers.process import ONE_THREAD
from workers.queue import telemetry
from workers.queue.dispatch import Broker, sweep

MEMORY_MB = 1000
"""A process of more than this, after a chunk, is replaced: what image libraries hold creeps up."""


def work(processes: int | None, queues: str, memory_mb: int | None, profile: str, metrics_port: int | None) -> int:
    """Runs until stopped. Raises ServiceError or ModelError at the start only; returns the exit code."""
    if profile == "cpu":
        # As many processes as processors, so one thread each; inherited by them, and read when libraries load.
        for name, value in ONE_THREAD.items():
            os.environ.setdefault(name, value)
    read_card(SHIPPED)
    store = open_store()
    broker = Broker()
    broker.check()
    sweep(store, broker)
    store.close()
    if metrics_port is not None:
        # Until Celery does so: whoever is ended by it leaves no folder behind.
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
        telemetry.measure()
        telemetry.serve(store, metrics_port)
    telemetry.log_lines()
    # Imported here: Celery takes a second, and reads the settings as it is imported.
    from workers.queue.app import app
    from workers.queue.tasks import here

    limit = memory_mb or (MEMORY_MB if profile == "cpu" else None)
    here.engine = "keras" if profile == "gpu" else "litert"
    app.conf.worker_max_memory_per_child = limit * 1000 if limit else None
    app.conf.worker_max_tasks_per_child = 500 if profile == "cpu" else None
    worker = app.Worker(
        hostname=f"formdigits-{os.getpid()}@{socket.gethostname()}",
        pool="prefork",
        concurrency=processes or (processors() if profile == "cpu" else 1),
        queues=queues,
        optimization="fair",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        loglevel="INFO",
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)
