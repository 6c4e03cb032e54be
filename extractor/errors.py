"""Errors that a user can cause: each says in one sentence what is wrong and what to do."""


class FormdigitsError(Exception):
    """Something the user can put right. `str(error)` is the whole sentence that is shown."""

    exit_code = 2


class TemplateError(FormdigitsError):
    """A template file that cannot be used; the message names the line and the fix."""


class InputError(FormdigitsError):
    """The command was given nothing that it can read: no such path, an empty folder."""


class DocumentError(FormdigitsError):
    """A file or a page that cannot be opened. It becomes a failed page and never stops a folder."""

    exit_code = 1


class OutputError(FormdigitsError):
    """The output cannot be written where it was asked for."""


class ModelError(FormdigitsError):
    """A recogniser's files are missing, damaged or of another version."""


class ServiceError(FormdigitsError):
    """A database or broker cannot be reached."""

    exit_code = 3
