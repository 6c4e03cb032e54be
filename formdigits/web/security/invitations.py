"""One-time sign-ins: a phone that shows one is let in as whoever gave it, once and soon."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

INVITATION_S = 600.0
"""How long one is good."""

MOST_INVITATIONS = 50
"""Open at once; beyond them the oldest is over."""


@dataclass(frozen=True)
class Invitation:
    """Given by whoever has the session `inviter`, empty where the server's owner gave it; good until `until`, by the
    clock."""

    inviter: str
    until: float


class Invitations:
    """Those that are open, in memory alone: the server's end is theirs. Several threads may use it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._open: OrderedDict[bytes, Invitation] = OrderedDict()

    def make(self, inviter: str = "") -> str:
        """The secret of a new one."""
        secret = secrets.token_urlsafe(18)
        with self._lock:
            self._open[_key(secret)] = Invitation(inviter, self._clock() + INVITATION_S)
            while len(self._open) > MOST_INVITATIONS:
                self._open.popitem(last=False)
        return secret

    def take(self, secret: str) -> Invitation | None:
        """The one with that secret, which is over with this; None where there is none, or its time is over."""
        with self._lock:
            found = self._open.pop(_key(secret), None)
        return found if found is not None and self._clock() < found.until else None


def _key(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
