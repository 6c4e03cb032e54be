"""Who has logged in: a session begins at the login page and ends at the server, whatever browsers keep."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from contextlib import suppress
from pathlib import Path

from extractor.errors import ServiceError

SESSION_S = 30 * 24 * 3600
"""How long a browser stays logged in."""

MOST_SESSIONS = 2000
"""Kept at once; beyond them the oldest ends."""


class Sessions:
    """Kept as empty files below `home`, so that they outlive the server. Their names prove a session to the server and
    to nobody else; with another `token` all of them are over.
    """

    def __init__(self, home: Path, token: str) -> None:
        self._folder = home / "sessions"
        self._key = token.encode()

    def begin(self) -> str:
        """What the browser is to keep. Raises ServiceError when there is no room."""
        secret = secrets.token_urlsafe(32)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_room()
            self._path(secret).touch(mode=0o600)
        except OSError as error:
            raise ServiceError(
                f"The server cannot keep a session ({error.strerror}); its owner should free some space on the disk."
            ) from None
        return secret

    def knows(self, secret: str) -> bool:
        """Whether that session has begun, and has not ended."""
        if not secret:
            return False
        try:
            return self._path(secret).stat().st_mtime > time.time() - SESSION_S
        except OSError:
            return False

    def end(self, secret: str) -> None:
        """Ends it for good."""
        with suppress(OSError):
            self._path(secret).unlink()

    def _path(self, secret: str) -> Path:
        return self._folder / hmac.new(self._key, secret.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def _make_room(self) -> None:
        kept = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime)
        for path in kept[: max(0, len(kept) - MOST_SESSIONS + 1)]:
            path.unlink(missing_ok=True)
