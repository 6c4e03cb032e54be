"""A job in figures."""

from __future__ import annotations

from typing import Annotated

from pydantic import AliasPath, BaseModel, BeforeValidator, Field

from extractor.values import CheckKind
from formdigits.web.schemas.base_schema import Answer
from formdigits.web.schemas.review_schema import PlanAnswer, ProgressAnswer
from workers.database.outcomes import moment


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
    last: Annotated[str, BeforeValidator(moment)]
    agreed: Annotated[int, Field(description="Fields that others answered too and that came out as this person said.")]
    compared: Annotated[int, Field(description="Fields that others answered too.")]
    seconds: Annotated[float | None, Field(description="Median time from one answer to the next, without pauses.")]


class ProspectAnswer(BaseModel):
    """At `error`, readings are accepted from `accept` on, `share` of them; or so many `more` answers are needed."""

    error: float
    accept: float | None
    share: float | None
    more: int | None


class FieldErrorAnswer(BaseModel):
    field: str
    read: int
    accepted: int
    checked: int
    wrong: int
    bound: Annotated[float, Field(description="Fewer than this share of its accepted values are wrong (95 %).")]


class ProspectsAnswer(BaseModel):
    """What the answers on the job's forms let promise."""

    answers: int
    wrong: int
    answers_per_hour: int
    points: list[ProspectAnswer]
    fields: list[FieldErrorAnswer]


class PromiseAnswer(BaseModel):
    """What was asked for; whether it was promised (`held`), by how many answers; and what the sample said since."""

    asked: Annotated[float, Field(validation_alias=AliasPath("promise", "asked"))]
    held: Annotated[bool, Field(validation_alias=AliasPath("promise", "held"))]
    accept: Annotated[float, Field(validation_alias=AliasPath("promise", "accept"))]
    answers: Annotated[int, Field(validation_alias=AliasPath("promise", "answers"))]
    checked: int
    wrong: int
    is_broken: bool
    is_otherwise: bool


class ReportAnswer(Answer):
    """A job in figures. `straight` of `fields` were read without a person; `outcomes` are the doubtful fields that
    people have settled, by how; `mended` are fields that were changed beside the review; `error` is measured on the
    sample of accepted fields, null while there is none."""

    pages: Annotated[int, Field(validation_alias=AliasPath("counts", "pages"))]
    fields: int
    straight: int
    straight_share: float
    review: int
    plan: PlanAnswer | None
    progress: ProgressAnswer
    outcomes: dict[CheckKind, int]
    mended: int
    error: RateAnswer | None
    histogram: list[BarAnswer]
    troubles: list[FieldTroubleAnswer]
    reviewers: list[ReviewerAnswer]
    standing: PromiseAnswer | None
    prospects: ProspectsAnswer | None
