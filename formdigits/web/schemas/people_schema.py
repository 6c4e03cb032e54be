"""Accounts of the web page, and what admins and their owners change of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from formdigits.web.schemas.base_schema import Answer
from workers.accounts.account import Role
from workers.accounts.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD

PersonName = Annotated[str, Field(max_length=200, description="Names that differ in case alone are one person's.")]
Password = Annotated[
    str, Field(max_length=4 * LONGEST_PASSWORD, description=f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
]


class AccountAnswer(Answer):
    """`created` is in seconds since 1970."""

    name: str
    role: Role
    created: float


class MeAnswer(BaseModel):
    """Who asks: `name` is null for whoever knows the server's token, or where nobody has to log in."""

    name: str | None
    role: Role


class AccountRequest(BaseModel):
    name: PersonName
    role: Role
    password: Password


class ChangeRequest(BaseModel):
    """What is left out stays as it is."""

    name: PersonName
    role: Role | None = None
    password: Password | None = None


class PasswordRequest(BaseModel):
    now: Annotated[str, Field(max_length=4 * LONGEST_PASSWORD, description="The password until now.")]
    password: Password
