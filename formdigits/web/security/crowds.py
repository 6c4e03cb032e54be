"""No more requests are worked on at once than leaves room for a word to those that are refused."""

from __future__ import annotations

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from formdigits.web.errors import told

MOST_REQUESTS = 96
"""Worked on at once, those whose bodies are still coming included."""

ALWAYS = ("/health",)
"""Addresses that are answered however many there are; they take no time."""


class BoundedCrowd:
    """Refuses what goes beyond, at once and in a sentence."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._now = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ALWAYS:
            await self._app(scope, receive, send)
            return
        if self._now >= MOST_REQUESTS:
            sentence = "The server has too many requests at the moment; try again in a minute."
            headers = {"Retry-After": "60", "Connection": "close"}
            await told(Request(scope), 503, sentence, headers)(scope, receive, send)
            return
        self._now += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._now -= 1
