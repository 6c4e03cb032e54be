"""Forms that are learned, and versions of models. Times are seconds since 1970."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, Field

from formdigits.web.browser_words import in_browser
from formdigits.web.jobs.learning import Learning
from workers.database.versions import ModelVersion


class VersionAnswer(BaseModel):
    """A model that was learned from answers on a form, and how others were read before and after."""

    form: str
    number: int
    name: str
    by: str
    created: float
    used: bool = Field(description="Whether new jobs are read by it.")
    fields: int = Field(description="Answered fields that it did not learn from.")
    right: int
    right_before: int
    accepted: int
    accepted_before: int
    wrong: int = Field(description="Wrong ones among the accepted.")
    wrong_before: int
    trained: bool = Field(description="Whether its networks were trained further.")
    answers: int = Field(description="How many it has learned from.")

    @classmethod
    def of_version(cls, version: ModelVersion) -> Self:
        before, after = version.figures["before"], version.figures["after"]
        return cls(
            form=version.form,
            number=version.number,
            name=version.name,
            by=version.by,
            created=version.created,
            used=version.used,
            fields=version.figures["fields"],
            right=after["right"],
            right_before=before["right"],
            accepted=after["accepted"],
            accepted_before=before["accepted"],
            wrong=after["wrong"],
            wrong_before=before["wrong"],
            trained=version.figures["trained"],
            answers=version.learned_from["answers"],
        )


class LearningAnswer(BaseModel):
    """How far learning from a job is, and the versions of its forms' models, the newest first."""

    state: str = Field(description="none, running or over")
    step: str = Field(description="What is done now.")
    share: float = Field(description="How much of that is done, from 0 to 1.")
    sentences: list[str] = Field(description="What came of it.")
    problem: str = Field(description="Why nothing came of it; empty where nothing is wrong.")
    versions: list[VersionAnswer]

    @classmethod
    def of_learning(cls, learning: Learning | None, versions: list[ModelVersion]) -> Self:
        now = learning or Learning("", "", over=True)
        return cls(
            state="none" if learning is None else "over" if now.over else "running",
            step=now.step,
            share=now.share,
            sentences=[in_browser(sentence) for sentence in now.sentences],
            problem=in_browser(now.problem),
            versions=[VersionAnswer.of_version(one) for one in versions],
        )


class VersionRequest(BaseModel):
    """Which version is to read a form in new jobs."""

    form: str = Field(max_length=200)
    number: int = Field(ge=0, le=1_000_000, description="0: the model that comes with the program.")
