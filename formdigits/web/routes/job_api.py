"""The API of jobs: submit, look at, name, cancel, delete, download."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query
from fastapi.responses import FileResponse, Response
from starlette.status import HTTP_201_CREATED

from extractor.errors import InputError
from extractor.options import ReadOptions
from extractor.values import PageStatus
from formdigits.web.downloads import download
from formdigits.web.jobs.intake import submit
from formdigits.web.jobs.state import status_of, statuses, title_of
from formdigits.web.jobs.tables import MEDIA, PACKED, PACKED_MEDIA, Ending, packed, write
from formdigits.web.schemas.export_schema import ExportAnswer, ExportRequest
from formdigits.web.schemas.job_schema import (
    JobAnswer,
    JobRequest,
    PageInJob,
    PagesAnswer,
    PriorityRequest,
    RenameRequest,
)
from formdigits.web.schemas.page_schema import PageAnswer
from formdigits.web.schemas.refusal_schema import Refusals, refusals
from formdigits.web.site import JobDep, Site, SiteDep
from workers.database.jobs import find_job, list_jobs, rename
from workers.database.lookup import PageChoice, PageRow, Place, document_file, find_page, list_pages
from workers.database.queue.turns import set_priority
from workers.job import PRIORITIES, job_name

router = APIRouter(prefix="/api/jobs", tags=["jobs"])

MISSING = refusals(_404="There is no such job, or no such page in it.")
EXPORTED: Refusals = {200: {"content": {kind.split(";")[0]: {} for kind in (*MEDIA.values(), PACKED_MEDIA)}}}
PICTURE: Refusals = {200: {"content": {"image/jpeg": {}}}, **refusals(_400="The document is gone.")}
LARGEST = 2**31 - 1
Document = Annotated[int, Path(ge=1, le=LARGEST, description="The document's number in the job.")]
Number = Annotated[int, Path(ge=1, le=LARGEST, description="The page's number in the document.")]


@router.post(
    "",
    status_code=HTTP_201_CREATED,
    responses=refusals(
        _400="There is nothing to read, or no such template or folder.",
        _503="The broker or the database cannot be reached.",
    ),
)
def submit_job(site: SiteDep, wanted: JobRequest) -> JobAnswer:
    """Begins a job; from then on it is read, also when the server is stopped and started again meanwhile."""
    uploads = [file for batch in wanted.uploads for file in site.batches.files(batch)]
    inside = site.folders.documents(wanted.folder) if wanted.folder else []
    templates = list(dict.fromkeys(site.forms.path(one) for one in wanted.templates))
    options = ReadOptions.of(
        templates, single_field=wanted.single_field, accept=wanted.accept, max_error=wanted.max_error
    )
    # Each file once, uploads first.
    documents = tuple(dict.fromkeys([*uploads, *inside]))
    name = job_name(wanted.name)
    asked: Any = {"name": name, "queue": wanted.queue, "priority": PRIORITIES[wanted.priority]}
    job = submit(site.store, site.settings, site.sandbox, documents, options, **asked)
    if uploads and not name:
        # What people call their files is not in the database, where jobs are searched.
        rename(site.store, job.id, title_of(site, job))
        job = find_job(site.store, job.id) or job
    site.runner.call()
    return JobAnswer.of(status_of(site, job, time.time()))


@router.get("")
def jobs(
    site: SiteDep,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    before: Annotated[float | None, Query(allow_inf_nan=False, description="Created before that time.")] = None,
    search: Annotated[str, Query(max_length=200, description="In the name, in a document's path; or the id.")] = "",
    to_review: Annotated[bool, Query(description="Only those with fields that somebody should look at.")] = False,
) -> list[JobAnswer]:
    """Jobs of every kind, the newest first: those of the web page, of the queue, and of `formdigits read`."""
    found = list_jobs(site.store, limit, before, search=search.strip(), to_review=to_review)
    return [JobAnswer.of(one) for one in statuses(site, found, time.time())]


@router.get("/{job}", responses=MISSING)
def job_status(site: SiteDep, job: JobDep) -> JobAnswer:
    """How far the job is."""
    return JobAnswer.of(status_of(site, job, time.time()))


@router.put("/{job}", responses=MISSING)
def rename_job(site: SiteDep, job: JobDep, wanted: RenameRequest) -> JobAnswer:
    """Gives the job another name."""
    rename(site.store, job.id, job_name(wanted.name))
    return job_status(site, find_job(site.store, job.id) or job)


@router.put("/{job}/priority", responses=MISSING)
def change_priority(site: SiteDep, job: JobDep, wanted: PriorityRequest) -> JobAnswer:
    """Gives the job another priority, from its next pages on."""
    set_priority(site.store, job.id, PRIORITIES[wanted.priority])
    site.runner.call()
    return job_status(site, find_job(site.store, job.id) or job)


@router.delete("/{job}", status_code=204, responses=MISSING | refusals(_400="It is being read by 'formdigits read'."))
def delete_job(site: SiteDep, job: JobDep) -> None:
    """Deletes the job, with what was read, what people said of it, and the files that were sent for it alone."""
    site.removal.delete(job)


@router.post("/{job}/cancel", responses=MISSING)
def cancel_job(site: SiteDep, job: JobDep) -> JobAnswer:
    """Stops the job; what was read of it is kept."""
    if job.queue is None and job.recipe is None:
        raise InputError("This is a job of 'formdigits read', which is stopped where it runs.")
    site.runner.cancel(job.id)
    return job_status(site, find_job(site.store, job.id) or job)


@router.post("/{job}/resume", responses=MISSING)
def resume_job(site: SiteDep, job: JobDep) -> JobAnswer:
    """Tries a job of this machine again that has a `problem`."""
    site.runner.again(job.id)
    return job_status(site, job)


@router.get("/{job}/pages", responses=MISSING)
def readings(
    site: SiteDep,
    job: JobDep,
    *,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(pattern=r"^[0-9]{1,9}-[0-9]{1,9}$")] = None,
    status: Annotated[PageStatus | None, Query(description="Only pages of that status.")] = None,
    to_review: Annotated[bool, Query(description="Only pages with fields that somebody should look at.")] = False,
) -> PagesAnswer:
    """What was read until now, page by page, in the order of the documents."""
    which = PageChoice(status=status, to_review=to_review)
    rows = list_pages(site.store, job.id, limit, place_of(after), which)
    following = "{}-{}".format(*rows[-1].place) if len(rows) == limit else None
    return PagesAnswer(pages=[_page(site, row) for row in rows if row.result is not None], after=following)


@router.get("/{job}/pages/{document}/{page}", responses=MISSING)
def one_page(site: SiteDep, job: JobDep, document: Document, page: Number) -> PageInJob:
    """What was read on one page."""
    row = find_page(site.store, job.id, document, page)
    if row is None or row.result is None:
        raise HTTPException(404, f"Page {page} of document {document} is not in this job, or not read yet.")
    return _page(site, row)


@router.get(
    "/{job}/pages/{document}/{page}/picture",
    response_class=Response,
    responses=MISSING | PICTURE,
)
def picture(site: SiteDep, job: JobDep, document: Document, page: Number) -> Response:
    """The page itself, as JPEG, made smaller where it is large."""
    file = document_file(site.store, job.id, document)
    if file is None:
        raise HTTPException(404, f"There is no document {document} in this job.")
    found = site.pictures.page(job, file, page)
    return Response(found.jpeg, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=600"})


@router.get(
    "/{job}/export",
    response_class=FileResponse,
    responses=MISSING | EXPORTED,
)
def export(
    site: SiteDep,
    job: JobDep,
    ending: Annotated[Ending, Query(alias="format")] = Ending.CSV,
    long: Annotated[bool, Query(description="One row per field, with confidence and place.")] = False,
) -> FileResponse:
    """What was read until now as a file; the CSV files of a form with tables come in a .zip."""
    several = packed(job.fields, ending, long=long)
    name = f"formdigits-{job.id}{PACKED if several else f'.{ending.value}'}"
    media = PACKED_MEDIA if several else MEDIA[ending]
    forms = site.review_pictures.forms.of(job.id)
    return download(
        site.settings.home, name, media, lambda out: write(site.store, job, forms, site.names, out, long=long)
    )


@router.post("/{job}/exports", status_code=202, responses=MISSING)
def make_export(site: SiteDep, job: JobDep, wanted: ExportRequest) -> ExportAnswer:
    """Begins to make a table beside the server, which is then kept; for jobs of many pages."""
    return ExportAnswer.of_kept(site.exports.ask(job, wanted.format, long=wanted.long))


@router.get("/{job}/exports", responses=MISSING)
def kept_exports(site: SiteDep, job: JobDep) -> list[ExportAnswer]:
    """The tables of the job that were made, or are being made."""
    return [ExportAnswer.of_kept(one) for one in site.exports.of(job.id)]


@router.get("/{job}/exports/{name}", response_class=FileResponse, responses=MISSING | EXPORTED)
def fetch_export(site: SiteDep, job: JobDep, name: Annotated[str, Path(max_length=60)]) -> FileResponse:
    """A table that was made."""
    file = site.exports.file(job.id, name)
    if file is None:
        raise HTTPException(404, "There is no such table of this job; ask for it, and wait until it is made.")
    media = PACKED_MEDIA if file.suffix == PACKED else MEDIA[Ending(file.suffix[1:])]
    return FileResponse(file, media_type=media, filename=name)


def place_of(after: str | None) -> Place | None:
    """The place that `after` names, as `PagesAnswer` gave it."""
    return None if after is None else Place(*map(int, after.split("-")))


def _page(site: Site, row: PageRow) -> PageInJob:
    assert row.result is not None
    named = next(site.names.named([row.result]))
    return PageInJob(**dict(PageAnswer.of(named)), document=row.document)
