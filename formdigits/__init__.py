"""Reads handwritten numbers off scanned or photographed forms, and says which ones a person should check.

This is the Python API; the command line, the web app and the camera are in the modules below. For instance::

    import formdigits

    for page in formdigits.read("scans/", templates=["form.yaml"]):
        print(page.file, page["votes_01"].value, page["votes_01"].confidence)

Everything is loaded when it is first used, so that `import formdigits` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extractor.errors import (
        DocumentError,
        FormdigitsError,
        InputError,
        ModelError,
        OutputError,
        ServiceError,
        TemplateError,
    )
    from extractor.reading import Reader
    from extractor.values import FieldStatus, Kind, Page, PageResult, PageStatus, Reading
    from formdigits.api import open_reader, read, to_frame

__all__ = [
    "DocumentError",
    "FieldStatus",
    "FormdigitsError",
    "InputError",
    "Kind",
    "ModelError",
    "OutputError",
    "Page",
    "PageResult",
    "PageStatus",
    "Reader",
    "Reading",
    "ServiceError",
    "TemplateError",
    "open_reader",
    "read",
    "to_frame",
]

_VALUES = ("FieldStatus", "Kind", "Page", "PageResult", "PageStatus", "Reading")
_MODULES = {"Reader": "extractor.reading", **dict.fromkeys(_VALUES, "extractor.values")}
_MODULES |= dict.fromkeys(("open_reader", "read", "to_frame"), "formdigits.api")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'formdigits' has no attribute '{name}'")
    # What stands in no other module is an error.
    return getattr(import_module(_MODULES.get(name, "extractor.errors")), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
