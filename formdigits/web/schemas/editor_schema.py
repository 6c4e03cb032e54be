"""A template that is edited: what the editor shows, asks and is told. Places are in the template's own units."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from formdigits.web.editing.paper import Paper, Ruling
from formdigits.web.editing.trial import Tried
from formdigits.web.schemas.base_schema import Answer
from formdigits.web.schemas.file_schema import FormAnswer
from formdigits.web.schemas.page_schema import PageAnswer, as_data

Tree = Annotated[
    dict[str, Any],
    Field(description="A template as its YAML has it; docs/templates.md says what may stand in it."),
]


class EditedRequest(BaseModel):
    """A template as it stands in the editor."""

    template: Tree


class SaveRequest(EditedRequest):
    """A template to save."""

    over: Annotated[bool, Field(description="Also where a later version than the edited one was saved.")] = False


class MistakeAnswer(Answer):
    """What is wrong, and the keys and indices that lead there; none for the template as a whole."""

    where: list[str | int]
    sentence: str


class CheckedTemplateAnswer(Answer):
    """`words` say what the format of each field does, by the field's name, while there are no mistakes."""

    mistakes: list[MistakeAnswer]
    warnings: list[str]
    words: dict[str, str]


class RulingsAnswer(BaseModel):
    """Printed rulings, each as the x and y of its one end, those of the other, and how thick it is."""

    level: list[tuple[float, float, float, float, float]]
    upright: list[tuple[float, float, float, float, float]]

    @classmethod
    def of_paper(cls, paper: Paper) -> RulingsAnswer:
        def plain(one: Ruling) -> tuple[float, float, float, float, float]:
            return one.x0, one.y0, one.x1, one.y1, one.thickness

        return cls(level=list(map(plain, paper.level)), upright=list(map(plain, paper.upright)))


class EditedAnswer(BaseModel):
    """A template to edit, with the page that it is drawn on (JPEG as a data: address)."""

    form: FormAnswer
    template: Tree
    picture: str
    blank: bool = Field(description="Whether the picture is that of a blank form, and not white.")
    rulings: RulingsAnswer


class DraftAnswer(BaseModel):
    """A template that was drafted; `told` are sentences about what was made of what was sent, `remarks` say by field or
    column (`patients.fee`) how sure a format is that was proposed from filled copies."""

    form: FormAnswer
    told: list[str]
    remarks: dict[str, str]


class TrialAnswer(BaseModel):
    """What the template reads on a page, which is shown in template units; there is no picture where none was asked
    for, or the form is not on the page."""

    page: PageAnswer
    of: int = Field(description="How many pages the file has.")
    picture: str | None

    @classmethod
    def of_tried(cls, tried: Tried, name: str) -> TrialAnswer:
        page = PageAnswer.of(tried.result).model_copy(update={"file": name})
        jpeg = tried.jpeg
        return cls(page=page, of=tried.pages, picture=None if jpeg is None else as_data("image/jpeg", jpeg))


class SavedAnswer(BaseModel):
    form: FormAnswer
    told: Annotated[str, Field(description="What was saved, in a sentence.")]
