"""A template drafted from what somebody has sent: a blank form, a page of a PDF, or filled copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
from pydantic import ValidationError

from extractor.documents import count_pages, open_pages
from extractor.errors import DocumentError, InputError
from extractor.ink import at_most
from extractor.recognizer.choice import load_model
from extractor.reference import blank_form, draft_template, with_examples
from extractor.template import Landmarks, PageSize, Template, TemplateField, template_yaml
from extractor.template.load import told as told_of
from extractor.values import Box, FailedPage, Gray
from formdigits.messages import counted

DRAFT_DPI = 200
"""At which pages of PDFs that are no scans are drawn."""

DRAFT_SIDE = 1500
"""Pixels of the long side of the blank form's picture, as `formdigits template new` writes it."""

DRAFT_PICTURE = "blank.png"


@dataclass(frozen=True)
class Drafted:
    """`text` is the template's YAML, `picture` its blank form as PNG; `told` are sentences about what was made of what
    was sent, `remarks` say by field or column (`patients.fee`) how sure a format is that was proposed."""

    text: bytes
    picture: bytes
    told: tuple[str, ...]
    remarks: Mapping[str, str]


def draft(
    files: Sequence[tuple[str, str]], form: str, number: int, *, everything: bool = False, dropout: bool = False
) -> Drafted:
    """The template of `form` from page `number` of each of the `files`, which are paths and the names to tell people.

    `everything` and `dropout` are those of `draft_template`. Raises DocumentError and InputError.
    """
    copies = [_page(path, name, number, darkest=dropout) for path, name in files]
    blank = blank_form(copies)
    told = [f"{files[index][1]} is not like the others and was left out." for index in blank.left_out]
    if len(files) > 1:
        if len(blank.used) == 1:
            raise InputError("These are not copies of one form; send a blank form, or copies of the same page.")
        told.insert(0, f"The blank form was made out of {len(blank.used)} copies.")
    try:
        made = draft_template(blank.image, form, DRAFT_PICTURE, dpi=DRAFT_DPI, everything=everything, dropout=dropout)
    except ValidationError as error:
        raise InputError(f"What was found on {files[0][1]} makes no template: {told_of(error.errors()[0])}") from None
    template = made.template or _with_one_box(blank.image, form, dropout=dropout)
    if made.template is None:
        told.append("No boxes to write in were found; draw them. One stands in the middle to begin with.")
    if made.left_out:
        told.append(f"{counted(made.left_out, 'place')} that hardly hold a number were left out; draw what you miss.")
    remarks: Mapping[str, str] = {}
    if len(blank.used) > 1 and made.template is not None:
        template, remarks = with_examples(template, blank.image, [copies[index] for index in blank.used], load_model())
        if remarks:
            told.append(
                f"Formats of {len(remarks)} fields and columns were proposed from what is written on the copies."
            )
    done, packed = cv2.imencode(".png", at_most(blank.image, DRAFT_SIDE))
    if not done:
        raise DocumentError("The blank form's picture could not be made; scan it again at a lower resolution.")
    return Drafted(template_yaml(template, remarks).encode(), packed.tobytes(), tuple(told), dict(remarks))


def _with_one_box(blank: Gray, form: str, *, dropout: bool) -> Template:
    height, width = blank.shape
    middle = Box(round(0.4 * width), round(0.48 * height), round(0.2 * width), round(0.04 * height))
    return Template(
        formdigits=1,
        form=form,
        page=PageSize(width=width, height=height, dpi=DRAFT_DPI),
        landmarks=Landmarks(reference=DRAFT_PICTURE, dropout=dropout),
        fields=(TemplateField(name="field_01", box=middle),),
    )


def _page(path: str, name: str, number: int, *, darkest: bool) -> Gray:
    try:
        count = count_pages(path) if number > 1 else 1
        if number > count:
            raise DocumentError(f"it has no page {number}; give a number up to {count}.")
        (page,) = open_pages(path, dpi=DRAFT_DPI, first=number, last=number, darkest=darkest)
        if isinstance(page, FailedPage):
            raise DocumentError(page.reason)
    except DocumentError as error:
        raise DocumentError(f"{name}: {error}") from None
    return page.image
