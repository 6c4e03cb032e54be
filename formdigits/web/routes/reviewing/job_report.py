"""A job's report: as a page, as a picture, as a PDF, and through the API."""

from __future__ import annotations

import math

from fastapi import APIRouter, Request
from fastapi.responses import Response

from formdigits.reports.words import bar_name, error_line, hour_line, percent, prospect_line
from formdigits.web.jobs.state import title_of
from formdigits.web.rendering import page
from formdigits.web.schemas.report_schema import ReportAnswer
from formdigits.web.site import JobDep, SiteDep, StoreDep
from workers.database.review.promises import in_a_sentence
from workers.database.review.report import Report, report_of
from workers.review.promise import in_words
from workers.review.prospects import ERRORS, Prospect, Prospects

router = APIRouter(tags=["review"])

CURVE = (560, 180)
"""Width and height of the curve on the page."""

LONGEST_BAR, SHORTEST_BAR = 100.0, 0.5
"""Units of the page's bars: of the longest, and of one for a single field among very many."""


@router.get("/api/jobs/{job}/report")
def report(job: JobDep, store: StoreDep) -> ReportAnswer:
    """Straight-through rate, confidences, the fields that need people most, and the measured error."""
    return ReportAnswer.of(report_of(store, job.id))


@router.get("/api/jobs/{job}/report.png", response_class=Response, responses={200: {"content": {"image/png": {}}}})
def report_png(job: JobDep, store: StoreDep) -> Response:
    """The report as a picture of one A4 page."""
    from formdigits.reports.drawing import drawn

    return Response(drawn(report_of(store, job.id), job, "png"), media_type="image/png", headers=_named(job.id, "png"))


@router.get(
    "/api/jobs/{job}/report.pdf", response_class=Response, responses={200: {"content": {"application/pdf": {}}}}
)
def report_pdf(job: JobDep, store: StoreDep) -> Response:
    """The report as a PDF of one A4 page."""
    from formdigits.reports.drawing import drawn

    return Response(
        drawn(report_of(store, job.id), job, "pdf"), media_type="application/pdf", headers=_named(job.id, "pdf")
    )


@router.get("/jobs/{job}/report", include_in_schema=False)
def report_page(request: Request, job: JobDep, site: SiteDep) -> Response:
    found = report_of(site.store, job.id)
    return page(
        request,
        "report.html",
        job=job,
        title=title_of(site, job),
        report=found,
        settled=sum(found.outcomes.values()),
        kinds={kind.value: count for kind, count in found.outcomes.items()},
        error_line=error_line(found),
        percent=percent,
        bars=_bars(found),
        curve=None if found.prospects is None else curve(found.prospects),
        prospect_line=prospect_line,
        hour_line=hour_line,
        in_words=in_words,
        in_a_sentence=in_a_sentence,
    )


def curve(prospects: Prospects) -> list[tuple[float, float, Prospect]]:
    """The points that can be promised, left and top in CURVE's units: errors on a logarithmic scale, shares upwards."""
    width, height = CURVE
    least, most = math.log(ERRORS[-1]), math.log(ERRORS[0])
    return [
        (round(width * (math.log(one.error) - least) / (most - least), 1), round(height * (1 - one.share), 1), one)
        for one in reversed(prospects.points)
        if one.share is not None
    ]


def _named(job: str, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'inline; filename="report-{job}.{ending}"'}


def _bars(report: Report) -> list[dict[str, object]]:
    """The bars of the histogram as the page draws them, the highest confidence on top; a single field is visible."""
    most = max((bar.without + bar.review for bar in report.histogram), default=0) or 1

    def long(count: int) -> float:
        return round(max(SHORTEST_BAR, (LONGEST_BAR - SHORTEST_BAR) * count / most), 2) if count else 0.0

    return [
        {
            **{"name": bar_name(bar), "without": bar.without, "review": bar.review},
            **{"first": long(bar.without), "second": long(bar.review)},
        }
        for bar in reversed(report.histogram)
    ]
