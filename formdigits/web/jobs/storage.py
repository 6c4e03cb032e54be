"""What was sent to the server, in bytes, and how much of it there may be."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from extractor.errors import ServiceError
from extractor.objects import is_object

COUNTED_EVERY_S = 30.0
"""How long a count of what lies on the disk is believed; what is sent meanwhile is added to it."""


class Storage:
    """Uploads at `uploads`, a folder or a place in an object store, and templates below `home`, of which there may be
    `quota` bytes; None for as many as fit.

    Several threads may use it.
    """

    def __init__(self, home: Path, quota: int | None, uploads: str) -> None:
        self._home, self.quota, self._uploads = home, quota, uploads
        self._lock = threading.Lock()
        self._counted: tuple[float, int] | None = None

    @property
    def uploads(self) -> int:
        if is_object(self._uploads):
            # Imported here: only who has a store needs it.
            from extractor.objects.object_store import list_below

            return sum(state.size for _, state in list_below(self._uploads))
        return _bytes_below(Path(self._uploads))

    @property
    def templates(self) -> int:
        return _bytes_below(self._home / "forms")

    def take(self, size: int) -> None:
        """Room for `size` more bytes. Raises ServiceError where there is none."""
        if self.quota is None:
            return
        with self._lock:
            now = time.monotonic()
            if self._counted is None or now - self._counted[0] > COUNTED_EVERY_S:
                self._counted = now, self.uploads + self.templates
            at, used = self._counted
            if used + size > self.quota:
                raise ServiceError(
                    f"The server keeps {self.quota / 1e6:,.0f} MB of what is sent to it and has no room for this; "
                    "delete jobs or templates that are not needed any more."
                )
            self._counted = at, used + size

    def freed(self) -> None:
        """Something was deleted: count anew before somebody is refused."""
        with self._lock:
            self._counted = None


def _bytes_below(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118 - of many files
            except OSError:
                continue
    return total
