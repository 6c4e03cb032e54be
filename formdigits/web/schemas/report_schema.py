"""A job in figures."""

from __future__ import annotations

from pydantic import BaseModel

from extractor.values import CheckKind
from formdigits.web.schemas.review_schema import PlanAnswer, ProgressAnswer
from workers.database.outcomes import moment
from workers.database.review.report import Report


class RateAnswer(BaseModel):
    """`errors` of `checked`, and the bounds of the true rate with 95 % confidence (Wilson's interval)."""

    errors: int
    checked: int
    low: float
    high: float


class BarAnswer(BaseModel):
    low: float
    high: float
    without: int
    review: int


class FieldTroubleAnswer(BaseModel):
    field: str
    read: int
    review: int
    checked: int
    changed: int


class ReviewerAnswer(BaseModel):
    name: str
    answers: int
    changed: int
    last: str


class ReportAnswer(BaseModel):
    """A job in figures. `straight` of `fields` were read without a person; `outcomes` are the doubtful fields that
    people have settled, by how; `error` is measured on the sample of accepted fields, null while there is none."""

    pages: int
    fields: int
    straight: int
    straight_share: float
    review: int
    plan: PlanAnswer | None
    progress: ProgressAnswer
    outcomes: dict[CheckKind, int]
    error: RateAnswer | None
    histogram: list[BarAnswer]
    troubles: list[FieldTroubleAnswer]
    reviewers: list[ReviewerAnswer]

    @staticmethod
    def of(report: Report) -> ReportAnswer:
        return ReportAnswer(
            pages=report.counts.pages,
            fields=report.fields,
            straight=report.straight,
            straight_share=report.straight_share,
            review=report.review,
            plan=None if report.plan is None else PlanAnswer.of(report.plan),
            progress=ProgressAnswer.of(report.progress),
            outcomes=report.outcomes,
            error=None if report.error is None else RateAnswer(**report.error._asdict()),
            histogram=[BarAnswer(**bar._asdict()) for bar in report.histogram],
            troubles=[FieldTroubleAnswer(**one._asdict()) for one in report.troubles],
            reviewers=[ReviewerAnswer(**one._asdict() | {"last": moment(one.last)}) for one in report.reviewers],
        )
