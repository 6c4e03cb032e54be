"""Connections have bounds in number and in time, so that nobody who keeps them open keeps others out."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 256
"""Open at once; beyond them one that waits for its sender is closed: of whoever has most of those, the oldest."""

READ_S = 0.05
"""Before one is closed, what has come with it already is read: of very many that come at once, some are meant."""

HEAD_S = 15.0
"""Longest from the first moment of a connection, or of a further request on it, to the end of the request's head."""

BODY_S, BODY_BYTES_PER_S = 60.0, 4_000
"""A body may take so long, and longer as it grows: the second is the slowest that one may be sent."""

UNTAKEN_S = 60.0
"""Longest that nothing of an answer is taken."""

LOOKED_EVERY_S = 1.0


class Waiting(Protocol):
    """A connection that waits for its sender."""

    @property
    def waiting_since(self) -> float: ...

    @property
    def address(self) -> str: ...


W = TypeVar("W", bound=Waiting)


def least_missed(waiting: Sequence[W]) -> list[W]:
    """All of `waiting` in the order in which they make room: of the address that has most of them, the oldest first.

    An address is taken from until the next has as many, and so on.
    """
    held: dict[str, list[W]] = defaultdict(list)
    for one in sorted(waiting, key=lambda one: -one.waiting_since):
        held[one.address].append(one)
    # Each with how many of its address, itself included, are as new.
    ranked = [(rank, one) for group in held.values() for rank, one in enumerate(group, 1)]
    return [one for _, one in sorted(ranked, key=lambda pair: (-pair[0], pair[1].waiting_since))]


_making_room: set[int] = set()
"""Sets of connections of which some are about to be closed."""


class BoundedConnection(H11Protocol):
    """A connection that is closed where its other end takes too long over a request, or over taking the answer."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._since = self._stalled_since = self.loop.time()
        self._received = 0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def waits_for_sender(self) -> bool:
        """Whether a request, or the rest of one, is still to come."""
        return self._between or (self.cycle.more_body and not self.flow.read_paused)

    @property
    def waiting_since(self) -> float:
        return self._since

    @property
    def address(self) -> str:
        """Where it comes from."""
        return self.client[0] if self.client else ""

    @property
    def _between(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._look()
        if len(self.connections) > MOST_CONNECTIONS and id(self.connections) not in _making_room:
            _making_room.add(id(self.connections))
            self.loop.call_later(READ_S, self._make_room)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._since, self._received = self.loop.time(), 0
        self._received += len(data)

    def on_response_complete(self) -> None:
        self._since, self._received = self.loop.time(), 0
        super().on_response_complete()

    def pause_writing(self) -> None:
        self._stalled_since = self.loop.time()
        super().pause_writing()

    def drop(self) -> None:
        """Hangs up, without waiting for what the other end has not taken."""
        if not self.transport.is_closing():
            self.transport.abort()

    def _make_room(self) -> None:
        """Once for all that have come meanwhile."""
        _making_room.discard(id(self.connections))
        known = [one for one in self.connections if isinstance(one, BoundedConnection)]
        # Where those that wait are too few, also those that are being answered: the newest.
        missed = [*least_missed([one for one in known if one.waits_for_sender])]
        missed += sorted((one for one in known if not one.waits_for_sender), key=lambda one: -one.waiting_since)
        for one in missed[: max(0, len(known) - MOST_CONNECTIONS)]:
            one.drop()

    def _look(self) -> None:
        now = self.loop.time()
        if self._between:
            late = now - self._since > HEAD_S
        elif self.waits_for_sender:
            late = now - self._since > BODY_S + self._received / BODY_BYTES_PER_S
        else:
            late = self.flow.write_paused and now - self._stalled_since > UNTAKEN_S
        if late:
            self.drop()
        else:
            self._timer = self.loop.call_later(LOOKED_EVERY_S, self._look)
