"""Files that a browser sends: recognised by their content, stored under generated names."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

from extractor.documents.sniff import SNIFFED_BYTES, Format, sniff
from extractor.errors import DocumentError, InputError, ServiceError

UPLOAD_BYTES = 256_000_000
"""Of one file."""

BATCH_BYTES = 512_000_000
"""Bytes of one request."""

BATCH_FILES = 500
"""In one request, and so in one batch."""

ENDING = {
    Format.PNG: ".png",
    Format.JPEG: ".jpg",
    Format.BMP: ".bmp",
    Format.WEBP: ".webp",
    Format.TIFF: ".tif",
    Format.PDF: ".pdf",
    Format.HEIC: ".heic",
    Format.AVIF: ".avif",
}
NAMES = "names.json"
BATCH = re.compile(r"[0-9a-f]{32}")
PIECE = 1 << 20


@dataclass(frozen=True)
class Upload:
    """A file that was sent: the name that its sender gave it, its kind, and where it is stored."""

    name: str
    kind: Format
    path: Path


def plain_name(given: str | None) -> str:
    """The name that a sender gave a file, fit to be shown: without folders and control characters, and not too long."""
    name = PureWindowsPath(PurePosixPath(given or "").name).name
    shown = "".join(letter for letter in name if letter.isprintable()).strip()
    return shown[:200] if shown.strip(".") else "unnamed"


def keep(stream: BinaryIO, name: str | None, folder: Path, stem: str) -> Upload:
    """Stores the file in `folder` as `stem` with the ending of its kind.

    Raises DocumentError, naming the file, for what is no picture and no PDF, is empty or too large; ServiceError when
    there is no room for it.
    """
    shown = plain_name(name)
    head = stream.read(SNIFFED_BYTES)
    if not head:
        raise DocumentError(f"{shown}: The file is empty; scan or copy it again.")
    try:
        kind = sniff(head)
    except DocumentError as error:
        raise DocumentError(f"{shown}: {error}") from None
    path = folder / f"{stem}{ENDING[kind]}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("xb") as out:
            size, piece = 0, head
            while piece:
                size += len(piece)
                if size > UPLOAD_BYTES:
                    raise DocumentError(
                        f"{shown}: The file has more than the {UPLOAD_BYTES / 1e6:.0f} MB that are taken; split it."
                    )
                out.write(piece)
                piece = stream.read(PIECE)
    except DocumentError:
        path.unlink(missing_ok=True)
        raise
    except OSError as error:
        path.unlink(missing_ok=True)
        raise ServiceError(
            f"The server cannot keep the file ({error.strerror}); its owner should free some space on the disk."
        ) from None
    return Upload(shown, kind, path)


class Batches:
    """Uploads that wait for a job, a folder for each batch below `home`; or with `store`, the name of a place in an
    object store, there: then workers need no folder of this machine."""

    def __init__(self, home: Path, store: str | None = None) -> None:
        self._folder = home / "uploads"
        self._place = str(self._folder) if store is None else f"{store.rstrip('/')}/uploads"
        self._stored = store is not None

    @property
    def root(self) -> str:
        """The folder, or the place in the store, that holds all of them."""
        return self._place

    def begin(self) -> str:
        """The id of a new batch; whoever knows it may use it."""
        return secrets.token_hex(16)

    def folder(self, batch: str) -> Path:
        """Where a batch's files are put first. Raises InputError for what is no id."""
        if not BATCH.fullmatch(batch):
            raise InputError(f"'{plain_name(batch)}' is no batch of uploads; send the files anew.")
        return self._folder / batch

    def close(self, batch: str, uploads: Sequence[Upload]) -> None:
        """Records the names that the sender gave the batch's files. Raises ServiceError when there is no room, or the
        store does not answer."""
        names = {upload.path.name: upload.name for upload in uploads}
        path = self.folder(batch) / NAMES
        draft = path.with_suffix(".draft")
        try:
            draft.write_text(json.dumps(names), encoding="utf-8")
            draft.rename(path)
        except OSError as error:
            raise ServiceError(
                f"The server cannot keep the files ({error.strerror}); its owner should free some space on the disk."
            ) from None
        if self._stored:
            # Imported here: only who has a store needs it.
            from extractor.objects.object_store import put

            # The names last: a batch is known by them. Here they stay too, so that nobody asks for them again.
            for file in (*(upload.path for upload in uploads), path):
                put(file, f"{self._place}/{batch}/{file.name}")
            for upload in uploads:
                upload.path.unlink()

    def drop(self, batch: str) -> None:
        """Removes a batch that nobody needs, or that could not be kept whole."""
        if self._stored:
            from extractor.objects.object_store import list_below, remove

            with suppress(ServiceError):
                for one, _ in list(list_below(f"{self._place}/{batch}/")):
                    remove(one)
        shutil.rmtree(self.folder(batch), ignore_errors=True)

    def older_than(self, since: float) -> list[str]:
        """The ids of batches that came to this machine before the time `since` (seconds since 1970)."""
        found = []
        with suppress(OSError):
            for folder in self._folder.iterdir():
                with suppress(OSError):
                    if BATCH.fullmatch(folder.name) and folder.stat().st_mtime < since:
                        found.append(folder.name)
        return found

    def files(self, batch: str) -> list[str]:
        """Paths of a batch's files, in the order in which they came. Raises InputError where there is no such batch."""
        folder = self.folder(batch)
        try:
            # They are remembered, and may be gone with their job.
            if not self._stored:
                (folder / NAMES).stat()
            elif not self._is_stored(batch):
                raise FileNotFoundError(batch)
            names = self._names(batch)
        except (OSError, ValueError, DocumentError):
            raise InputError(f"There is no batch of uploads {batch}; send the files anew.") from None
        return [f"{self._place}/{batch}/{name}" for name in names]

    def shown(self, file: str) -> str | None:
        """What the sender of `file` calls it; None for a file that is no upload."""
        place, _, name = file.rpartition("/")
        root, _, batch = place.rpartition("/")
        if root != self._place or not BATCH.fullmatch(batch):
            return None
        try:
            return self._names(batch).get(name)
        except (OSError, ValueError, DocumentError):
            return None

    def _is_stored(self, batch: str) -> bool:
        from extractor.objects.object_store import state_of

        return state_of(f"{self._place}/{batch}/{NAMES}", fresh=True) is not None

    def _names(self, batch: str) -> dict[str, str]:
        path = self._folder / batch / NAMES
        return _names(path, f"{self._place}/{batch}/{NAMES}" if self._stored and not path.exists() else None)


@lru_cache(maxsize=256)
def _names(path: Path, address: str | None) -> dict[str, str]:
    # Written once, before anybody knows of the batch; another server may have taken it.
    if address is None:
        names: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    else:
        from extractor.objects.object_store import fetched

        names = json.loads(fetched(address, BATCH_BYTES))
    return names
