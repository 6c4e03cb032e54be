"""Which files a person means when they name files and folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import NoReturn

from extractor.errors import InputError

DOCUMENT_ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".pdf", ".bmp", ".webp"})

NaturalKey = tuple[tuple[str, int, str] | str, ...]


def find_documents(inputs: Sequence[str | Path]) -> list[str]:
    """The files among `inputs`, and those below its folders that end as documents do, in natural order.

    Natural order is folder by folder (a folder's own files before its sub-folders), page2 before page10, capitals
    no matter. Each path is as it was given, or joined below the folder that was given; each file comes once.
    A file that is named is always taken; below a folder, hidden files and folders are left out.

    Raises InputError: no input, a path that does not exist, a folder without documents or that cannot be listed.
    """
    if not inputs:
        raise InputError("There is nothing to read; name at least one file or folder.")
    found: dict[str, str] = {}
    for given in map(str, inputs):
        # os.path says no where pathlib raises: a name too long, a folder that may not be entered.
        if os.path.isdir(given):  # noqa: PTH112
            files = list(_below(given))
            if not files:
                known = " ".join(sorted(ending[1:] for ending in DOCUMENT_ENDINGS))
                raise InputError(f"The folder {given} holds no documents ({known}); name another folder, or the file.")
        elif os.path.exists(given):  # noqa: PTH110
            files = [given]
        else:
            raise InputError(f"There is no file or folder {given}; check its spelling.")
        for file in files:
            found.setdefault(os.path.realpath(file), file)
    return sorted(found.values(), key=_order)


def natural_key(text: str) -> NaturalKey:
    """A sort key by which numbers inside `text` count as numbers and capitals do not matter."""
    parts = re.split(r"([0-9]+)", text.casefold())
    # The length of a number without its leading zeros goes first: int() refuses numbers of thousands of digits.
    return tuple(_number(part) if i % 2 else part for i, part in enumerate(parts))


def _number(digits: str) -> tuple[str, int, str]:
    bare = digits.lstrip("0")
    return "", len(bare), bare


def _order(file: str) -> tuple[tuple[NaturalKey, ...], NaturalKey, str]:
    path = PurePath(file)
    return tuple(natural_key(part) for part in path.parent.parts), natural_key(path.name), file


def _below(folder: str) -> Iterator[str]:
    for parent, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if PurePath(name).suffix.lower() in DOCUMENT_ENDINGS and not name.startswith((".", "~$")):
                yield os.path.join(parent, name)  # noqa: PTH118 - keeps the folder as the user wrote it


def _refuse(error: OSError) -> NoReturn:
    raise InputError(f"The folder {error.filename} cannot be listed; ask for the right to read it.") from None
