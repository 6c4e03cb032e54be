"""The login page, and the address that a container's health check asks."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from formdigits.web.rendering import page
from formdigits.web.security.access import COOKIE, session_of
from formdigits.web.site import SiteDep

router = APIRouter(include_in_schema=False)

KEPT_S = 30 * 24 * 3600
"""How long a browser stays logged in."""


@router.get("/health")
async def health() -> PlainTextResponse:
    """Asked of the loop itself: threads may all be taken."""
    return PlainTextResponse("ok\n")


@router.get("/login")
def login_page(request: Request, site: SiteDep, following: Annotated[str, Query(alias="next")] = "/") -> Response:
    if site.settings.token is None:
        return RedirectResponse("/", 303)
    return page(request, "login.html", following=_own_path(following), wrong=False)


@router.post("/login")
def login(
    request: Request,
    site: SiteDep,
    token: Annotated[str, Form()] = "",
    following: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    wanted = site.settings.token
    if wanted is None:
        return RedirectResponse("/", 303)
    if not hmac.compare_digest(token.strip().encode(), wanted.encode()):
        return page(request, "login.html", http=401, following=_own_path(following), wrong=True)
    answer = RedirectResponse(_own_path(following), 303)
    answer.set_cookie(
        COOKIE,
        session_of(wanted),
        max_age=KEPT_S,
        httponly=True,
        samesite="strict",
        secure=request.scope["scheme"] == "https",
    )
    return answer


@router.post("/logout")
def logout() -> Response:
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


def _own_path(path: str) -> str:
    """A path on this server, whatever was asked for: nobody is redirected to another site."""
    plain = path.isprintable() and path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if plain else "/"
