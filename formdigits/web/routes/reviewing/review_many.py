"""Many fields at once: all doubtful ones of a page beside it, one field over many pages, and marks of pages."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from extractor.errors import DocumentError, FormdigitsError, ServiceError
from formdigits.web.jobs.state import title_of
from formdigits.web.rendering import page
from formdigits.web.routes.job_api import Document, Number
from formdigits.web.routes.reviewing.review_api import seat_of, shape
from formdigits.web.schemas.many_schema import (
    AnsweredAnswer,
    AnswerManyRequest,
    MarkAnswer,
    MarkRequest,
    NextPageAnswer,
)
from formdigits.web.schemas.refusal_schema import refusals
from formdigits.web.schemas.review_schema import NextRequest, SettledAnswer
from formdigits.web.site import JobDep, SiteDep
from formdigits.web.visitors import VisitorDep
from workers.database.review.answers import Answer, TakenMeanwhileError, answer
from workers.database.review.field_claims import claim_page
from workers.database.review.page_marks import mark_page, marks_of
from workers.database.review.plans import plan_of
from workers.review.typed import MisfitError
from workers.review.values import FieldKey

router = APIRouter(tags=["review"], responses=refusals(_404="There is no such job."))


@router.get("/review/{job}/page", include_in_schema=False)
def by_page(request: Request, job: JobDep, site: SiteDep) -> Response:
    return page(request, "review_page.html", job=job, title=title_of(site, job), plan=plan_of(site.store, job.id))


@router.get("/review/{job}/grid", include_in_schema=False)
def as_grid(request: Request, job: JobDep, site: SiteDep) -> Response:
    return page(
        request,
        "review_grid.html",
        job=job,
        title=title_of(site, job),
        plan=plan_of(site.store, job.id),
        fields=[name for name, _ in job.fields],
    )


@router.post("/api/jobs/{job}/review/next-page")
def next_page(job: JobDep, site: SiteDep, visitor: VisitorDep, body: NextRequest) -> NextPageAnswer:
    """The next page with all of its fields that wait for this person, whose they are now; `count` does not matter."""
    found = claim_page(site.store, job.id, seat_of(site.store, visitor, body), body.wanted)
    if not found:
        return NextPageAnswer(fields=[], file="", page=0, document=0, picture=None, width=0, height=0)
    plan, key = plan_of(site.store, job.id), found[0].key
    try:
        picture = site.pictures.page(job, found[0].file, key.page)
        size, address = (picture.width, picture.height), f"/api/jobs/{job.id}/pages/{key.document}/{key.page}/picture"
    except DocumentError:
        size, address = (0, 0), None
    return NextPageAnswer(
        fields=[shape(site, item, plan) for item in found],
        file=site.names.of(found[0].file),
        page=key.page,
        document=key.document,
        picture=address,
        width=size[0],
        height=size[1],
    )


@router.post("/api/jobs/{job}/review/answer-many")
def answer_many(job: JobDep, site: SiteDep, visitor: VisitorDep, body: AnswerManyRequest) -> list[AnsweredAnswer]:
    """Answers of several fields, each for itself: what is refused of one, by which code and why, stops no other."""
    seat, forms = seat_of(site.store, visitor, body), site.review_pictures.forms.of(job.id)
    answers = []
    for one in body.answers:
        told = Answer(one.kind, one.value, one.seen, one.force)
        try:
            settled = answer(site.store, forms, FieldKey.parse(job.id, one.id), seat, told)
        except ServiceError:
            raise
        except FormdigitsError as error:
            code = 422 if isinstance(error, MisfitError) else 409 if isinstance(error, TakenMeanwhileError) else 400
            answers.append(AnsweredAnswer(id=one.id, settled=None, code=code, error=str(error)))
        else:
            answers.append(AnsweredAnswer(id=one.id, settled=SettledAnswer.of_settled(settled), code=200, error=""))
    return answers


@router.get("/api/jobs/{job}/marks")
def marks(job: JobDep, site: SiteDep) -> list[MarkAnswer]:
    """Pages that people have marked, to be scanned again or with a comment."""
    return [MarkAnswer.of_mark(one, site.names.of(one.file)) for one in marks_of(site.store, job.id)]


@router.put("/api/jobs/{job}/pages/{document}/{page}/mark", status_code=204)
def mark(
    *, job: JobDep, site: SiteDep, visitor: VisitorDep, document: Document, page: Number, body: MarkRequest
) -> None:
    """Marks a page, in the place of an earlier mark; without `rescan` and `comment` it has none any more."""
    by = visitor.reviewer(site.store, body.name)
    mark_page(site.store, job.id, document, page, rescan=body.rescan, comment=body.comment, by=by)
