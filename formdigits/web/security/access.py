"""The token, without which nobody gets past the login page of a server that has one."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from formdigits.web.errors import told

COOKIE = "formdigits"
OPEN = ("/login", "/health")
"""Addresses for which no token is needed, besides the assets, in which there is nothing to know."""


def session_of(token: str) -> str:
    """What the cookie holds: proof that its owner knew the token, from which the token cannot be had back."""
    return hmac.new(token.encode(), b"formdigits session", hashlib.sha256).hexdigest()


class Access:
    """Lets in who shows `token`: in `Authorization: Bearer TOKEN`, or by the cookie that the login page sets."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()
        self._session = session_of(token).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._may(request := Request(scope)):
            await self._refusal(request)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _may(self, request: Request) -> bool:
        # Not that of the request's address, which older versions of Starlette put together with what Host says.
        path = request.scope["path"]
        if path in OPEN or path.startswith("/assets/"):
            return True
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return hmac.compare_digest(given.strip().encode(), self._token)
        return hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), self._session)

    @staticmethod
    def _refusal(request: Request) -> ASGIApp:
        if request.method in ("GET", "HEAD") and not request.scope["path"].startswith("/api/"):
            return RedirectResponse(f"/login?next={quote(request.scope['path'])}", 303)
        sentence = "This server wants its token; send it as 'Authorization: Bearer TOKEN', or log in at /login."
        return told(request, 401, sentence, {"WWW-Authenticate": "Bearer"})
