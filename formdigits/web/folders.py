"""The folders from which jobs may read, and nothing outside of them, whatever is asked for and wherever links lead."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from extractor.documents import find_documents
from extractor.documents.input_files import is_document_name, natural_key
from extractor.errors import InputError


@dataclass(frozen=True)
class Inside:
    """What is in a folder: its sub-folders' names, and how many documents lie in it (not below)."""

    path: str
    folders: tuple[str, ...]
    documents: int


class Folders:
    """`roots` are the folders by the names that they are shown by: paths begin with such a name, as in `scans/2024`."""

    def __init__(self, roots: tuple[tuple[str, Path], ...]) -> None:
        self._roots = dict(roots)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._roots)

    @property
    def roots(self) -> tuple[str, ...]:
        """Where they really lie."""
        return tuple(map(str, self._roots.values()))

    def look(self, path: str) -> Inside:
        """What is in the folder `path`. Raises InputError."""
        folder = self._real(path)
        try:
            entries = [entry for entry in os.scandir(folder) if not entry.name.startswith(".")]
        except OSError:
            raise self._none(path) from None
        folders = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False) and entry.name.isprintable()]
        documents = sum(entry.is_file() and is_document_name(entry.name) for entry in entries)
        return Inside(self.shown(str(folder)) or path, tuple(sorted(folders, key=natural_key)), documents)

    def documents(self, path: str) -> list[str]:
        """The documents in the folder `path` and below, by their real paths, in natural order. Raises InputError."""
        folder = self._real(path)
        try:
            found = [os.path.realpath(file) for file in find_documents([folder])]
        except InputError as error:
            raise InputError(str(error).replace(str(folder), path)) from None
        inside = [file for file in found if self.shown(file) is not None]
        if not inside:
            raise InputError(f"The folder {path} holds links to other places only; give --folder those as well.")
        return list(dict.fromkeys(inside))

    def shown(self, file: str) -> str | None:
        """How a path is shown: from the name of its folder on. None for what lies outside of them."""
        for name, root in self._roots.items():
            path = Path(file)
            if path.is_relative_to(root):
                return "/".join((name, *path.relative_to(root).parts))
        return None

    def _real(self, path: str) -> Path:
        name, _, below = path.partition("/")
        root = self._roots.get(name)
        if root is None or "\0" in below:
            raise self._none(path)
        try:
            folder = (root / below.lstrip("/")).resolve()
            fine = folder.is_relative_to(root) and folder.is_dir()
        except (OSError, RuntimeError, UnicodeEncodeError):
            fine = False
        if not fine:
            raise self._none(path)
        return folder

    def _none(self, path: str) -> InputError:
        known = ", ".join(self._roots) or "none; start the server with --folder to have some"
        return InputError(f"There is no folder '{path}' that the server may read. It may read: {known}.")
