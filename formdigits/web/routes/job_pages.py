"""The pages of jobs: the list, a new one, and one job with its table and its pages."""

from __future__ import annotations

import time
from itertools import islice
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from extractor.errors import DocumentError
from extractor.export.table_rows import tables_of
from extractor.table_lines import table_place
from extractor.values import PageStatus
from formdigits.web.batches import BATCH_FILES
from formdigits.web.jobs.kept_exports import LARGE_JOB_PAGES
from formdigits.web.jobs.state import status_of, statuses
from formdigits.web.rendering import page
from formdigits.web.routes.job_api import place_of
from formdigits.web.sandboxed import Picture
from formdigits.web.schemas.job_schema import priority_name
from formdigits.web.site import JobDep, Site, SiteDep
from formdigits.web.visitors import VisitorDep
from workers.database.jobs import list_jobs, queue_names
from workers.database.lookup import (
    MOST_PAGES,
    PageChoice,
    PageRow,
    find_page,
    form_counts,
    list_pages,
    place_before,
    place_of_row,
)
from workers.database.removal import files_in
from workers.database.review.page_marks import marks_of
from workers.database.review.promises import in_a_sentence, standing_of
from workers.database.versions import forms_in, versions_of
from workers.job import Job
from workers.review.promise import in_words
from workers.review.values import person_key

router = APIRouter(include_in_schema=False)

JOBS_LISTED = 30
PAGES_LISTED = 50
"""Jobs, and pages of a job, that one page lists."""

UPLOADS_FOUND = 1000
"""Uploads that a search finds at most by their names."""


@router.get("/jobs")
def jobs_page(
    request: Request,
    site: SiteDep,
    visitor: VisitorDep,
    *,
    before: Annotated[float | None, Query(allow_inf_nan=False)] = None,
    search: Annotated[str, Query(max_length=200)] = "",
    to_review: bool = False,
) -> Response:
    now = time.time()
    search = search.strip()
    found = list_jobs(site.store, JOBS_LISTED + 1, before, search=search, to_review=to_review)
    kept = {"search": search, "to_review": "true" if to_review else ""}
    return page(
        request,
        "jobs.html",
        jobs=statuses(site, found[:JOBS_LISTED], now),
        following=found[JOBS_LISTED - 1].created if len(found) > JOBS_LISTED else None,
        forms=site.forms.all(),
        mine=None if visitor.name is None else person_key(visitor.name),
        person_key=person_key,
        search=search,
        to_review=to_review,
        kept=urlencode({name: value for name, value in kept.items() if value}),
        keep_days=None if site.removal.keep_s is None else site.removal.keep_s / (24 * 3600),
        folders=site.folders.names,
        most_files=BATCH_FILES,
        queues=[] if site.settings.local else queue_names(site.store),
        first=before is None and not search and not to_review,
    )


@router.get("/jobs/{job}")
def job_page(
    request: Request,
    site: SiteDep,
    job: JobDep,
    *,
    after: Annotated[str | None, Query(pattern=r"^[0-9]{1,9}-[0-9]{1,10}$")] = None,
    row: Annotated[int | None, Query(ge=1, le=MOST_PAGES)] = None,
    last: bool = False,
    status: PageStatus | None = None,
    form: Annotated[str | None, Query(max_length=200)] = None,
    to_review: bool = False,
    marked: bool = False,
    search: Annotated[str, Query(max_length=200)] = "",
    show: Annotated[str | None, Query(pattern=r"^[0-9]{1,9}-[0-9]{1,9}$")] = None,
) -> Response:
    """The pages behind `after`, from number `row` of those that are chosen on, or the `last` ones. With `show`, which
    is a document's number and a page's, that page stands beside the table."""
    search = search.strip()
    which = PageChoice(status, form, to_review, marked, search, _uploads_called(site, job, search))
    start = place_of(after)
    if row is not None:
        start = place_of_row(site.store, job.id, row, which)
    elif last:
        start = place_before(site.store, job.id, None, PAGES_LISTED, which)
    rows = list_pages(site.store, job.id, PAGES_LISTED, start, which)
    if row is not None and not rows:
        # There are not so many.
        start = place_before(site.store, job.id, None, PAGES_LISTED, which)
        rows = list_pages(site.store, job.id, PAGES_LISTED, start, which)
    before = place_before(site.store, job.id, rows[0].place, PAGES_LISTED, which) if start and rows else None
    done = [row for row in rows if row.result is not None]
    seen = {one.field for row in done if row.result for one in row.result.readings}
    tables = {place.table for place in map(table_place, seen) if place is not None}
    beside = _shown(site, job, show) if show else (done[0] if done else None)
    marks = {(one.document, one.page): one for one in marks_of(site.store, job.id)}
    kept = {
        **{"status": status.value if status else "", "form": form or "", "search": search},
        **{"to_review": "true" if to_review else "", "marked": "true" if marked else ""},
    }
    return page(
        request,
        "job.html",
        status=status_of(site, job, time.time()),
        standing=standing_of(site.store, job.id),
        in_words=in_words,
        in_a_sentence=in_a_sentence,
        rows=done,
        # Nobody looks for a field that none of these pages has; without any page, all are shown.
        columns=[name for name, _ in job.fields if "." not in name and (name in seen or not seen)],
        tables=[name for name in tables_of(job.fields) if name in tables or not seen],
        forms=form_counts(site.store, job.id),
        form=form,
        names=site.names,
        following="{}-{}".format(*rows[-1].place) if len(rows) == PAGES_LISTED and not last else None,
        before="{}-{}".format(*before) if before else None,
        after="{}-{}".format(*start) if start else None,
        only=status,
        to_review=to_review,
        marked=marked,
        search=search,
        kept=urlencode({name: value for name, value in kept.items() if value}),
        many=PAGES_LISTED,
        marks=marks,
        beside=beside,
        picture=None if beside is None else _picture(site, job, beside),
        large=LARGE_JOB_PAGES,
        priority=priority_name(job.priority),
        teaches=bool(job.options.templates),
        learning=site.learning.of(job.id),
        versions=versions_of(site.store, forms_in(site.store, job.id)) if job.options.templates else [],
    )


def _uploads_called(site: Site, job: Job, search: str) -> tuple[str, ...]:
    """The job's documents that were sent, and are called by a name with that text in it."""
    if not search:
        return ()
    sent = files_in(site.store, job.id, site.names.uploads)
    return tuple(islice(site.names.called(sent, search), UPLOADS_FOUND))


def _shown(site: Site, job: Job, show: str) -> PageRow | None:
    document, number = (int(part) for part in show.split("-"))
    row = find_page(site.store, job.id, document, number)
    return row if row is not None and row.result is not None else None


def _picture(site: Site, job: Job, row: PageRow) -> Picture | str:
    """The page's picture, or why there is none."""
    try:
        return site.pictures.page(job, row.file, row.place.page)
    except DocumentError as error:
        return str(error)
