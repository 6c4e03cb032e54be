"""The token, without which nobody gets past the login page of a server that has one."""

from __future__ import annotations

import hmac
import math
from pathlib import Path
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from formdigits.web.errors import told
from formdigits.web.security.guesses import Guesses
from formdigits.web.security.sessions import Sessions

COOKIE = "formdigits"
OPEN = ("/login", "/health")
"""Addresses for which no token is needed, besides the assets, in which there is nothing to know."""

GUESSED = "Too many wrong tokens came from your address; try again in a minute."


class Door:
    """Who may come in: whoever knows the token, and whoever has a session."""

    def __init__(self, home: Path, token: str) -> None:
        self.sessions = Sessions(home, token)
        self._token = token.encode()
        self._guesses = Guesses()

    def wait_s(self, request: Request) -> float:
        """How long whoever asks has to wait before a token of theirs is looked at."""
        return self._guesses.wait_s(_address(request))

    def is_token(self, given: str, request: Request) -> bool:
        """Whether `given` is the token; whoever guesses has to wait afterwards."""
        right = hmac.compare_digest(given.strip().encode("utf-8", "replace"), self._token)
        (self._guesses.right if right else self._guesses.wrong)(_address(request))
        return right


class Access:
    """Lets in who shows the token in `Authorization: Bearer TOKEN`, or has a session of the login page."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (refusal := self._refused(Request(scope))) is not None:
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refused(self, request: Request) -> ASGIApp | None:
        """The answer to whom is not let in."""
        # Not the path of the request's address, which older versions of Starlette put together with what Host says.
        path = request.scope["path"]
        if path in OPEN or path.startswith("/assets/"):
            return None
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            if wait_s := self._door.wait_s(request):
                return told(request, 429, GUESSED, {"Retry-After": str(math.ceil(wait_s))})
            if self._door.is_token(given, request):
                return None
        elif self._door.sessions.knows(request.cookies.get(COOKIE, "")):
            return None
        if request.method in ("GET", "HEAD") and not path.startswith("/api/"):
            return RedirectResponse(f"/login?next={quote(path)}", 303)
        sentence = "This server wants its token; send it as 'Authorization: Bearer TOKEN', or log in at /login."
        return told(request, 401, sentence, {"WWW-Authenticate": "Bearer"})


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
