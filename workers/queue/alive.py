"""A reading process renews its claim, has a time limit for each page, and ends with its parent."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from extractor.errors import ServiceError
from workers.database.queue import chunk_claims
from workers.database.queue.chunk_claims import Claim
from workers.database.store import Store
from workers.pool import PAGE_LIMIT_S


@contextmanager
def kept(store: Store, claim: Claim) -> Iterator[None]:
    """Renews the claim while the block runs."""
    stop = threading.Event()

    def renew() -> None:
        while not stop.wait(chunk_claims.RENEW_S):
            try:
                chunk_claims.renew(store, claim)
            except ServiceError:
                # It comes back, or the lease runs out and another takes the chunk.
                continue

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def limited(limit_s: float = PAGE_LIMIT_S) -> Iterator[Callable[[], None]]:
    """Yields what must be called at least every `limit_s` seconds; else the system ends this process.

    Python could not: a library that hangs does not come back to it. For the main thread only.
    """
    before = signal.signal(signal.SIGALRM, signal.SIG_DFL)

    def beat() -> None:
        signal.setitimer(signal.ITIMER_REAL, limit_s)

    beat()
    try:
        yield beat
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def end_with_parent() -> None:
    """Ends this process soon after its parent, since nobody would hear of what it does."""
    parent = os.getppid()

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=look, daemon=True).start()
