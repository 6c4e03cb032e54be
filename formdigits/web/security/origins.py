"""Requests that a browser sends on behalf of another site, through a name that points here or a form on that site."""

from __future__ import annotations

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from formdigits.web.errors import told

HARMLESS = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing."""


class OwnOrigin:
    """Refuses what changes something when another site's page has sent it.

    Browsers say where a request comes from in Sec-Fetch-Site, and where that is not sent, in Origin; programs that are
    no browsers send neither, and no other site can make them do anything.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in HARMLESS:
            request = Request(scope)
            if not _own(request):
                answer = told(request, 403, "Another site's page has sent this; use the pages of this server instead.")
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _own(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True
    host = request.headers.get("host", "")
    return host != "" and origin.partition("://")[2] == host
