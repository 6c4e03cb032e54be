"""Who gets past the login page: whoever knows the token, and whoever has an account; and what each may ask for."""

from __future__ import annotations

import hmac
import math
import threading
import time
from collections.abc import Callable
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from fastapi.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from extractor.errors import ServiceError
from formdigits.web.errors import told
from formdigits.web.security.guesses import Guesses
from formdigits.web.security.invitations import Invitations
from formdigits.web.security.sessions import Sessions
from formdigits.web.visitors import OWNER, VISITOR, Visitor, is_own_host, needed_role
from workers.accounts.account import Account
from workers.accounts.passwords import is_password
from workers.database.people import find_account, has_accounts
from workers.database.store import Store

COOKIE = "formdigits"
ENTRANCE = "/enter"
OPEN = ("/login", "/health", ENTRANCE)
"""Addresses that anybody may ask for, besides the assets, in which there is nothing to know."""

GUESSED = "Too many wrong guesses came from your address; try again in a minute."

LOOKUPS = 16
"""Sessions that are looked up at once, by threads of their own, so that a database that is away stops nothing else."""


class Door:
    """Who may come in: whoever knows the `token`, if there is one, and whoever has an account.

    An `open` server wants neither until there is an account; it can be reached from its own machine alone.
    """

    def __init__(self, token: str | None, *, open: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self.sessions = Sessions(token)
        self._token = None if token is None else token.encode()
        self._open = open and token is None
        self.invitations = Invitations(clock)
        self._guesses = Guesses(clock)
        self._lock = threading.Lock()

    @property
    def has_token(self) -> bool:
        return self._token is not None

    def is_open(self, store: Store) -> bool:
        """Whether nobody is asked who they are. Raises ServiceError."""
        return self._open and not has_accounts(store)

    def wait_s(self, request: Request) -> float:
        """How long whoever asks has to wait before a guess of theirs is looked at."""
        return self._guesses.wait_s(_address(request))

    def is_token(self, given: str, request: Request) -> bool:
        """Whether `given` is the token; whoever guesses has to wait afterwards."""
        right = self._token is not None and hmac.compare_digest(given.strip().encode("utf-8", "replace"), self._token)
        self._told(right, request)
        return right

    def account(self, store: Store, name: str, password: str, request: Request) -> Account | None:
        """The account of that name and password; None where there is none, and for whoever has to wait.

        Whoever guesses has to wait afterwards, at whichever of the two. Raises ServiceError.
        """
        # One at a time: each takes 64 MiB and a tenth of a second, and none of many guesses at once is free.
        with self._lock:
            if self.wait_s(request):
                return None
            found = find_account(store, name[:200])
            right = is_password(password, None if found is None else found[1])
            self._told(right, request)
        return found[0] if found is not None and right else None

    def entered(self, store: Store, secret: str, request: Request) -> str | None:
        """The session that the one-time sign-in `secret` begins, None where that is over; whoever guesses has to wait.

        It is over, too, with the session of whoever gave it. Raises ServiceError.
        """
        found = self.invitations.take(secret)
        inviter: Visitor | None = None
        if found is not None:
            inviter = self.sessions.visitor(store, found.inviter) if found.inviter else OWNER
        known = find_account(store, inviter.name) if inviter is not None and inviter.name is not None else None
        self._told(inviter is not None, request)
        if inviter is None or (inviter.name is not None and known is None):
            return None
        return self.sessions.begin(store, None if known is None else known[0])

    def _told(self, right: bool, request: Request) -> None:
        (self._guesses.right if right else self._guesses.wrong)(_address(request))


class Access:
    """Lets in who shows the token in `Authorization: Bearer TOKEN`, or has a session of the login page; each to what
    their role allows."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door
        self._lookups = CapacityLimiter(LOOKUPS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Not the path of the request's address, which older versions of Starlette put together with what Host says.
        if scope["type"] == "http" and scope["path"] not in OPEN and not scope["path"].startswith("/assets/"):
            request = Request(scope)
            try:
                found = await to_thread.run_sync(self._admitted, request, limiter=self._lookups)
            except ServiceError as error:
                found = told(request, 503, str(error))
            if not isinstance(found, Visitor):
                await found(scope, receive, send)
                return
            scope[VISITOR] = found
        await self._app(scope, receive, send)

    def _admitted(self, request: Request) -> Visitor | ASGIApp:
        """Who asks, or the answer to whom is not let in."""
        store: Store = request.scope["app"].state.site.store
        if self._door.is_open(store):
            return OWNER if is_own_host(request) else _of_another_host(request)
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        visitor: Visitor | None = None
        if kind.lower() == "bearer":
            if wait_s := self._door.wait_s(request):
                return told(request, 429, GUESSED, {"Retry-After": str(math.ceil(wait_s))})
            visitor = OWNER if self._door.is_token(given, request) else None
        else:
            visitor = self._door.sessions.visitor(store, request.cookies.get(COOKIE, ""))
        if visitor is None:
            return self._unknown(request)
        needed = needed_role(request.method, request.scope["path"])
        if visitor.role.may(needed):
            return visitor
        if request.method == "GET" and request.scope["path"] == "/":
            return RedirectResponse("/review", 303)
        request.scope[VISITOR] = visitor
        return told(
            request, 403, f"This is for the role {needed.value}, and yours is {visitor.role.value}; ask an admin."
        )

    def _unknown(self, request: Request) -> ASGIApp:
        path = request.scope["path"]
        if request.method in ("GET", "HEAD") and not path.startswith("/api/"):
            return RedirectResponse(f"/login?next={quote(path)}", 303)
        way = (
            "send its token as 'Authorization: Bearer TOKEN', or log in at /login"
            if self._door.has_token
            else ("log in at /login")
        )
        return told(request, 401, f"This server wants to know who you are; {way}.", {"WWW-Authenticate": "Bearer"})


def _of_another_host(request: Request) -> ASGIApp:
    return told(request, 421, "This server answers to 127.0.0.1 and localhost only; open it by one of them.")


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
