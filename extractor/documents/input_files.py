"""Which files a person means when they name files and folders, and what is left out of the folders."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import NoReturn

from extractor.documents.sniff import SNIFFED_BYTES, is_picture
from extractor.errors import InputError
from extractor.objects import is_object

READ_ENDINGS = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".pdf", ".bmp", ".webp"}
    | {".heic", ".heif", ".hif", ".avif"}
)

_UNREAD = (
    "gif jp2 j2k jpx jpf jxl psd djvu djv xps oxps eps ps pbm pgm ppm pnm tga pcx svg dng cr2 cr3 nef arw orf rw2 raf "
    "heics avifs doc docx odt rtf ppt pptx odp zip rar 7z"
)
_UNREAD_ENDINGS = frozenset(f".{ending}" for ending in _UNREAD.split())
"""Endings of pictures, and of documents that may hold some, which are not read. They are taken along, so that each
becomes a failed page that says so."""

_FOREIGN = (
    "txt csv tsv xls xlsx xlsm ods yaml yml json jsonl md htm html xml ini log db sqlite py js mp4 mov avi mkv m4v 3gp "
    "mp3 m4a wav aae xmp lnk url exe part crdownload download tmp bak"
)
_FOREIGN_ENDINGS = frozenset(f".{ending}" for ending in _FOREIGN.split())
"""Endings of what is left out without a look at its content, among them copies and what is still being written."""

HIDDEN = "hidden"

NaturalKey = tuple[tuple[str, int, str] | str, ...]


@dataclass(frozen=True)
class InputFiles:
    """`documents`: what is to be opened, in natural order. `left_out`: how many files of each kind are no pictures, by
    ending (`.txt`, empty for none) or HIDDEN, the most first."""

    documents: tuple[str, ...]
    left_out: Mapping[str, int]


def find_documents(inputs: Sequence[str | Path]) -> list[str]:
    """The documents of `find_input_files`."""
    return list(find_input_files(inputs).documents)


def find_input_files(inputs: Sequence[str | Path]) -> InputFiles:
    """The files among `inputs`, and the pictures and documents below its folders, in natural order.

    Natural order is folder by folder (a folder's own files before its sub-folders), page2 before page10, capitals
    no matter. Each path is as it was given, or joined below the folder that was given; each file comes once.
    A file that is named is always taken. Below a folder, what is a picture or document by its ending is taken, whether
    it can be read or not, and by its content where the ending says nothing; hidden files and folders are left out.

    Of an object store (`s3://bucket/folder`) what is below a name is taken by its endings. Raises InputError: no input,
    a path that does not exist, a folder without documents or that cannot be listed; ServiceError: a store that does not
    answer.
    """
    if not inputs:
        raise InputError("There is nothing to read; name at least one file or folder.")
    found: dict[str, str] = {}
    others: dict[str, str] = {}
    for given in map(str, inputs):
        if is_object(given):
            _take_objects(given, found, others)
            continue
        # os.path says no where pathlib raises: a name too long, a folder that may not be entered.
        if os.path.isdir(given):  # noqa: PTH112
            files = []
            for file in _below(given):
                kind = _left_out(file)
                if kind is None:
                    files.append(file)
                else:
                    others[os.path.realpath(file)] = kind
            if not files:
                known = " ".join(sorted(ending[1:] for ending in READ_ENDINGS))
                raise InputError(f"The folder {given} holds no documents ({known}); name another folder, or the file.")
        elif os.path.exists(given):  # noqa: PTH110
            files = [given]
        else:
            raise InputError(f"There is no file or folder {given}; check its spelling.")
        for file in files:
            found.setdefault(os.path.realpath(file), file)
    left_out = Counter(kind for file, kind in others.items() if file not in found)
    return InputFiles(tuple(sorted(found.values(), key=_order)), dict(left_out.most_common()))


def _take_objects(address: str, found: dict[str, str], others: dict[str, str]) -> None:
    """Objects at the address and below, by their names alone: to look into each would be to fetch it."""
    # Imported here: only who reads from a store needs it.
    from extractor.objects.object_store import list_below

    count = len(found)
    for one, _ in list_below(address):
        name = PurePath(one).name
        if one == address.rstrip("/") or (is_document_name(name) and not name.startswith(".")):
            found.setdefault(one, one)
        else:
            others[one] = HIDDEN if name.startswith(".") else PurePath(one).suffix.lower()
    if len(found) == count and not any(one.startswith(address) for one in found):
        raise InputError(f"There are no documents at {address}; check its spelling.")


def is_document_name(name: str) -> bool:
    """Whether a file called `name` is a picture or document by its ending, one that is read or not."""
    return PurePath(name).suffix.lower() in READ_ENDINGS | _UNREAD_ENDINGS


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
            yield os.path.join(parent, name)  # noqa: PTH118 - keeps the folder as the user wrote it


def _left_out(file: str) -> str | None:
    """The kind of a file that is no picture; None for what is to be opened."""
    path = PurePath(file)
    ending = path.suffix.lower()
    if path.name.startswith((".", "~$")) or path.name.lower() in ("thumbs.db", "desktop.ini"):
        return HIDDEN
    if is_document_name(path.name):
        return None
    return ending if ending in _FOREIGN_ENDINGS or not _holds_picture(file) else None


def _holds_picture(file: str) -> bool:
    try:
        if not stat.S_ISREG(os.stat(file).st_mode):  # noqa: PTH116 - to open a pipe is to wait for its writer
            return False
        with open(file, "rb") as stream:  # noqa: PTH123
            return is_picture(stream.read(SNIFFED_BYTES))
    except PermissionError:
        return True
    except OSError:
        return False


def _refuse(error: OSError) -> NoReturn:
    raise InputError(f"The folder {error.filename} cannot be listed; ask for the right to read it.") from None
