"""A workbook that people have changed, sent back."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, File, Form, HTTPException, UploadFile

from extractor.errors import DocumentError, InputError, ServiceError
from extractor.export.xlsx_origins import edits_in
from formdigits.actions.corrections import in_short
from formdigits.web.batches import plain_name
from formdigits.web.schemas.refusal_schema import refusals
from formdigits.web.schemas.workbook_schema import BroughtBackAnswer, ChangeAnswer
from formdigits.web.site import SiteDep
from formdigits.web.visitors import VisitorDep
from workers.database.jobs import find_job
from workers.database.review.brought_back import bring_back

router = APIRouter(tags=["mending"])

WORKBOOK_BYTES = 100_000_000

NAMED = 500
"""Changes, and things that could not be taken, that are named; all are counted."""


@router.post(
    "/api/workbooks",
    responses=refusals(_400="It is no workbook of a job.", _404="There is no such job."),
)
def take_workbook(
    site: SiteDep,
    visitor: VisitorDep,
    job: Annotated[str, Form(max_length=24, description="The job whose workbook it is.")],
    file: Annotated[UploadFile, File(description="A workbook (.xlsx) that was exported and changed.")],
    name: Annotated[str, Form(max_length=200, description="Who changed it; of an account it is the account's.")] = "",
) -> BroughtBackAnswer:
    """Makes corrections of what was changed in a workbook of the job; its rows may be sorted, filtered and deleted."""
    who = visitor.reviewer(site.store, name)
    if find_job(site.store, job) is None:
        raise HTTPException(404, f"There is no job {job}; open one from the list of jobs.")
    shown = plain_name(file.filename)
    try:
        with TemporaryDirectory(prefix="workbook-", dir=site.settings.home) as folder:
            path = Path(folder) / "workbook.xlsx"
            with path.open("wb") as out:
                shutil.copyfileobj(file.file, out)
            # It comes from outside, so it is opened in a process apart.
            # Whoever tries a page meanwhile does not wait for it.
            found = site.drafting.ask(edits_in, path, shown)
    except DocumentError:
        # It ended its process, or took too long.
        raise InputError(
            f"{shown} is too large to be looked through; delete the rows in it that nobody has changed."
        ) from None
    except OSError as error:
        raise ServiceError(
            f"The server cannot keep the file ({error.strerror}); its owner should free some space on the disk."
        ) from None
    came = bring_back(site.store, site.review_pictures.forms.of, found.edits, who, job)
    problems = [*found.problems, *came.problems]
    return BroughtBackAnswer(
        changes=[
            ChangeAnswer(where=one.where, field=one.field, was=one.was, value=one.value) for one in came.changes[:NAMED]
        ],
        changed=len(came.changes),
        already=came.already,
        problems=problems[:NAMED],
        summary=in_short(came, len(problems)),
    )
