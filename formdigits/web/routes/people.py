"""Accounts: admins add, change and remove them; everybody changes their own password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from starlette.status import HTTP_201_CREATED

from formdigits.web.rendering import page
from formdigits.web.routes.entry import DoorDep, keep_session
from formdigits.web.schemas.people_schema import (
    AccountAnswer,
    AccountRequest,
    ChangeRequest,
    MeAnswer,
    PasswordRequest,
)
from formdigits.web.schemas.refusal_schema import refusals
from formdigits.web.security.access import GUESSED
from formdigits.web.site import StoreDep
from formdigits.web.visitors import VisitorDep
from workers.accounts.account import Role
from workers.accounts.passwords import hashed
from workers.database.people import add_account, change_account, list_accounts, remove_account
from workers.review.values import reviewer_name

router = APIRouter(tags=["people"])

REFUSED_CHANGE = refusals(_400="There is no such account, or no admin would be left.", _403="Only for admins.")


@router.get("/people", include_in_schema=False)
def people_page(request: Request, store: StoreDep) -> Response:
    return page(request, "people.html", people=list_accounts(store), roles=list(Role))


@router.get("/account", include_in_schema=False)
def account_page(request: Request) -> Response:
    return page(request, "account.html")


@router.get("/api/people")
def accounts(store: StoreDep) -> list[AccountAnswer]:
    """All accounts, by name."""
    return [AccountAnswer.of(one) for one in list_accounts(store)]


@router.post("/api/people", status_code=HTTP_201_CREATED, responses=REFUSED_CHANGE)
def add(store: StoreDep, body: AccountRequest) -> AccountAnswer:
    """Adds an account. From the first one on, everybody has to log in."""
    return AccountAnswer.of(add_account(store, reviewer_name(body.name), body.role, hashed(body.password)))


@router.put("/api/people", responses=REFUSED_CHANGE)
def change(store: StoreDep, body: ChangeRequest) -> AccountAnswer:
    """Gives an account another role or password, which logs the person out everywhere."""
    password = None if body.password is None else hashed(body.password)
    return AccountAnswer.of(change_account(store, body.name, role=body.role, password=password))


@router.delete("/api/people", responses=REFUSED_CHANGE)
def remove(store: StoreDep, name: Annotated[str, Query(max_length=200)]) -> AccountAnswer:
    """Removes an account, which logs the person out everywhere; what they have said of fields stays."""
    return AccountAnswer.of(remove_account(store, name))


@router.get("/api/account")
def me(visitor: VisitorDep) -> MeAnswer:
    """Who asks."""
    return MeAnswer(name=visitor.name, role=visitor.role)


@router.put("/api/account/password", status_code=204, responses=refusals(_400="That is not the password until now."))
def change_password(
    request: Request, response: Response, *, store: StoreDep, door: DoorDep, visitor: VisitorDep, body: PasswordRequest
) -> None:
    """Changes one's own password, which logs one out everywhere else."""
    if visitor.name is None:
        raise HTTPException(400, "You have no account here, and so no password.")
    if door.wait_s(request):
        raise HTTPException(429, GUESSED)
    password = hashed(body.password)
    if door.account(store, visitor.name, body.now, request) is None:
        raise HTTPException(400, "That is not your password until now.")
    account = change_account(store, visitor.name, password=password)
    keep_session(request, response, door.sessions.begin(store, account))
