"""Many fields at once, and marks of pages."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from extractor.values import CheckKind
from formdigits.web.schemas.review_schema import FieldAnswer, Name, SeatRequest, SettledAnswer
from workers.database.outcomes import moment
from workers.database.review.page_marks import LONGEST_COMMENT, PageMark
from workers.review.values import LONGEST_VALUE


class NextPageAnswer(BaseModel):
    """A page and its fields that wait for this person, in the form's order; none where nothing is left. `picture` is
    the address of the page as JPEG, null where it cannot be opened; `quad` of the fields is in `width` x `height`."""

    fields: list[FieldAnswer]
    file: str
    document: int
    page: int
    picture: str | None
    width: int
    height: int


class OneAnswer(BaseModel):
    id: Annotated[str, Field(max_length=40)]
    kind: CheckKind
    value: Annotated[str, Field(max_length=4 * LONGEST_VALUE)] = ""
    seen: Annotated[int, Field(ge=0, lt=2**31)]
    force: bool = False


class AnswerManyRequest(SeatRequest):
    answers: Annotated[list[OneAnswer], Field(max_length=200)]


class AnsweredAnswer(BaseModel):
    """What became of one of them: `settled`, or the `error` with its `code`, as for a single answer."""

    id: str
    settled: SettledAnswer | None
    code: int
    error: str


class MarkRequest(BaseModel):
    name: Name = ""
    rescan: Annotated[bool, Field(description="The page should be scanned again.")] = False
    comment: Annotated[str, Field(max_length=4 * LONGEST_COMMENT)] = ""


class MarkAnswer(BaseModel):
    document: int
    page: int
    file: str
    rescan: bool
    comment: str
    by: str
    at: str

    @staticmethod
    def of_mark(mark: PageMark, file: str) -> MarkAnswer:
        return MarkAnswer(**{**mark._asdict(), "file": file, "at": moment(mark.at)})
