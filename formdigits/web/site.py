"""What every route may use: the settings, the job store and what is built on them, one of each per server."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Path, Request

from extractor.errors import FormdigitsError
from formdigits.web.batches import Batches
from formdigits.web.camera_sessions import Live
from formdigits.web.folders import Folders
from formdigits.web.forms import Forms
from formdigits.web.jobs.kept_exports import KeptExports
from formdigits.web.jobs.learning import LearningForms
from formdigits.web.jobs.page_pictures import Pictures
from formdigits.web.jobs.removal import Removal
from formdigits.web.jobs.runner import Runner
from formdigits.web.jobs.storage import Storage
from formdigits.web.names import Names
from formdigits.web.review.filling import Filler
from formdigits.web.review.review_pictures import ReviewPictures
from formdigits.web.sandboxed import warm
from formdigits.web.settings import Settings
from workers.database.jobs import find_job
from workers.database.store import Store, open_store
from workers.job import LETTERS, Job
from workers.sandbox import Sandbox

DRAFT_LIMIT_S = 180.0
"""Longest that the fields of a form may be looked for: a dozen filled copies are laid on each other first."""


@dataclass(frozen=True)
class Site:
    """The parts of one server, from its start to its end; all of them may be used by several threads."""

    settings: Settings
    store: Store
    batches: Batches
    folders: Folders
    forms: Forms
    names: Names
    sandbox: Sandbox
    """Reads what is tried, and looks at templates."""
    drafting: Sandbox
    """Finds the fields of new forms and looks through workbooks: seconds for which nobody else should wait."""
    live: Live
    pictures: Pictures
    runner: Runner
    review_pictures: ReviewPictures
    filler: Filler
    exports: KeptExports
    learning: LearningForms
    storage: Storage
    removal: Removal

    def close(self) -> None:
        self.removal.stop()
        self.runner.stop()
        self.filler.stop()
        self.exports.stop()
        self.learning.stop()
        self.pictures.close()
        self.review_pictures.close()
        self.sandbox.close()
        self.drafting.close()
        self.live.close()
        self.store.close()


def open_site(settings: Settings) -> Site:
    """Raises ServiceError."""
    store = open_store()
    batches, folders = Batches(settings.home, settings.store), Folders(settings.folders)
    names = Names(batches, folders)
    review_pictures = ReviewPictures(store, names)
    sandbox = Sandbox()
    forms = Forms(settings.home, settings.templates, sandbox)
    runner, storage = Runner(store, settings), Storage(settings.home, settings.quota, batches.root)
    exports, learning = KeptExports(store, settings), LearningForms()
    site = Site(
        settings=settings,
        store=store,
        batches=batches,
        folders=folders,
        forms=forms,
        names=names,
        sandbox=sandbox,
        drafting=Sandbox(DRAFT_LIMIT_S),
        live=Live(),
        pictures=Pictures(review_pictures.forms, names),
        runner=runner,
        review_pictures=review_pictures,
        filler=Filler(store),
        exports=exports,
        learning=learning,
        storage=storage,
        removal=Removal(
            store,
            batches,
            forms,
            runner=runner,
            storage=storage,
            exports=exports,
            learning=learning,
            keep_s=settings.keep_s,
        ),
    )
    site.runner.start()
    site.filler.start()
    site.exports.start()
    site.learning.start()
    site.removal.start()
    # The first who tries it should not wait for templates and a model to be loaded.
    threading.Thread(target=_warm, args=(site,), daemon=True).start()
    return site


def _warm(site: Site) -> None:
    with suppress(FormdigitsError):
        site.forms.all()
        site.sandbox.ask(warm)


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


SiteDep = Annotated[Site, Depends(_site)]
"""As a parameter of a route: the site."""


def _store(site: SiteDep) -> Store:
    return site.store


StoreDep = Annotated[Store, Depends(_store)]
"""As a parameter of a route: the job store."""

JobId = Annotated[str, Path(alias="job", pattern=f"^[{LETTERS}]{{8}}$", description="The job's id.")]


def _job(job: JobId, store: StoreDep) -> Job:
    found = find_job(store, job)
    if found is None:
        raise HTTPException(404, f"There is no job {job}; the page of jobs lists those that there are.")
    return found


JobDep = Annotated[Job, Depends(_job)]
"""As a parameter of a route with `{job}` in its path: the job, or a 404 in a sentence."""
