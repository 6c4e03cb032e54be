"""Files for a job: sent first, in batches, and then named by the job; and the folders that jobs may read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, HTTPException, Query, UploadFile
from starlette.status import HTTP_201_CREATED

from extractor.errors import DocumentError
from formdigits.web.batches import BATCH_FILES, Upload, keep
from formdigits.web.schemas.file_schema import BatchAnswer, FolderAnswer, StorageAnswer, UploadAnswer
from formdigits.web.schemas.refusal_schema import refusals
from formdigits.web.site import SiteDep

router = APIRouter(prefix="/api", tags=["files"])


@router.post(
    "/uploads",
    status_code=HTTP_201_CREATED,
    responses=refusals(_400="None of the files is one that can be read.", _413="More than is taken at once."),
)
def upload(
    site: SiteDep, files: Annotated[list[UploadFile], File(description=f"At most {BATCH_FILES} pictures and PDFs.")]
) -> BatchAnswer:
    """Takes files for a job. A file's kind is found from its content; one that is refused does not stop the others."""
    if len(files) > BATCH_FILES:
        raise HTTPException(
            413, f"These are more than the {BATCH_FILES} files that are taken at once; send some later."
        )
    site.storage.take(sum(file.size or 0 for file in files))
    batch = site.batches.begin()
    kept: list[Upload] = []
    refused: list[str] = []
    try:
        for number, file in enumerate(files, 1):
            try:
                kept.append(keep(file.file, file.filename, site.batches.folder(batch), f"{number:04}"))
            except DocumentError as error:
                refused.append(str(error))
        if not kept:
            raise DocumentError(refused[0])
        site.batches.close(batch, kept)
    except BaseException:
        site.batches.drop(batch)
        raise
    return BatchAnswer(
        id=batch, files=[UploadAnswer(name=one.name, kind=one.kind.value) for one in kept], refused=refused
    )


@router.get("/storage")
def storage(site: SiteDep) -> StorageAnswer:
    """How much of what was sent is kept, and for how long."""
    return StorageAnswer(
        uploads=site.storage.uploads,
        templates=site.storage.templates,
        quota=site.storage.quota,
        keep_s=site.removal.keep_s,
    )


@router.get("/folders", responses=refusals(_400="There is no such folder."))
def folders(
    site: SiteDep, inside: Annotated[str, Query(alias="in", description="Such as scans/2024; empty: the top.")] = ""
) -> FolderAnswer:
    """What is in a folder that the server may read; nothing outside of them is ever shown."""
    if not inside:
        return FolderAnswer(path="", folders=list(site.folders.names), documents=0)
    found = site.folders.look(inside)
    return FolderAnswer(path=found.path, folders=list(found.folders), documents=found.documents)
