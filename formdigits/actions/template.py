"""What the template commands do: make a template from a form, draw one on a page, check one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from extractor.documents import count_pages, find_documents, open_pages
from extractor.errors import DocumentError, ExitCode, InputError, OutputError
from extractor.fields import FieldImage
from extractor.ink import at_most
from extractor.recognizer.choice import load_model, models_of
from extractor.reference import Blank, blank_form, draft_template, draw_template, with_examples
from extractor.registration import Registration, register
from extractor.sheet_fields import field_pictures
from extractor.template import Template, load_template, template_yaml
from extractor.template.table import Table
from extractor.values import FailedPage, Page
from formdigits.actions.advice import advice, tiny_cells
from formdigits.messages import counted, say
from formdigits.progress import one_bar

MOST_COPIES = 24
"""Filled copies that are looked at; a median gains nothing from more."""

REFERENCE_SIDE = 1500
"""Pixels of the long side of the reference picture."""


def make(
    forms: Sequence[str],
    out: str | None,
    name: str | None,
    dpi: int,
    number: int,
    *,
    everything: bool,
    dropout: bool = False,
) -> ExitCode:
    """Makes a template from a blank form, or from several filled copies; says what it wrote. `dropout` looks for boxes
    in a colour that grey does not show.

    Raises InputError, DocumentError or OutputError.
    """
    files = find_documents(forms)
    target = Path(out) if out else Path(f"{Path(files[0]).stem}.yaml")
    if target.suffix.lower() not in (".yaml", ".yml"):
        raise InputError(f"A template is a YAML file; give -o a name that ends in .yaml, not {target.name}.")
    if target.exists():
        raise OutputError(f"{target} is there already; give another name with -o, or move it away.")
    if len(files) > MOST_COPIES:
        say(f"Of {len(files):,} copies, {MOST_COPIES} spread evenly over them are enough and are used.")
        files = [files[i] for i in np.linspace(0, len(files) - 1, MOST_COPIES).round().astype(int)]
    copies = [_one_page(file, dpi, number, darkest=dropout).image for file in files]
    with one_bar("Laying the copies on each other", shown=len(copies) > 1) as tell:
        blank = blank_form(copies, tell)
    _say_copies(files, blank)
    reference = target.with_name(f"{target.stem}_blank.png")
    drafted = draft_template(
        blank.image, name or target.stem, reference.name, dpi=dpi, everything=everything, dropout=dropout
    )
    if drafted.template is None:
        raise InputError(
            f"No boxes to write in were found on {files[0]}; is it the right page (--page)? Are the boxes "
            "printed in a pale colour (--dropout)? A template can also be written by hand: see docs/templates.md."
        )
    template = drafted.template.found_in(target.parent)
    preview = target.with_name(f"{target.stem}_preview.png")
    _write_picture(reference, at_most(blank.image, REFERENCE_SIDE))
    remarks: Mapping[str, str] = {}
    if len(blank.used) > 1:
        say("Reading the copies, to see what the fields hold.")
        template, remarks = with_examples(template, blank.image, [copies[i] for i in blank.used], load_model())
    located = field_pictures(blank.image, np.eye(3), template.all_fields)
    _write_picture(preview, draw_template(blank.image, template.all_fields, located))
    try:
        target.write_text(template_yaml(template, remarks), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{target} cannot be written ({error.strerror}); give another name with -o.") from None
    marks = len(template.landmarks.marks)
    found = ", ".join([counted(len(template.fields), "field"), *map(_told, template.tables)])
    found += f" and {counted(marks, 'corner mark') if marks else 'no marks'}"
    say(f"Wrote {target} with {found}; the blank form is {reference}, look at {preview}.")
    if drafted.left_out:
        say(f"Left out {counted(drafted.left_out, 'place')} that hardly hold a number; --all keeps them.")
    if remarks:
        say(f"Proposed formats for {len(remarks)} of its fields and columns from what is written on the copies.")
    say(f"Now rename the fields in {target}, delete those you do not need, and try: formdigits template check {target}")
    return ExitCode.DONE


def _told(table: Table) -> str:
    lines = table.size // len(table.columns)
    return f"table '{table.name}' of {counted(lines, 'line')} and {counted(len(table.columns), 'column')}"


def _say_copies(files: Sequence[str], blank: Blank) -> None:
    if len(files) > 1:
        say(f"Made the blank form out of {len(blank.used)} of {len(files)} copies.")
    for index in blank.left_out:
        say(f"  {files[index]} is not like the others and was left out.")
    if len(files) > 1 and len(blank.used) == 1:
        raise InputError("These are not copies of one form; give a blank form, or copies of the same page.")
    if len(blank.used) == 2:
        say("Two copies leave some handwriting where both were written on; three or more give a cleaner form.")


def preview(template_file: str, page_file: str | None, out: str, number: int) -> ExitCode:
    """Draws a template on a page, or on its own blank form; 1 if the page does not show the form."""
    template = load_template(template_file)
    file = page_file
    if file is None:
        if template.reference_path is None:
            raise InputError(f"{template_file} has no reference picture to be drawn on; give a page of the form.")
        file = str(template.reference_path)
    page = _one_page(file, template.page.dpi, number)
    found = register(page.image, [template])
    if found is None:
        say(f"{file}, page {page.number}: {UNMATCHED}.")
        return ExitCode.SOME_UNREAD
    located = field_pictures(page.image, found.matrix, template.all_fields)
    _write_picture(Path(out), draw_template(page.image, template.all_fields, located))
    say(f"{file}, page {page.number}: {_how(found, template, located)}.")
    say(f"Wrote {out}: boxes whose rulings were found are green, others orange.")
    return ExitCode.DONE


UNMATCHED = "the form was not found on it; see that it is a page of this form, whole and sharp"


def check(template_file: str, inputs: Sequence[str]) -> ExitCode:
    """Reads a template strictly, warns of what will read badly, tries it on pages; 1 if one of them does not fit.

    Raises TemplateError, and ModelError where no model knows the alphabet of a field.
    """
    template = load_template(template_file)
    models_of(template)
    files = find_documents(inputs) if inputs else []
    warnings = advice(template)
    marks, reference = len(template.landmarks.marks), template.landmarks.reference
    holds = [counted(marks, "mark")] * bool(marks) + ["a reference picture"] * bool(reference)
    say(
        f"{template_file}: form '{template.form}', {counted(len(template.all_fields), 'field')}{_in_tables(template)}, "
        f"{counted(len(template.rules), 'rule')}; found by {' and '.join(holds) or 'its printed boxes'}."
    )
    for warning in warnings:
        say(f"Warning: {warning}")
    bad = 0
    for file in files:
        for page in open_pages(file, dpi=template.page.dpi):
            bad += not _try(template, page)
    if not inputs and not warnings:
        say("Nothing to mend. Give some filled pages as well to try it on them.")
    return ExitCode.SOME_UNREAD if bad else ExitCode.DONE


def _in_tables(template: Template) -> str:
    """How many of the fields are in which tables, in brackets; nothing where there are none."""
    told = [
        f"{table.count} lines of {counted(len(table.columns), 'column')} in {table.name}" for table in template.tables
    ]
    return f" ({', '.join(told)})" if told else ""


def _try(template: Template, page: Page | FailedPage) -> bool:
    where = f"{page.file}, page {page.number}"
    if isinstance(page, FailedPage):
        say(f"{where}: {page.reason}")
        return False
    found = register(page.image, [template])
    if found is None:
        say(f"{where}: {UNMATCHED}.")
        return False
    located = field_pictures(page.image, found.matrix, template.all_fields)
    say(f"{where}: {_how(found, template, located)}.")
    for warning in tiny_cells(template, located):
        say(f"  Warning: {warning}")
    return True


def _how(found: Registration, template: Template, located: Sequence[FieldImage]) -> str:
    snapped = sum(one.snapped for one in located)
    written = sum(field.is_written for field in template.all_fields)
    rulings = f", rulings of {snapped} of {counted(written, 'field')} found" if written else ""
    return f"registered, fit {found.fit:.2f}{rulings}"


def _one_page(file: str, dpi: int, number: int, *, darkest: bool = False) -> Page:
    """Page `number` of `file`. Raises DocumentError if it cannot be opened."""
    if not Path(file).exists():
        raise InputError(f"There is no {file}.")
    try:
        count = count_pages(file) if number > 1 else 1
    except DocumentError as error:
        raise DocumentError(f"{file}: {error}") from None
    if number > count:
        raise InputError(f"{file} has no page {number}; give --page a number up to {count}.")
    (page,) = open_pages(file, dpi=dpi, first=number, last=number, darkest=darkest)
    if isinstance(page, FailedPage):
        raise DocumentError(f"{file}: {page.reason}")
    return page


def _write_picture(path: Path, picture: np.ndarray) -> None:
    if path.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise OutputError(f"A preview is a PNG or JPEG picture; give -o a name that ends in .png, not {path.name}.")
    done, packed = cv2.imencode(path.suffix, picture)
    try:
        if not done:
            raise OSError(0, "the picture cannot be packed")
        path.write_bytes(packed.tobytes())
    except OSError as error:
        raise OutputError(f"{path} cannot be written ({error.strerror}); give another place with -o.") from None
