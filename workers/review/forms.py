"""The templates that a job was read by, for what its fields may hold and how many cells they have."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from extractor.errors import FormdigitsError
from extractor.options import ReadOptions, template_files
from extractor.template import Format, Template, TemplateField, load_template
from extractor.values import Box, Kind
from workers.database.jobs import find_job
from workers.database.store import Store
from workers.queue.recipe import unpacked

JOBS_KEPT = 32
"""Jobs whose templates are kept in memory."""


@dataclass(frozen=True)
class Forms:
    """Templates by the name of their form; without any, fields are known by their kind alone. `drawn` is the job's dpi;
    jobs of earlier versions have kept none."""

    templates: dict[str, Template]
    drawn: int | None = None

    @property
    def dpi(self) -> int:
        """The resolution at which PDF pages that are no scans were drawn: boxes are in those pixels."""
        return self.drawn or max((template.page.dpi for template in self.templates.values()), default=200)

    def columns(self) -> dict[str, tuple[tuple[str, Kind], ...]]:
        """The columns of each form's table, by its name."""
        return {name: template.columns for name, template in self.templates.items()}

    def field(self, form: str, name: str, kind: Kind) -> TemplateField:
        """What the template says of the field; where it says nothing, a free string of that kind."""
        if form in self.templates:
            for field in self.templates[form].all_fields:
                if field.name == name:
                    return field
        return TemplateField(name="value", box=Box(0, 0, 1, 1), format=Format(kind=kind))


class FormShelf:
    """Forms of the jobs that were asked for of late, since each key stroke of a reviewer asks for them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ready: OrderedDict[str, Forms] = OrderedDict()
        self._lock = Lock()

    def of(self, job: str) -> Forms:
        """The templates of the job with that id, none where they are gone. Raises ServiceError."""
        with self._lock:
            if job not in self._ready:
                self._ready[job] = forms_of(self._store, job)
                while len(self._ready) > JOBS_KEPT:
                    self._ready.popitem(last=False)
            self._ready.move_to_end(job)
            return self._ready[job]


def forms_of(store: Store, job: str) -> Forms:
    """The templates of the job: those kept with it, else those that it was given, where they still are."""
    known = find_job(store, job)
    if known is None:
        return Forms({})
    found = {}
    options = unpacked(store, known)
    for path in _files(options):
        try:
            template = load_template(path)
        except FormdigitsError:
            # It was moved or changed since: then its fields are checked by their kinds.
            continue
        found[template.form] = template
    return Forms(found, options.dpi)


def _files(options: ReadOptions) -> tuple[str, ...]:
    try:
        # Jobs of earlier versions may name a folder of templates.
        return template_files(options.templates)
    except FormdigitsError:
        return ()
