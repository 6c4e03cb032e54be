"""Any field of a job as it stands, and what mends it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from extractor.values import CheckKind, FieldStatus
from formdigits.web.schemas.page_schema import AlternativeAnswer
from formdigits.web.schemas.review_schema import FormatAnswer, Name, SaidAnswer
from workers.database.review.mending import FieldNow
from workers.review.forms import Forms
from workers.review.values import LONGEST_VALUE

Seen = Annotated[int, Field(ge=0, lt=2**31, description="`answers` of the field as it was shown.")]


class MendRequest(BaseModel):
    """What the field says: a typed value, what was read after all, or that it is blank or void."""

    name: Name = ""
    kind: CheckKind
    value: Annotated[str, Field(max_length=4 * LONGEST_VALUE, description="The value, for the kind type.")] = ""
    seen: Seen
    force: Annotated[bool, Field(description="Keep the value although the field's format does not allow it.")] = False


class UndoRequest(BaseModel):
    name: Name = ""
    seen: Seen


class FieldNowAnswer(BaseModel):
    """`value` and `status` are what the field says now, `read` and `read_status` what the machine read. `history` is
    all that people said of it, the oldest first. `picture` and `page_picture` are addresses of JPEG files."""

    id: str
    form: str
    field: str
    value: str
    status: FieldStatus
    read: str
    read_status: FieldStatus
    written: str
    alternatives: list[AlternativeAnswer]
    format: FormatAnswer
    answers: int
    history: list[SaidAnswer]
    picture: str
    page_picture: str

    @staticmethod
    def of(now: FieldNow, forms: Forms) -> FieldNowAnswer:
        machine = now.machine
        base = f"/api/jobs/{now.key.job}/review/fields/{now.key}"
        return FieldNowAnswer(
            id=str(now.key),
            form=now.form,
            field=machine.field,
            value=now.value,
            status=now.status,
            read=machine.value,
            read_status=machine.status,
            written=machine.written,
            alternatives=[
                AlternativeAnswer(value=one.value, probability=round(one.probability, 4))
                for one in machine.alternatives
                if one.value != machine.value
            ],
            format=FormatAnswer.of(forms.field(now.form, machine.field, machine.kind)),
            answers=now.answers,
            history=[SaidAnswer.of(one) for one in now.history],
            picture=f"{base}/picture.jpg",
            page_picture=f"{base}/page.jpg",
        )
