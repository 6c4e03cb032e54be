"""Pictures of a job's pages, made by a process beside the server and kept for a while."""

from __future__ import annotations

import threading
from collections import OrderedDict

from formdigits.web.names import Names
from formdigits.web.sandboxed import Picture, page_picture
from workers.job import Job
from workers.review.forms import FormShelf
from workers.sandbox import Sandbox

PICTURES_BYTES = 64_000_000
"""Of pictures that are kept in memory."""

JOB_PICTURE_SIDE = 1800
"""Pixels of the longer side."""


class Pictures:
    """Pages by document and number. Several threads may ask."""

    def __init__(self, forms: FormShelf, names: Names) -> None:
        self._forms, self._names = forms, names
        self._sandbox = Sandbox()
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int, int], Picture] = OrderedDict()
        self._bytes = 0

    def page(self, job: Job, file: str, number: int) -> Picture:
        """Page `number` of `file`, a document of `job`. Raises DocumentError, as when the file is gone."""
        # As the page was read: readings have their places in such pixels.
        dpi = self._forms.of(job.id).dpi
        key = (file, number, dpi)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        picture = self._sandbox.ask(page_picture, file, self._names.roots_of(file), number, dpi, JOB_PICTURE_SIDE)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = picture
                self._bytes += len(picture.jpeg)
            while self._bytes > PICTURES_BYTES and len(self._kept) > 1:
                self._bytes -= len(self._kept.popitem(last=False)[1].jpeg)
        return picture

    def close(self) -> None:
        self._sandbox.close()
