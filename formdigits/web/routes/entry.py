"""The login page, and the address that a container's health check asks."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from formdigits.web.rendering import page
from formdigits.web.security.access import COOKIE, GUESSED, Door
from formdigits.web.security.sessions import SESSION_S

router = APIRouter(include_in_schema=False)

WRONG = "That is not this server's token; copy it whole, without spaces."


class Flags(TypedDict):
    """Of a cookie."""

    httponly: bool
    samesite: Literal["strict"]
    secure: bool


def _door(request: Request) -> Door | None:
    door: Door | None = request.app.state.door
    return door


DoorDep = Annotated[Door | None, Depends(_door)]


@router.get("/health")
async def health() -> PlainTextResponse:
    """Asked of the loop itself: threads may all be taken."""
    return PlainTextResponse("ok\n")


@router.get("/login")
def login_page(request: Request, door: DoorDep, following: Annotated[str, Query(alias="next")] = "/") -> Response:
    if door is None:
        return RedirectResponse("/", 303)
    return page(request, "login.html", following=_own_path(following), wrong="")


@router.post("/login")
def login(
    request: Request,
    door: DoorDep,
    token: Annotated[str, Form()] = "",
    following: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    if door is None:
        return RedirectResponse("/", 303)
    if door.wait_s(request):
        return page(request, "login.html", http=429, following=_own_path(following), wrong=GUESSED)
    if not door.is_token(token, request):
        return page(request, "login.html", http=401, following=_own_path(following), wrong=WRONG)
    answer = RedirectResponse(_own_path(following), 303)
    answer.set_cookie(COOKIE, door.sessions.begin(), max_age=SESSION_S, **_kept_by_browsers(request))
    return answer


@router.post("/logout")
def logout(request: Request, door: DoorDep) -> Response:
    if door is not None:
        door.sessions.end(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE, **_kept_by_browsers(request))
    return answer


def _kept_by_browsers(request: Request) -> Flags:
    """How: for this server alone, out of reach of scripts, and where it was sent by TLS, by nothing else."""
    return {"httponly": True, "samesite": "strict", "secure": request.scope["scheme"] == "https"}


def _own_path(path: str) -> str:
    """A path on this server, whatever was asked for: nobody is redirected to another site."""
    plain = path.isprintable() and path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if plain else "/"
