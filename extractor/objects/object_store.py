"""What is done with objects: listed, looked at, fetched and put, with bounds, patience and errors in one sentence."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from extractor.errors import DocumentError, ServiceError

TRIES = 5
"""How often a request is made, after longer and longer pauses, while the store is overloaded or does not answer."""

CONNECT_S, ANSWER_S = 5, 30
"""How long the store may take to be reached, and to send the next bytes."""

COPIES_BYTES = 2_000_000_000
COPIES_KEPT_S = 3600
"""Copies of documents of many pages, which several processes of this machine read: how much, and how long after use."""


class ObjectState(NamedTuple):
    """An object as its store tells: bytes, and a mark that is another one for another content (its ETag)."""

    size: int
    mark: str

    @property
    def number(self) -> int:
        """The mark as a number of 60 bits, for where a file has its time."""
        return int(hashlib.sha256(self.mark.encode()).hexdigest()[:15], 16)

    @property
    def content(self) -> str:
        """What is the same for the same content as far as the store tells, without reading it: 64 hexadecimals."""
        return hashlib.sha256(f"{self.mark} {self.size}".encode()).hexdigest()


_listed: dict[str, ObjectState] = {}
"""What listings have told of objects in this process, so that nobody asks for each again."""


def list_below(address: str) -> Iterator[tuple[str, ObjectState]]:
    """The objects at the address and below, in the store's order. Raises ServiceError."""
    store, path = _store(address)
    with _told(address):
        found: dict[str, Any] = store.find(path, detail=True)
    scheme = address.partition("://")[0]
    for name, info in found.items():
        # Some make an empty object with a slash at its end for a folder.
        if not name.endswith("/"):
            one = f"{scheme}://{name.lstrip('/')}"
            _listed[one] = _state(info)
            yield one, _listed[one]


def state_of(address: str, *, fresh: bool = False) -> ObjectState | None:
    """The object as it is, or as it was when it was listed unless that must be `fresh`; None where there is none.

    Raises ServiceError.
    """
    if not fresh and address in _listed:
        return _listed[address]
    store, path = _store(address)
    with _told(address):
        try:
            return _state(store.info(path))
        except FileNotFoundError:
            return None


def fetched(address: str, most: int) -> bytes:
    """The object's bytes, at most one more than `most`. Raises DocumentError."""
    store, path = _store(address)
    with _of_document():
        content: bytes = store.cat_file(path, start=0, end=most + 1)
    return content


def copied(address: str, most: int) -> Path:
    """A copy of the object on this machine, which others use as well and nobody may change. Raises DocumentError."""
    store, path = _store(address)
    with _of_document():
        state = _state(store.info(path))
        if state.size > most:
            raise DocumentError(f"The file has more than the {most / 1e6:,.0f} MB that are read; split it.")
        folder = Path(tempfile.gettempdir()) / f"formdigits-copies-{os.getuid() if hasattr(os, 'getuid') else 0}"
        folder.mkdir(mode=0o700, exist_ok=True)
        if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
            raise DocumentError(f"The folder {folder} is another user's; remove it, or set TMPDIR.")
        copy = folder / hashlib.sha256(f"{address} {state.mark}".encode()).hexdigest()
        if not copy.exists():
            _make_room(folder, state.size)
            handle, draft = tempfile.mkstemp(dir=folder)
            os.close(handle)
            try:
                store.get_file(path, draft)
                Path(draft).replace(copy)
            finally:
                Path(draft).unlink(missing_ok=True)
        os.utime(copy)
    return copy


def put(file: Path, address: str) -> None:
    """Puts the file there, whole or not at all. Raises ServiceError."""
    store, path = _store(address)
    with _told(address):
        store.put_file(str(file), path)


def remove(address: str) -> None:
    """Takes the object away. Raises ServiceError."""
    store, path = _store(address)
    with _told(address):
        store.rm_file(path)


@lru_cache(maxsize=8)
def _opened(scheme: str, _process: int) -> Any:
    # Imported here: it takes longer than reading a page.
    import fsspec

    options: dict[str, Any] = {"use_listings_cache": False}
    if scheme in ("s3", "s3a"):
        # Credentials, region and address by the usual environment.
        patience = {"retries": {"max_attempts": TRIES, "mode": "standard"}}
        options["config_kwargs"] = {**patience, "connect_timeout": CONNECT_S, "read_timeout": ANSWER_S}
    try:
        return fsspec.filesystem(scheme, **options)
    except ImportError as error:
        raise ServiceError(f"Objects of {scheme}:// need another package ({error}); pip install it.") from None


def _store(address: str) -> tuple[Any, str]:
    scheme, _, path = address.partition("://")
    # One per process: its connections and its thread do not survive a fork.
    return _opened(scheme, os.getpid()), path


def _state(info: dict[str, Any]) -> ObjectState:
    known = (info.get(name) for name in ("ETag", "etag", "md5Hash", "content_md5", "LastModified", "mtime", "created"))
    mark = next((str(one) for one in known if one), "")
    return ObjectState(int(info.get("size") or 0), mark.strip('"'))


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Errors of the store as one sentence."""
    try:
        yield
    except ServiceError:
        raise
    except Exception as error:
        raise ServiceError(
            f"{address} cannot be reached ({_why(error)}); see whether the store is there and its credentials are set."
        ) from error


@contextmanager
def _of_document() -> Iterator[None]:
    """The same where one document is concerned, of which a failed page will tell."""
    try:
        yield
    except (DocumentError, ServiceError):
        raise
    except FileNotFoundError:
        raise DocumentError("The object is not there any more; put it back and read it again.") from None
    except PermissionError:
        raise DocumentError("The object may not be read; see whether the credentials allow it.") from None
    except Exception as error:
        raise DocumentError(
            f"The object could not be fetched ({_why(error)}); read it again when its store answers."
        ) from error


def _why(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(".")[:200]


def _make_room(folder: Path, size: int) -> None:
    """Takes copies away that nobody has used for long, and the oldest ones while there are too many."""
    found = []
    for one in folder.iterdir():
        with suppress(OSError):
            state = one.stat()
            found.append((state.st_mtime, state.st_size, one))
    left = sum(bytes_ for _, bytes_, _ in found) + size
    for used, bytes_, one in sorted(found, key=lambda each: each[0]):
        if used < time.time() - COPIES_KEPT_S or left > COPIES_BYTES:
            # Who has it open keeps what is in it.
            with suppress(OSError):
                one.unlink()
            left -= bytes_
