"""The pages of the review: which jobs there are, how one is reviewed, and the page where its fields are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from extractor.errors import InputError
from formdigits.reports.words import percent
from formdigits.web.jobs.state import title_of
from formdigits.web.rendering import page
from formdigits.web.site import JobDep, Site, SiteDep
from workers.database.jobs import list_jobs
from workers.database.review.field_claims import progress
from workers.database.review.plans import begin_plan, plan_of
from workers.job import Job
from workers.review.interval import measured
from workers.review.values import Plan

router = APIRouter(include_in_schema=False)

REVIEWS_LISTED = 50
"""Jobs on the page, the newest."""

SAMPLE_SHARES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)
"""Samples to choose from."""

SAMPLE_FIELDS = 150
"""Accepted fields that the sample that is proposed should have."""


@dataclass(frozen=True)
class Choice:
    """A sample to choose: `fields` is about how many that are, `bound` what their being right would show."""

    share: float
    name: str
    fields: int
    bound: str


@dataclass(frozen=True)
class Listed:
    """A job on the page, with how many of its fields are to be looked at and how many are settled."""

    id: str
    title: str
    created: float
    begun: bool
    open: int
    settled: int


@router.get("/review")
def reviews_page(request: Request, site: SiteDep) -> Response:
    return page(request, "reviews.html", jobs=_listed(site, list_jobs(site.store, REVIEWS_LISTED)))


@router.get("/review/{job}")
def review_page(request: Request, job: JobDep, site: SiteDep) -> Response:
    plan = plan_of(site.store, job.id)
    if plan is None:
        return _start(request, site, job, None)
    forms = site.review_pictures.forms.of(job.id).templates
    return page(
        request,
        "review.html",
        job=job,
        plan=plan,
        title=title_of(site, job),
        forms=sorted(forms),
        fields=[name for name, _ in job.fields],
        rules=[rule.text for form in forms.values() for rule in form.rules],
    )


@router.get("/review/{job}/plan")
def plan_page(request: Request, job: JobDep, site: SiteDep) -> Response:
    return _start(request, site, job, plan_of(site.store, job.id))


@router.post("/review/{job}")
def begin(
    request: Request,
    job: JobDep,
    site: SiteDep,
    *,
    second: Annotated[bool, Form()] = False,
    blind: Annotated[bool, Form()] = False,
    sample: Annotated[float, Form(ge=0, le=1)] = 0.0,
) -> Response:
    try:
        begin_plan(site.store, job.id, second=second, sample=sample, blind=blind)
        site.filler.call()
    except InputError as error:
        return _start(request, site, job, plan_of(site.store, job.id), problem=str(error))
    return RedirectResponse(f"/review/{job.id}", 303)


@router.post("/review/{job}/accepted")
def review_accepted(job: JobDep, site: SiteDep) -> Response:
    """Puts all accepted fields up for review, where what was promised of them does not hold."""
    plan = plan_of(site.store, job.id)
    second, blind = (False, False) if plan is None else (plan.second, plan.blind)
    begin_plan(site.store, job.id, second=second, sample=1.0, blind=blind)
    site.filler.call()
    return RedirectResponse(f"/review/{job.id}", 303)


def _start(request: Request, site: Site, job: Job, plan: Plan | None, problem: str = "") -> Response:
    counts = site.store.counts(job.id)
    accepted, doubtful = counts.accepted, counts.review
    choices = _choices(accepted, 0.0 if plan is None else plan.sample)
    proposed = min((one for one in choices if one.share), key=lambda one: abs(one.fields - SAMPLE_FIELDS))
    return page(
        request,
        "review_start.html",
        http=400 if problem else 200,
        job=job,
        title=title_of(site, job),
        doubtful=doubtful,
        accepted=accepted,
        choices=choices,
        second=plan is not None and plan.second,
        blind=plan is not None and plan.blind,
        sample=proposed.share if plan is None else plan.sample,
        least=0.0 if plan is None else plan.sample,
        problem=problem,
    )


def _choices(accepted: int, now: float) -> list[Choice]:
    found = []
    for share in sorted({*SAMPLE_SHARES, now}):
        fields = round(accepted * share)
        name = "None" if not share else "All of them" if share == 1 else f"{share * 100:g} %"
        found.append(Choice(share, name, fields, percent(measured(0, fields).high)))
    return found


def _listed(site: Site, jobs: Sequence[Job]) -> list[Listed]:
    listed = []
    for job in jobs:
        begun = plan_of(site.store, job.id) is not None
        far = progress(site.store, job.id)
        still = far.total - far.settled if begun else site.store.counts(job.id).review
        if begun or still:
            listed.append(Listed(job.id, title_of(site, job), job.created, begun, still, far.settled))
    return listed
