"""Who asks, and what each role may ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from extractor.errors import InputError
from formdigits.web.settings import is_loopback
from workers.accounts.account import Role
from workers.database.people import find_account
from workers.database.store import Store
from workers.review.values import reviewer_name

VISITOR = "formdigits.visitor"
"""Where a request's scope says who asks."""

REVIEWERS_MAY = tuple(
    (methods, re.compile(pattern))
    for methods, pattern in (
        (("GET", "HEAD"), r"/(jobs|review|account|api)|/(jobs|review)/[^/]+(/report|/page|/grid)?"),
        (("GET", "HEAD"), r"/api/(openapi\.json|account|jobs|templates)|/api/jobs/.+"),
        (("POST",), r"/api/jobs/[^/]+/review/(next(-page)?|answer-many|renew|release|fields/[^/]+/(take|answer|skip))"),
        (("POST",), r"/api/jobs/[^/]+/fields/[^/]+/(mend|undo)|/api/jobs/[^/]+/exports"),
        (("POST",), r"/logout"),
        (("PUT",), r"/api/account/password|/api/jobs/[^/]+/pages/[^/]+/[^/]+/mark"),
    )
)
"""Besides these a reviewer may nothing: what is new is a manager's until somebody says otherwise."""

ADMINS_ALONE = re.compile(r"/people|/api/people(/.*)?")


@dataclass(frozen=True)
class Visitor:
    """`name` is that of an account, None for whoever knows the server's token, or sits before it."""

    role: Role
    name: str | None = None
    by_session: bool = False

    def reviewer(self, store: Store, given: str) -> str:
        """The name that an answer of theirs is kept with: proven by their account, else as `given`, and then none that
        an account proves. Raises InputError or ServiceError."""
        if self.name is not None:
            return self.name
        name = reviewer_name(given)
        if find_account(store, name) is not None:
            raise InputError(f"{name} has an account; log in with it, or give another name.")
        return name


OWNER = Visitor(Role.ADMIN)
"""Whoever knows the token, or uses the machine itself where no token is asked for."""


def needed_role(method: str, path: str) -> Role:
    """The least role that may ask for this."""
    if ADMINS_ALONE.fullmatch(path):
        return Role.ADMIN
    mine = any(method in methods and pattern.fullmatch(path) for methods, pattern in REVIEWERS_MAY)
    return Role.REVIEWER if mine else Role.MANAGER


def visitor_of(request: Request) -> Visitor:
    """Who asks."""
    visitor: Visitor = request.scope.get(VISITOR, OWNER)
    return visitor


VisitorDep = Annotated[Visitor, Depends(visitor_of)]
"""As a parameter of a route: who asks."""


def is_own_host(request: Request) -> bool:
    """Whether the request came by this machine's own names.

    Another site can have its name point to 127.0.0.1 and so make the browser take this server for its own (DNS
    rebinding). Where people log in there is no need of this: the browser has no cookie for that name.
    """
    host = _host_of(f"//{request.headers.get('host', '')}")
    return host is not None and is_loopback(host)


def _host_of(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
