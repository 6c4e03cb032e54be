"""Connections have bounds in number and in time, so that nobody who keeps them open keeps others out."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 256
"""Open at once; beyond them the one that has waited longest for its sender is closed."""

HEAD_S = 15.0
"""Longest from the first moment of a connection, or of a further request on it, to the end of the request's head."""

BODY_S, BODY_BYTES_PER_S = 60.0, 4_000
"""A body may take so long, and longer as it grows: the second is the slowest that one may be sent."""

UNTAKEN_S = 60.0
"""Longest that nothing of an answer is taken."""

LOOKED_EVERY_S = 1.0


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
    def _between(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._look()
        if len(self.connections) > MOST_CONNECTIONS:
            waiting = [one for one in self.connections if isinstance(one, BoundedConnection) and one.waits_for_sender]
            # Itself, where all others are being answered.
            min(waiting, key=lambda one: one.waiting_since, default=self).drop()

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
