"""Passwords, kept as Argon2id hashes (RFC 9106, the parameters for little memory: 64 MiB)."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.profiles import RFC_9106_LOW_MEMORY

from extractor.errors import InputError
from workers.accounts.account import plain_password

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
"""Characters. The upper bound is there so that nobody makes the server hash megabytes."""

_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


def hashed(password: str) -> str:
    """What is kept of a new password. Raises InputError for one that is too short or too long."""
    plain = plain_password(password)
    if not SHORTEST_PASSWORD <= len(plain) <= LONGEST_PASSWORD:
        raise InputError(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; a few words in a row are a good one."
        )
    return _HASHER.hash(plain.encode("utf-8", "replace"))


def is_password(password: str, kept: str | None) -> bool:
    """Whether `password` is the one that was `kept`. Without one it takes as long all the same, so that nobody learns
    which names there are."""
    plain = plain_password(password[: 2 * LONGEST_PASSWORD])
    try:
        return _HASHER.verify(kept or _nobodys(), plain.encode("utf-8", "replace")) and kept is not None
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_bytes(16))
