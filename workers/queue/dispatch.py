"""The broker: whether it is there, how much waits in it, and sending what must be sent."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

import redis

from extractor.errors import ServiceError
from workers.database.queue.chunk_claims import open_queues, to_send
from workers.database.queue.planning import advance, stalled
from workers.database.store import Store
from workers.home import BROKER_WAIT_S, broker_url

log = logging.getLogger(__name__)


class Broker:
    """Redis, at `url` or where the settings say. Every method raises ServiceError when it cannot be used."""

    def __init__(self, url: str | None = None) -> None:
        self._url = url or broker_url()
        try:
            self._redis = redis.Redis.from_url(
                self._url,
                socket_connect_timeout=BROKER_WAIT_S,
                socket_timeout=BROKER_WAIT_S,
                retry=redis.retry.Retry(redis.backoff.NoBackoff(), 0),
            )
        except ValueError:
            raise ServiceError(
                "FORMDIGITS_BROKER_URL is not the address of a Redis server; give one such as redis://host:6379/0."
            ) from None

    @property
    def name(self) -> str:
        """The address without its password."""
        parts = urlsplit(self._url)
        host = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{host}{parts.path}"

    def check(self) -> str:
        """The broker's version; that it answers."""
        with self._told():
            return str(self._redis.info("server")["redis_version"])

    def length(self, queue: str) -> int:
        """Messages that nobody has taken yet."""
        with self._told():
            return int(self._redis.llen(queue))

    def memory(self) -> int:
        """Bytes that the broker holds."""
        with self._told():
            return int(self._redis.info("memory")["used_memory"])

    def send(self, queue: str, job: str, numbers: Sequence[int]) -> None:
        """One message per chunk."""
        from kombu.exceptions import OperationalError

        from workers.queue.app import app

        try:
            with app.producer_pool.acquire(block=True, timeout=BROKER_WAIT_S) as producer:
                for number in numbers:
                    app.send_task(TASK, args=[job, number], queue=queue, producer=producer)
        except (OperationalError, redis.RedisError, OSError) as error:
            raise self._away(error) from error

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (redis.RedisError, OSError) as error:
            raise self._away(error) from error

    def _away(self, error: Exception) -> ServiceError:
        why = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        return ServiceError(
            f"The broker {self.name} cannot be reached ({why}); start Redis, or correct FORMDIGITS_BROKER_URL."
        )


TASK = "formdigits.chunk"


def sweep(store: Store, broker: Broker) -> int:
    """Sends what was never sent, and what the broker or a dead worker has lost; how many messages that were.

    A message counts as lost when its queue is empty and nobody has had its chunk for a while. Sending one too many is
    harmless: its chunk is in other hands, or done.
    """
    for job in stalled(store):
        advance(store, job)
    sent = 0
    empty: dict[str, bool] = {}
    for queue, job in open_queues(store):
        if queue not in empty:
            empty[queue] = broker.length(queue) == 0
        while numbers := to_send(store, job, lost=empty[queue]):
            broker.send(queue, job, numbers)
            sent += len(numbers)
    return sent
