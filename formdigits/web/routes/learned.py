"""Learning a form from a job, and which version of its model reads it."""

from __future__ import annotations

from fastapi import APIRouter

from extractor.errors import InputError
from formdigits.web.schemas.learned_schema import LearningAnswer, VersionRequest
from formdigits.web.schemas.refusal_schema import refusals
from formdigits.web.site import JobDep, Site, SiteDep
from formdigits.web.visitors import VisitorDep
from workers.database.versions import forms_in, use_version, versions_of
from workers.job import Job

router = APIRouter(prefix="/api/jobs", tags=["learning"])

LEARN_MISSING = refusals(_404="There is no such job.")


@router.post(
    "/{job}/learn", status_code=202, responses=LEARN_MISSING | refusals(_400="The job was read by no template.")
)
def learn(site: SiteDep, job: JobDep, visitor: VisitorDep) -> LearningAnswer:
    """Begins to learn the job's forms from what people answered on it, beside the server."""
    if not job.options.templates:
        raise InputError("Only jobs that were read by a template teach one.")
    site.learning.ask(job.id, visitor.name or "")
    return _answer(site, job)


@router.get("/{job}/learn", responses=LEARN_MISSING)
def learning(site: SiteDep, job: JobDep) -> LearningAnswer:
    """How far that is, and the versions that there are of its forms' models."""
    return _answer(site, job)


@router.put("/{job}/version", responses=LEARN_MISSING | refusals(_400="The form has no such version."))
def choose_version(site: SiteDep, job: JobDep, wanted: VersionRequest) -> LearningAnswer:
    """Has new jobs read one of the job's forms by another version; jobs that were read before stay as they are."""
    if wanted.form not in forms_in(site.store, job.id):
        raise InputError("This job has no such form.")
    use_version(site.store, wanted.form, wanted.number)
    return _answer(site, job)


def _answer(site: Site, job: Job) -> LearningAnswer:
    return LearningAnswer.of_learning(site.learning.of(job.id), versions_of(site.store, forms_in(site.store, job.id)))
