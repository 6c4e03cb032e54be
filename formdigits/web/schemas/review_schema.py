"""What the API of the review takes and gives, as OpenAPI describes it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from extractor.template import TemplateField
from extractor.values import CheckKind, FieldStatus, Kind
from formdigits.web.schemas.base_schema import Answer
from formdigits.web.schemas.page_schema import AlternativeAnswer
from workers.database.outcomes import moment
from workers.review.forms import Forms
from workers.review.typed import clear_meaning
from workers.review.values import LONGEST_VALUE, Item, Said

Name = Annotated[
    str, Field(max_length=200, description="Who reviews; kept with every answer. Of an account it is the account's.")
]
Window = Annotated[
    str,
    Field(
        pattern="^[A-Za-z0-9-]{8,64}$",
        description="A random id of the window that shows the fields; a person may have several.",
    ),
]


class SeatRequest(BaseModel):
    name: Name = ""
    window: Window


class NextRequest(SeatRequest):
    count: Annotated[int, Field(ge=1, le=20, description="How many fields at most.")] = 1


class RenewRequest(SeatRequest):
    fields: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=50)]


class AnswerRequest(SeatRequest):
    kind: Annotated[CheckKind, Field(description="accept what was read, type a value, or say that it is blank or void")]
    value: Annotated[str, Field(max_length=4 * LONGEST_VALUE, description="The value, for the kind type.")] = ""
    seen: Annotated[int, Field(ge=0, lt=2**31, description="`answers` of the field as it was shown.")]
    force: Annotated[bool, Field(description="Keep the value although the field's format does not allow it.")] = False


class PlanRequest(BaseModel):
    second: Annotated[bool, Field(description="A field is settled when two people say the same of it.")] = False
    sample: Annotated[
        float, Field(ge=0, le=1, description="Share of the accepted fields that people check too; never lowered.")
    ] = 0.0


class PlanAnswer(Answer):
    second: bool
    sample: float
    doubtful: int
    sampled: int


class ProgressAnswer(Answer):
    first: Annotated[int, Field(description="Nobody has answered.")]
    second: Annotated[int, Field(description="One has answered, and another person is wanted.")]
    third: Annotated[int, Field(description="Two differ, and a third person is wanted.")]
    settled: int


class ReviewAnswer(BaseModel):
    """How a job is reviewed and how far it is; `plan` is null until somebody begins."""

    plan: PlanAnswer | None
    progress: ProgressAnswer


class SaidAnswer(BaseModel):
    by: str
    at: str
    kind: CheckKind
    forced: bool
    was: str
    was_status: FieldStatus
    value: str
    status: FieldStatus

    @staticmethod
    def of(said: Said) -> SaidAnswer:
        return SaidAnswer(
            by=said.by,
            at=moment(said.at),
            kind=said.kind,
            forced=said.forced,
            was=said.was_value,
            was_status=said.was_status,
            value=said.value,
            status=said.status,
        )


class FormatAnswer(BaseModel):
    """What the template says about the field."""

    kind: Kind
    cells: int | None
    letters: Annotated[bool, Field(description="Whether it has symbols other than digits.")]
    least_digits: int | None
    most_digits: int | None
    least: str | None
    most: str | None
    more: Annotated[bool, Field(description="Whether it asks for more: a pattern, certain values, a check digit.")]
    blank: Annotated[str, Field(description="The value that a blank field means, empty for none.")]
    void: Annotated[str, Field(description="The value that a struck field means, empty for none.")]

    @staticmethod
    def of(field: TemplateField) -> FormatAnswer:
        form = field.format
        digits = form.digits or (None, None)
        return FormatAnswer(
            kind=form.kind,
            cells=field.cells,
            letters=field.alphabet != "0-9",
            least_digits=digits[0],
            most_digits=digits[1],
            least=None if form.min is None else str(form.min),
            most=None if form.max is None else str(form.max),
            more=bool(form.pattern or form.values or form.check),
            blank=clear_meaning(CheckKind.BLANK, field).value,
            void=clear_meaning(CheckKind.VOID, field).value,
        )


class FieldAnswer(BaseModel):
    """A field to be reviewed. Neither its confidence nor whether it belongs to the sample is given, so that a person
    looks at every field alike. `picture` and `page_picture` are addresses of JPEG files."""

    id: str
    file: str
    page: int
    form: str
    field: str
    stage: str
    answers: int
    value: str
    written: str
    alternatives: list[AlternativeAnswer]
    rules: list[str]
    beside: Annotated[dict[str, str], Field(description="Values of other fields that a broken rule names.")]
    notes: list[str]
    format: FormatAnswer
    said: list[SaidAnswer]
    picture: str
    page_picture: str

    @staticmethod
    def of(item: Item, forms: Forms, file: str) -> FieldAnswer:
        reading = item.reading
        base = f"/api/jobs/{item.key.job}/review/fields/{item.key}"
        return FieldAnswer(
            id=str(item.key),
            file=file.encode("utf-8", "backslashreplace").decode(),
            page=item.key.page,
            form=item.form,
            field=reading.field,
            stage=item.stage.name.lower(),
            answers=item.answers,
            value=reading.value,
            written=reading.written,
            alternatives=[
                AlternativeAnswer(value=one.value, probability=round(one.probability, 4))
                for one in reading.alternatives
                if one.value != reading.value
            ],
            rules=list(reading.rules),
            beside=dict(item.beside),
            notes=list(reading.notes),
            format=FormatAnswer.of(forms.field(item.form, reading.field, reading.kind)),
            said=[SaidAnswer.of(one) for one in item.said],
            picture=f"{base}/picture.jpg",
            page_picture=f"{base}/page.jpg",
        )


class NextAnswer(BaseModel):
    fields: list[FieldAnswer]


class SettledAnswer(BaseModel):
    """How an answer was understood: a date as in the calendar, `0` for blank where the form says so."""

    stage: str
    status: FieldStatus
    value: str
    forced: bool


class PastAnswer(SaidAnswer):
    """One of a person's own answers."""

    id: str
    field: str
