"""Pages that were shown of late, decoded: the fields of one page often follow each other."""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from extractor.documents import open_pages
from extractor.errors import DocumentError
from extractor.values import Gray, Page

ROOM = 256_000_000
"""Bytes of pages that are kept; one page more than this is kept alone."""


@dataclass(frozen=True)
class _Key:
    file: str
    page: int
    dpi: int
    changed: int


class PageShelf:
    """Decoded pages, for several threads; the one that was not asked for longest goes first."""

    def __init__(self) -> None:
        self._pages: OrderedDict[_Key, Gray] = OrderedDict()
        self._lock = Lock()

    def page(self, file: str, number: int, dpi: int) -> Gray:
        """The page, grey, shape (height, width). Raises DocumentError where it cannot be opened any more."""
        key = _Key(file, number, dpi, _changed(file))
        with self._lock:
            # Decoded inside the lock: two at once would take twice the memory, and the second is often the same page.
            if key not in self._pages:
                self._pages[key] = _decoded(file, number, dpi)
                while len(self._pages) > 1 and sum(page.nbytes for page in self._pages.values()) > ROOM:
                    self._pages.popitem(last=False)
            self._pages.move_to_end(key)
            return self._pages[key]


def _changed(file: str) -> int:
    try:
        return Path(file).stat().st_mtime_ns
    except (OSError, ValueError):
        return 0


def _decoded(file: str, number: int, dpi: int) -> Gray:
    [page] = open_pages(file, dpi=dpi, first=number, last=number)
    if isinstance(page, Page):
        return page.image
    raise DocumentError(f"{os.path.basename(file)} cannot be shown: {page.reason}")  # noqa: PTH119 - any text
