"""No request may send more than its address accepts, or in a way that costs the server minutes to take in."""

from __future__ import annotations

import codecs
from collections.abc import Mapping

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from formdigits.web.errors import told

SMALL_BODY_BYTES = 1_000_000
"""Bytes of a body where nothing else is said: JSON, a form."""

FORM_BODY_BYTES = 100_000
"""Of a form whose fields follow each other with '&': it is taken apart letter by letter."""

CHARSETS = ("utf-8", "ascii", "iso8859-1")
"""What a form may be written in, by Python's names. Some others take minutes for a megabyte (punycode), or make what is
no text."""

DISCARDED_BYTES = 20_000_000
"""Bytes up to which the rest of a body that is too large is still taken, and thrown away: who is hung up on while
sending may never get to read why."""


class BoundedBodies:
    """Refuses larger bodies, by the length that they declare and by what arrives; `limits` gives bytes by address. And
    refuses forms that are written as no browser writes them."""

    def __init__(self, app: ASGIApp, limits: Mapping[str, int]) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        kind, options = parse_options_header(request.headers.get("content-type"))
        if not _is_known(options.get(b"charset", b"utf-8")):
            await told(request, 415, "This is written in a way that is not taken here; send it as UTF-8.")(
                scope, receive, send
            )
            return
        limit = self._limits.get(scope["path"], SMALL_BODY_BYTES)
        if kind == b"application/x-www-form-urlencoded":
            limit = min(limit, FORM_BODY_BYTES)
        sentence = f"This is more than the {limit / 1e6:,g} MB that are taken at once; send it in smaller parts."
        # Of a body larger still the rest is not read: the connection is of no use any more.
        last = {"Connection": "close"}
        size = request.headers.get("content-length", "0")
        if size.isdecimal() and (says := int(size[:20])) > limit:
            if says <= DISCARDED_BYTES:
                await _thrown_away(receive, says)
            await told(request, 413, sentence, last)(scope, receive, send)
            return
        seen = 0

        async def receiving() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                if message.get("more_body"):
                    await _thrown_away(receive, DISCARDED_BYTES - seen)
                # Whoever reads the body lets this kind of error through, to where it is told.
                raise HTTPException(413, sentence, last)
            return message

        await self._app(scope, receiving, send)


def _is_known(charset: bytes) -> bool:
    try:
        return codecs.lookup(charset.decode("latin-1")).name in CHARSETS
    except (LookupError, ValueError):
        return False


async def _thrown_away(receive: Receive, most: int) -> None:
    """Reads the rest of a body, up to `most` bytes, and discards it."""
    more = True
    while more and most > 0:
        message = await receive()
        most -= len(message.get("body", b""))
        more = message.get("more_body", False)
