"""Pictures of a job's pages, made by a process beside the server and kept for a while."""

from __future__ import annotations

import threading
from collections import OrderedDict

from extractor.errors import TemplateError
from extractor.template import load_template
from formdigits.web.sandboxed import Picture, page_picture
from workers.database.store import Store
from workers.job import Job
from workers.queue.recipe import unpacked
from workers.sandbox import Sandbox

PICTURES_BYTES = 64_000_000
"""Of pictures that are kept in memory."""

JOB_PICTURE_SIDE = 1800
"""Pixels of the longer side."""


class Pictures:
    """Pages by document and number. Several threads may ask."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sandbox = Sandbox()
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int, int], Picture] = OrderedDict()
        self._bytes = 0
        self._dpi: dict[str, int] = {}

    def page(self, job: Job, file: str, number: int) -> Picture:
        """Page `number` of `file`, a document of `job`. Raises DocumentError, as when the file is gone."""
        dpi = self._dpi_of(job)
        key = (file, number, dpi)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        picture = self._sandbox.ask(page_picture, file, number, dpi, JOB_PICTURE_SIDE)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = picture
                self._bytes += len(picture.jpeg)
            while self._bytes > PICTURES_BYTES and len(self._kept) > 1:
                self._bytes -= len(self._kept.popitem(last=False)[1].jpeg)
        return picture

    def close(self) -> None:
        self._sandbox.close()

    def _dpi_of(self, job: Job) -> int:
        """The resolution at which the job's PDF pages were drawn where they are no scans, as the readings' places are
        in such pixels. See `Reader.dpi`."""
        if job.id not in self._dpi:
            names = job.options.get("templates", [])
            files = unpacked(self._store, job.recipe, names) if job.recipe else names
            try:
                self._dpi[job.id] = max((load_template(file).page.dpi for file in files), default=200)
            except TemplateError:
                # A template of `read` that has changed since; scans do not need it.
                self._dpi[job.id] = 200
        return self._dpi[job.id]
