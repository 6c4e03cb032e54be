"""What `formdigits corrections --from` does: what was changed in a workbook comes back to its jobs."""

from __future__ import annotations

import getpass
from functools import cache
from pathlib import Path

import click

from extractor.errors import ExitCode, InputError
from extractor.export.xlsx_origins import edits_in
from formdigits import messages
from workers.database.review.brought_back import BroughtBack, bring_back
from workers.database.store import open_store
from workers.review.forms import Forms, forms_of
from workers.review.values import reviewer_name


def take_workbook(workbook: str, by: str | None, job: str | None) -> ExitCode:
    """Makes corrections of what was changed in `workbook`, names them on standard output, and says what could not be
    matched. Raises InputError or ServiceError."""
    name = reviewer_name(by or getpass.getuser())
    file = Path(workbook)
    if not file.is_file():
        raise InputError(f"There is no file {workbook}; give the workbook that was changed.")
    found = edits_in(file)
    store = open_store()

    @cache
    def forms(of: str) -> Forms:
        return forms_of(store, of)

    came = bring_back(store, forms, found.edits, name, job)
    for one in came.changes:
        click.echo(f"{one.where}: {one.was or 'nothing'} is {one.value or 'blank'}")
    problems = (*found.problems, *came.problems)
    for text in problems:
        messages.say(text)
    messages.say(in_short(came, len(problems)))
    return ExitCode.SOME_UNREAD if problems else ExitCode.DONE


def in_short(came: BroughtBack, problems: int) -> str:
    """How many cells became corrections, and how many did not."""
    already = f" {messages.counted(came.already, 'cell')} said what is known already." if came.already else ""
    left = f" {messages.counted(problems, 'thing')} could not be taken and {'was' if problems == 1 else 'were'} named."
    return f"{messages.counted(len(came.changes), 'correction')} came back.{already}{left if problems else ''}"
