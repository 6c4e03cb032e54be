"""A person who may sign in, and what that person may do."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from workers.review.values import person_key


class Role(StrEnum):
    """What a person may do; each may all that those before it may.

    A reviewer sees jobs and reviews, a manager starts and deletes jobs and templates, an admin adds people.
    """

    REVIEWER = "reviewer"
    MANAGER = "manager"
    ADMIN = "admin"

    def may(self, needed: Role) -> bool:
        """Whether this role does for what `needed` is asked for."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True)
class Account:
    """`name` as it is shown, the `role`, and when it was made (seconds since 1970, UTC)."""

    name: str
    role: Role
    created: float

    @property
    def key(self) -> str:
        """What tells this person from others: names that differ in case alone are one person's."""
        return person_key(self.name)


def plain_password(text: str) -> str:
    """The password in one Unicode form: keyboards differ in how they write the same letter."""
    return unicodedata.normalize("NFKC", text)
