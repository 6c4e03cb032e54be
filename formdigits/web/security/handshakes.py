"""TLS in front of the connections: how many may be greeting at once, and for how long, is bounded as all else is."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any, cast

from formdigits.web.security import connections
from formdigits.web.security.connections import BoundedConnection, least_missed

MOST_HANDSHAKES = 256
"""Connections that have not finished their greeting; beyond them, of whoever has most, the oldest is closed."""


class TlsConnections:
    """Makes a connection, as uvicorn asks for it, that speaks TLS before it speaks HTTP.

    uvicorn's own TLS counts a connection only after the greeting, which whoever connects need never finish.
    """

    def __init__(self, certificate: Path) -> None:
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(certificate)
        self.greeting: dict[_Handshake, None] = {}

    def __call__(self, **options: Any) -> asyncio.Protocol:
        return _Handshake(self, BoundedConnection(**options))


class _Handshake(asyncio.Protocol):
    """Stands for the connection until the greeting is over."""

    def __init__(self, shared: TlsConnections, connection: BoundedConnection) -> None:
        self._shared, self._connection = shared, connection
        self._early = bytearray()
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None
        self.waiting_since = 0.0
        self.address = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        loop = asyncio.get_running_loop()
        self._transport = cast(asyncio.Transport, transport)
        self.waiting_since, self.address = loop.time(), str((transport.get_extra_info("peername") or ("",))[0])
        # What comes before TLS is in place would pass it by.
        self._transport.pause_reading()
        self._shared.greeting[self] = None
        if len(self._shared.greeting) > MOST_HANDSHAKES:
            least_missed(list(self._shared.greeting))[0].drop()
        self._task = loop.create_task(self._greet())

    def data_received(self, data: bytes) -> None:
        # A browser sends its request together with the last word of its greeting.
        self._early += data

    def drop(self) -> None:
        self._shared.greeting.pop(self, None)
        if self._transport is not None:
            self._transport.abort()

    async def _greet(self) -> None:
        assert self._transport is not None
        try:
            secure = await asyncio.get_running_loop().start_tls(
                self._transport,
                self,
                self._shared.context,
                server_side=True,
                ssl_handshake_timeout=connections.HEAD_S,
            )
        except (OSError, asyncio.CancelledError):
            # It speaks no TLS, wants other certificates, or has gone.
            self.drop()
            return
        finally:
            self._shared.greeting.pop(self, None)
        if secure is None or secure.is_closing():
            return
        self._connection.connection_made(secure)
        secure.set_protocol(self._connection)
        if self._early:
            self._connection.data_received(bytes(self._early))
            self._early.clear()
