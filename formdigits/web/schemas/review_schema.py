"""What the API of the review takes and gives, as OpenAPI describes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field

from extractor.table_lines import table_place
from extractor.template import Rule, TemplateField
from extractor.template.rule import LONGEST_RULE, parse_rule
from extractor.values import CheckKind, FieldStatus, Kind, Reading
from formdigits.web.schemas.base_schema import Answer
from formdigits.web.schemas.page_schema import AlternativeAnswer, Point
from workers.database.outcomes import moment
from workers.database.review.answers import Settled
from workers.review.forms import Forms
from workers.review.typed import bubble_labels, clear_meaning, keys_of
from workers.review.values import LONGEST_VALUE, Item, Said, Wanted

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
    """Which fields are wanted: of a form, with a name, that break a rule, of which the machine was sure from `least` to
    below `most`; what is left out does not matter."""

    count: Annotated[int, Field(ge=1, le=60, description="How many fields at most.")] = 1
    form: Annotated[str, Field(max_length=200)] = ""
    field: Annotated[str, Field(max_length=200)] = ""
    rule: Annotated[str, Field(max_length=LONGEST_RULE)] = ""
    least: Annotated[float, Field(ge=0, le=1.1)] = 0.0
    most: Annotated[float, Field(ge=0, le=1.1)] = 1.1

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.form, self.field, self.rule, self.least, self.most)


class RenewRequest(SeatRequest):
    fields: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=200)]


class AnswerRequest(SeatRequest):
    kind: Annotated[CheckKind, Field(description="accept what was read, type a value, or say that it is blank or void")]
    value: Annotated[str, Field(max_length=4 * LONGEST_VALUE, description="The value, for the kind type.")] = ""
    seen: Annotated[int, Field(ge=0, lt=2**31, description="`answers` of the field as it was shown.")]
    force: Annotated[bool, Field(description="Keep the value although the field's format does not allow it.")] = False


class PlanRequest(BaseModel):
    second: Annotated[bool, Field(description="A field is settled when two people say the same of it.")] = False
    blind: Annotated[bool, Field(description="With `second`: these two do not see what the machine read.")] = False
    sample: Annotated[
        float, Field(ge=0, le=1, description="Share of the accepted fields that people check too; never lowered.")
    ] = 0.0


class PlanAnswer(Answer):
    second: bool
    blind: bool
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
    def of(said: Said, *, hidden: bool = False) -> SaidAnswer:
        """With `hidden`, without what would tell what the machine read: that it was so, or what it was."""
        told = CheckKind.TYPE if hidden and said.kind is CheckKind.ACCEPT else said.kind
        return SaidAnswer(
            by=said.by,
            at=moment(said.at),
            kind=told,
            forced=said.forced,
            was="" if hidden else said.was_value,
            was_status=FieldStatus.REVIEW if hidden else said.was_status,
            value=said.value,
            status=said.status,
        )


class FormatAnswer(BaseModel):
    """What the template says about the field."""

    kind: Kind
    cells: int | None
    letters: Annotated[bool, Field(description="Whether it has symbols other than digits.")]
    keys: Annotated[
        dict[str, str], Field(description="For bubbles of which one may be marked: what a key answers, by the key.")
    ]
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
            letters=field.alphabet != "0-9" or any(not label.isdigit() for label in bubble_labels(field)),
            keys=keys_of(field),
            least_digits=digits[0],
            most_digits=digits[1],
            least=None if form.min is None else str(form.min),
            most=None if form.max is None else str(form.max),
            more=bool(form.pattern or form.values or form.check),
            blank=clear_meaning(CheckKind.BLANK, field).value,
            void=clear_meaning(CheckKind.VOID, field).value,
        )


class SumAnswer(BaseModel):
    """A rule that the field breaks with the numbers on the page: what stands left and right of its sign, and the
    difference; empty where a number is missing."""

    rule: str
    left: str
    right: str
    difference: str

    @staticmethod
    def of(text: str, rules: Sequence[Rule], values: Mapping[str, str], filled: Mapping[str, int]) -> SumAnswer:
        try:
            rule = next((one for one in rules if one.text == text), None) or parse_rule(text)
            numbers: dict[str, Decimal | None] = {table: Decimal(filled[table]) for table in rule.counted}
            for name in rule.names:
                blank = name in rule.may_be_blank and not values[name]
                numbers[name] = None if blank else Decimal(values[name])
            left, right = rule.sides(numbers)
        except (ValueError, KeyError, ArithmeticError):
            # A value that is no number, one that is missing, or a rule of a formdigits that knew others.
            return SumAnswer(rule=text, left="", right="", difference="")
        return SumAnswer(rule=text, left=f"{left:f}", right=f"{right:f}", difference=f"{abs(left - right):f}")


class LineFieldAnswer(BaseModel):
    """A field of the same line of a table, as it stands now; `here` is the field that is asked for."""

    column: str
    value: str
    status: FieldStatus
    here: bool


class FieldAnswer(BaseModel):
    """A field to be reviewed. Neither its confidence nor whether it belongs to the sample is given, so that a person
    looks at every field alike. `picture` and `page_picture` are addresses of JPEG files. A `hidden` one is read blind:
    what the machine read, and what would tell it, is not given."""

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
    hidden: bool
    sums: list[SumAnswer]
    document: int
    quad: list[Point]
    line: Annotated[list[LineFieldAnswer], Field(description="The line of a table; empty for a field beside them.")]
    line_picture: str | None

    @staticmethod
    def of(item: Item, forms: Forms, file: str, *, hidden: bool = False) -> FieldAnswer:
        reading = item.reading
        template = forms.templates.get(item.form)
        values = dict(item.beside)
        field = forms.field(item.form, reading.field, reading.kind)
        rules = () if hidden else reading.rules
        known = () if template is None else template.all_rules
        named = {name for text in rules for name in _names(text, known)}
        base = f"/api/jobs/{item.key.job}/review/fields/{item.key}"
        return FieldAnswer(
            id=str(item.key),
            file=file.encode("utf-8", "backslashreplace").decode(),
            page=item.key.page,
            form=item.form,
            field=reading.field,
            stage=item.stage.name.lower(),
            answers=item.answers,
            value="" if hidden else reading.value,
            written="" if hidden else reading.written,
            alternatives=[
                AlternativeAnswer(value=one.value, probability=round(one.probability, 4))
                for one in (() if hidden else reading.alternatives)
                if one.value != reading.value
            ],
            rules=list(rules),
            beside={name: value for name, value in item.beside if name in named},
            notes=[] if hidden else list(reading.notes),
            format=FormatAnswer.of(field),
            said=[SaidAnswer.of(one, hidden=hidden) for one in item.said],
            picture=f"{base}/picture.jpg",
            page_picture=f"{base}/page.jpg",
            hidden=hidden,
            sums=[SumAnswer.of(text, known, values, dict(item.filled)) for text in rules],
            document=item.key.document,
            quad=list(reading.quad),
            line=[_in_line(one, reading, hidden=hidden) for one in item.line],
            line_picture=f"{base}/line.jpg" if item.line else None,
        )


def _in_line(one: Reading, asked: Reading, *, hidden: bool) -> LineFieldAnswer:
    place = table_place(one.field)
    return LineFieldAnswer(
        column=one.field if place is None else place.column,
        # A total would tell who reads blind what the machine took its terms for.
        value="" if hidden else one.value,
        status=one.status,
        here=one.field == asked.field,
    )


def _names(text: str, known: Sequence[Rule]) -> tuple[str, ...]:
    """The fields that a rule speaks of."""
    for rule in known:
        if rule.text == text:
            return rule.names
    try:
        return parse_rule(text).names
    except ValueError:
        # Of a formdigits that knew other rules.
        return ()


class NextAnswer(BaseModel):
    fields: list[FieldAnswer]


class SettledAnswer(BaseModel):
    """How an answer was understood: a date as in the calendar, `0` for blank where the form says so."""

    stage: str
    status: FieldStatus
    value: str
    forced: bool

    @staticmethod
    def of_settled(settled: Settled) -> SettledAnswer:
        taken = settled.taken
        return SettledAnswer(
            stage=settled.stage.name.lower(), status=taken.status, value=taken.value, forced=taken.forced
        )


class PastAnswer(SaidAnswer):
    """One of a person's own answers."""

    id: str
    field: str
