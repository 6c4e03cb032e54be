"""What every route may use: the settings and the job store, one of each a server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Path, Request

from formdigits.web.settings import Settings
from workers.job import LETTERS, Job
from workers.lookup import find_job
from workers.store import Store


@dataclass(frozen=True)
class Site:
    """One server's parts. Made when it starts, closed when it ends; everything in it may be used by several threads."""

    settings: Settings
    store: Store


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
