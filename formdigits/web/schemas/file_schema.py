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


class StorageAnswer(BaseModel):
    """Bytes of what was sent, how many of them there may be, and for how long what nobody uses is kept; null for no
    bound."""

    uploads: int
    templates: int
    quota: int | None
    keep_s: float | None


class FormAnswer(Answer):
    """A template: `id` picks it, `form` is its name, `sent` says that it came by the web page, then with `by` whom and
    when (`at`, seconds since 1970). Those that were sent under one name are versions of it, from 1. A `draft` has not
    been saved yet."""

    id: str
    form: str
    fields: list[str]
    rules: int
    sent: bool
    by: str
    at: float
    version: int
    newest: bool
    draft: bool
