"""Errors that a user can cause: each says in one sentence what is wrong and what to do, and owns its exit code."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the command line ends with."""

    DONE = 0
    SOME_UNREAD = 1
    """Some pages or files could not be read, or something that was checked is not as it should be; they are named."""
    WRONG_USAGE = 2
    NO_SERVICE = 3
    """A database, broker or store cannot be reached."""
    SHOULD_NOT_HAPPEN = 70
    """An error of the program itself."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C (128 + SIGINT)."""
    TERMINATED = 143
    """Stopped by SIGTERM (128 + SIGTERM)."""


class FormdigitsError(Exception):
    """Something the user can put right. `str(error)` is the whole sentence that is shown."""

    exit_code = ExitCode.WRONG_USAGE


class TemplateError(FormdigitsError):
    """A template file that cannot be used; the message names the line and the fix."""

    exit_code = ExitCode.WRONG_USAGE


class InputError(FormdigitsError):
    """The command was given nothing that it can read: no such path, an empty folder."""

    exit_code = ExitCode.WRONG_USAGE


class DocumentError(FormdigitsError):
    """A file or a page that cannot be opened. It becomes a failed page and never stops a folder."""

    exit_code = ExitCode.SOME_UNREAD


class OutputError(FormdigitsError):
    """The output cannot be written where it was asked for."""

    exit_code = ExitCode.WRONG_USAGE


class ModelError(FormdigitsError):
    """A recogniser's files are missing, damaged or of another version."""

    exit_code = ExitCode.WRONG_USAGE


class ServiceError(FormdigitsError):
    """A database or broker cannot be reached."""

    exit_code = ExitCode.NO_SERVICE
