"""The models, loaded once per process, and a reader for each recipe."""

from __future__ import annotations

from collections import OrderedDict

from extractor.reading import make_reader
from extractor.recognizer.card import SHIPPED
from extractor.recognizer.choice import Recognizers
from extractor.template import load_template
from workers.database.store import Store
from workers.job import Job
from workers.queue.recipe import unpacked
from workers.work import PageReader

READERS_KEPT = 8
"""Recipes whose readers are kept ready."""


class Readers:
    """Readers on `engine`. To be made in the process that reads, never before a fork. Raises ModelError."""

    def __init__(self, engine: str) -> None:
        self._recognizers = Recognizers(engine)
        # Loaded at once, so that a model that is no good is found before any page.
        self._recognizers.of(SHIPPED)
        self._ready: OrderedDict[str, PageReader] = OrderedDict()

    def of(self, store: Store, job: Job) -> PageReader:
        """The reader for the job. Raises TemplateError and ServiceError."""
        recipe = job.recipe or ""
        if recipe not in self._ready:
            self._ready[recipe] = self._make(store, job)
            if len(self._ready) > READERS_KEPT:
                self._ready.popitem(last=False)
        self._ready.move_to_end(recipe)
        return self._ready[recipe]

    def _make(self, store: Store, job: Job) -> PageReader:
        options = unpacked(store, job)
        return make_reader([load_template(path) for path in options.templates], self._recognizers, options)
