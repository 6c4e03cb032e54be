"""The login page, and the address that a container's health check asks."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from formdigits.web.rendering import page
from formdigits.web.security.access import COOKIE, GUESSED, Door
from formdigits.web.site import StoreDep
from workers.accounts.account import Account
from workers.database.people import SESSION_S, has_accounts
from workers.database.store import Store

router = APIRouter(include_in_schema=False)

WRONG_TOKEN = "That is not this server's token; copy it whole, without spaces."
WRONG_PASSWORD = "There is no account of that name and password; ask an admin of this server for a new one."
NO_WAY_IN = "Nobody can log in, since there are no accounts; its owner makes one by 'formdigits user add'."


class Flags(TypedDict):
    """Of a cookie."""

    httponly: bool
    samesite: Literal["strict"]
    secure: bool


def door_of(request: Request) -> Door:
    """The server's door."""
    door: Door = request.app.state.door
    return door


DoorDep = Annotated[Door, Depends(door_of)]


@router.get("/health")
async def health() -> PlainTextResponse:
    """Asked of the loop itself: threads may all be taken."""
    return PlainTextResponse("ok\n")


@router.get("/login")
def login_page(
    request: Request, door: DoorDep, store: StoreDep, following: Annotated[str, Query(alias="next")] = "/"
) -> Response:
    if door.is_open(store):
        return RedirectResponse("/", 303)
    return _page(request, door, store, following)


@router.post("/login")
def login(
    request: Request,
    door: DoorDep,
    store: StoreDep,
    *,
    token: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    following: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    if door.is_open(store):
        return RedirectResponse("/", 303)
    if door.wait_s(request):
        return _page(request, door, store, following, http=429, wrong=GUESSED)
    account: Account | None = None
    if name or password:
        account = door.account(store, name, password, request)
        if account is None:
            return _page(request, door, store, following, http=401, wrong=WRONG_PASSWORD)
    elif not door.is_token(token, request):
        return _page(request, door, store, following, http=401, wrong=WRONG_TOKEN if door.has_token else WRONG_PASSWORD)
    answer = RedirectResponse(_own_path(following), 303)
    keep_session(request, answer, door.sessions.begin(store, account))
    return answer


@router.post("/logout")
def logout(request: Request, door: DoorDep, store: StoreDep) -> Response:
    door.sessions.end(store, request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE, **_kept_by_browsers(request))
    return answer


def keep_session(request: Request, answer: Response, secret: str) -> None:
    """Has the browser keep the session."""
    answer.set_cookie(COOKIE, secret, max_age=SESSION_S, **_kept_by_browsers(request))


def _page(request: Request, door: Door, store: Store, following: str, *, http: int = 200, wrong: str = "") -> Response:
    accounts = has_accounts(store)
    return page(
        request,
        "login.html",
        http=http,
        following=_own_path(following),
        wrong=wrong if accounts or door.has_token else NO_WAY_IN,
        accounts=accounts,
        token=door.has_token,
    )


def _kept_by_browsers(request: Request) -> Flags:
    """How: for this server alone, out of reach of scripts, and where it was sent by TLS, by nothing else."""
    return {"httponly": True, "samesite": "strict", "secure": request.scope["scheme"] == "https"}


def _own_path(path: str) -> str:
    """A path on this server, whatever was asked for: nobody is redirected to another site."""
    plain = path.isprintable() and path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if plain else "/"
