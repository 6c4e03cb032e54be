"""Who has signed in: a session begins at the login page and ends at the server, whatever browsers keep."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from formdigits.web.visitors import OWNER, Visitor
from workers.accounts.account import Account
from workers.database import people
from workers.database.store import Store


class Sessions:
    """Kept in the database, so that they outlive the server, as hashes that prove nothing to whoever reads them there.

    Those of whoever knew the `token` are over with another token; those of a person when that person's role or
    password changes.
    """

    def __init__(self, token: str | None) -> None:
        self._token = token

    def begin(self, store: Store, account: Account | None) -> str:
        """What the browser is to keep, for a person or, with None, for whoever knew the token. Raises ServiceError."""
        secret = secrets.token_urlsafe(32)
        hashes = self._hashes(secret)
        people.begin_session(store, hashes[0] if account is not None else hashes[-1], account)
        return secret

    def visitor(self, store: Store, secret: str) -> Visitor | None:
        """Who has that session, None where it has not begun, or has ended. Raises ServiceError."""
        if not secret:
            return None
        of_person, *of_token = self._hashes(secret)
        found = people.signed_in(store, of_person, next(iter(of_token), None))
        if found is None:
            return None
        if found.account is None:
            return Visitor(OWNER.role, by_session=True)
        return Visitor(found.account.role, found.account.name, by_session=True)

    def end(self, store: Store, secret: str) -> None:
        """Ends it for good. Raises ServiceError."""
        if secret:
            people.end_session(store, *self._hashes(secret))

    def _hashes(self, secret: str) -> list[str]:
        """Of a person's session, and where there is a token, of that of whoever knew it."""
        keys = [b"account", *([self._token.encode()] if self._token else [])]
        content = secret.encode("utf-8", "replace")
        return [hmac.new(key, content, hashlib.sha256).hexdigest() for key in keys]
