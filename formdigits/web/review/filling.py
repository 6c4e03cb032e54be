"""Fields of pages are put up for review beside the people who review: when a review begins, and as pages are read."""

from __future__ import annotations

import logging
import threading

from extractor.errors import ServiceError
from workers.database.review.plans import PAGES_AT_ONCE, fill, unfilled
from workers.database.store import Store

FILLED_EVERY_S = 1.0
"""How often to look without being called."""

BREATH_S = 0.005
"""Between two transactions, so that others who write get their turn."""

log = logging.getLogger(__name__)


class Filler:
    """A thread that fills the queues of all reviews."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._called = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="filler", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def call(self) -> None:
        """A review was begun or made larger: look at once."""
        self._called.set()

    def stop(self) -> None:
        self._stopped.set()
        self._called.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                # By turns, so that a long one keeps no other from its start.
                while jobs := unfilled(self._store):
                    for job in jobs:
                        fill(self._store, job, PAGES_AT_ONCE)
                        if self._stopped.wait(BREATH_S):
                            return
            except ServiceError as error:
                # It is away for a while; whoever asks for a page is told.
                log.warning("%s", error)
            self._called.wait(FILLED_EVERY_S)
            self._called.clear()
