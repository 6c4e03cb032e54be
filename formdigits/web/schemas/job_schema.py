"""Jobs, their pages and how far they are. Times are seconds since 1970."""

from __future__ import annotations

from typing import Literal, Self, TypeAlias

from pydantic import BaseModel, Field

from formdigits.web.browser_words import in_browser
from formdigits.web.jobs.state import Status
from formdigits.web.schemas.base_schema import Answer
from formdigits.web.schemas.page_schema import PageAnswer
from workers.job import NORMAL

Priority: TypeAlias = Literal["low", "normal", "high"]


class CountsAnswer(Answer):
    """Pages by what became of them and fields by status; `pages` are those known so far, `done` those over with."""

    pages: int
    done: int
    read: int
    unmatched: int
    failed: int
    duplicate: int
    fields: int
    accepted: int
    review: int
    blank: int
    void: int


def priority_name(priority: int) -> Priority:
    """What people call it."""
    return "normal" if priority == NORMAL else "high" if priority > NORMAL else "low"


class JobAnswer(BaseModel):
    """A job and how far it is."""

    id: str
    title: str = Field(description="Its name, else the folder or the file that it is about.")
    name: str = Field(description="What people call it, empty where nobody has given it a name.")
    state: str = Field(description="queued, running, finished or cancelled")
    created: float
    finished: float | None
    fields: list[str] = Field(description="Columns of the table; none where fields are found on each page.")
    counts: CountsAnswer
    counted: int = Field(description="Documents whose pages are counted already.")
    documents: int
    priority: Priority = Field(description="Those of a higher one are read first.")
    versions: dict[str, int] = Field(
        description="By the names of forms of which something was learned: the version that reads them."
    )
    problem: str | None = Field(description="Why it does not go on.")

    @classmethod
    def of(cls, status: Status) -> Self:
        job = status.job
        return cls(
            id=job.id,
            title=status.title,
            name=job.name,
            state=status.state,
            created=job.created,
            finished=job.finished,
            fields=[name for name, _ in job.fields],
            counts=CountsAnswer.of(status.counts),
            counted=status.counted,
            documents=status.documents,
            priority=priority_name(job.priority),
            versions={one.form: one.number for one in job.options.versions},
            problem=None if status.problem is None else in_browser(status.problem),
        )


class JobRequest(BaseModel):
    """What to read, and how: by `templates`, or `single_field` (every picture is one number), or with neither, in
    which case fields are found on each page."""

    name: str = Field(default="", max_length=1000, description="What the job is called; else what it is about.")
    uploads: list[str] = Field(default=[], max_length=200, description="Batches that were sent before.")
    folder: str = Field(default="", description="A folder that the server may read, such as scans/2024.")
    templates: list[str] = Field(default=[], max_length=200, description="Ids of templates.")
    single_field: bool = False
    queue: str = Field(
        default="formdigits", pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="Of the workers to read it."
    )
    priority: Priority = "normal"
    accept: float = Field(default=0.99, ge=0, le=1, allow_inf_nan=False)
    max_error: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        allow_inf_nan=False,
        description="The share of wrong values that there may be among the accepted; `accept` is then chosen by what "
        "people have answered on these forms, and counts where too few have.",
    )


class PriorityRequest(BaseModel):
    priority: Priority


class RenameRequest(BaseModel):
    name: str = Field(max_length=1000, description="Empty: the job is called by what it is about.")


class PageInJob(PageAnswer):
    """A page of a job; `document` and `page` say which. The id of its field number n, from 0, is
    `document-page-n`."""

    document: int


class PagesAnswer(BaseModel):
    """Some pages in their order. `after` is to be given to get those that follow; null at the end."""

    pages: list[PageInJob]
    after: str | None
