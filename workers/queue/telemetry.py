"""What a worker says of itself: lines with job and page, and figures for Prometheus."""

from __future__ import annotations

import atexit
import json
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from celery.signals import setup_logging

from extractor.errors import ServiceError
from workers.database.queue.ledger import totals
from workers.database.store import Store

if TYPE_CHECKING:
    from workers.queue.chunks import Done

SAID = ("job", "chunk", "file", "page", "pages", "seconds")
"""What a line may say besides its message."""

SECONDS = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 120)


class JsonLines(logging.Formatter):
    """One JSON object per line: `time`, `level`, `process`, `message`; `job`, `chunk`, `file`, `page` where known."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "process": record.process,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in SAID if hasattr(record, name)}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


class PlainLines(logging.Formatter):
    """The same for a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        said = "".join(f" {name}={getattr(record, name)}" for name in SAID if hasattr(record, name))
        trace = "\n" + self.formatException(record.exc_info) if record.exc_info else ""
        return f"{time.strftime('%H:%M:%S', time.localtime(record.created))} {record.getMessage()}{said}{trace}"


def log_lines() -> None:
    """Lines on standard error: plain on a terminal, JSON elsewhere."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainLines() if sys.stderr.isatty() else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    # That somebody listens keeps Celery from setting up lines of its own.
    setup_logging.connect(_already_set_up)
    logging.getLogger("workers").setLevel(logging.INFO)


def _already_set_up(**_: Any) -> None:
    """See `log_lines`."""


def measure() -> None:
    """Lets processes that are forked from here count together. Call it before prometheus_client is imported."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        folder = tempfile.mkdtemp(prefix="formdigits-metrics-")
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        owner = os.getpid()
        atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == owner else None)


_metrics: tuple[Any, Any] | None = None


def count(done: Done) -> None:
    """Counts the pages of a chunk, where somebody asked for figures."""
    global _metrics  # noqa: PLW0603 - prometheus_client must be imported late, and its metrics made once
    if not done.outcomes or "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return
    from prometheus_client import Counter, Histogram

    if _metrics is None:
        _metrics = (
            Counter("formdigits_worker_pages", "Pages done by this worker.", ["status"]),
            Histogram("formdigits_page_seconds", "Seconds per page, averaged over its chunk.", buckets=SECONDS),
        )
    by_status, seconds = _metrics
    for outcome in done.outcomes:
        by_status.labels(outcome.result.status.value).inc()
        seconds.observe(done.seconds / len(done.outcomes))


def serve(store: Store, port: int) -> None:
    """Answers Prometheus on `port`, of all addresses. Raises ServiceError when that is taken."""
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.core import GaugeMetricFamily
    from prometheus_client.multiprocess import MultiProcessCollector

    class InDatabase:
        def collect(self) -> Iterator[Any]:
            by_state = GaugeMetricFamily("formdigits_jobs", "Jobs of the queue.", labels=["state"])
            by_status = GaugeMetricFamily("formdigits_pages", "Pages of jobs of the queue.", labels=["status"])
            try:
                for metric, counts in zip((by_state, by_status), totals(store), strict=True):
                    for name, number in counts.items():
                        metric.add_metric([name], number)
            except ServiceError:
                # The worker's own figures still come.
                return
            finally:
                # None of it may be open when a process is forked.
                store.close()
            yield by_state
            yield by_status

    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(InDatabase())
    try:
        start_http_server(port, registry=registry)
    except OSError as error:
        raise ServiceError(f"Port {port} for metrics cannot be opened ({error.strerror}); give another.") from None
