"""Files that were sent, folders that jobs may read, and templates to pick from."""

from __future__ import annotations

from pydantic import BaseModel, Field

from formdigits.web.schemas.base_schema import Answer


class UploadAnswer(BaseModel):
    name: str
    kind: str = Field(description="What the file is by its content.")


class BatchAnswer(BaseModel):
    """`id` names the batch to a job; `refused` are sentences about files that were not taken."""

    id: str
    files: list[UploadAnswer]
    refused: list[str]


class FolderAnswer(BaseModel):
    path: str
    folders: list[str] = Field(description="Names of the folders in it.")
    documents: int = Field(description="Documents in it, without those in its folders.")


class FormAnswer(Answer):
    """A template: `id` picks it, `form` is its name, `sent` says that it came by the web page."""

    id: str
    form: str
    fields: list[str]
    rules: int
    sent: bool
