"""Files that appear whole or not at all (written beside their target under another name, then renamed into place), and
names of files about one page."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from extractor.errors import OutputError

NAME_BYTES = 120
"""Of a document's name, in names of files about its pages."""


class Draft:
    """A file in the making for `out`, in a hidden folder of its own beside it (so on the same disk).

    `path` is where to write it; other files that the making needs may stand beside it in `folder`. `publish` puts
    it in place of `out`; `discard` takes away whatever is left and may be called at any time.

    Raises OutputError where `out` cannot be written.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        with telling(out):
            # Through a symbolic link, the file that it names is replaced and the link stays.
            self._target = Path(os.path.realpath(out))
            _refuse(out, self._target)
            self.folder = Path(tempfile.mkdtemp(prefix=".formdigits-", dir=self._target.parent))
        self.path = self.folder / self._target.name

    def publish(self) -> None:
        """Put the written file in place of `out`, in one step, with the permissions that `out` had."""
        with telling(self.out):
            if self._target.exists():
                with contextlib.suppress(OSError):
                    shutil.copymode(self._target, self.path)
            # Without this, a power cut soon after could leave an empty file under the right name.
            with self.path.open("rb+") as file:
                os.fsync(file.fileno())
            self.path.replace(self._target)
        self.discard()

    def discard(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _refuse(out: Path, target: Path) -> None:
    if target.is_dir():
        raise OutputError(f"{out} is a folder; give the name of a file in it, such as {out / 'readings.csv'}.")
    if target.exists() and not target.is_file():
        raise OutputError(f"{out} is no ordinary file; give another name.")
    if not target.parent.exists():
        raise OutputError(f"There is no folder {out.parent}; make it first, or give a name in another folder.")
    if not target.parent.is_dir():
        raise OutputError(f"{out.parent} is a file and not a folder; give a name in a folder.")


def page_name(file: str, page: int) -> str:
    """`scan-p3-1f2e3d4c5b6a`: document, page, and a mark that differs for documents of the same name."""
    # No dash begins it: in a table a spreadsheet would take that for a formula, and a command for an option.
    stem = re.sub(r"[^\w-]+", "_", Path(file).stem).strip("_-") or "page"
    stem = stem.encode("utf-8", "replace")[:NAME_BYTES].decode("utf-8", "ignore")
    mark = hashlib.blake2b(file.encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()
    return f"{stem}-p{page}-{mark}"


def write_whole(out: Path, content: bytes) -> None:
    """Write `content` to `out`, whole or not at all. Raises OutputError."""
    draft = Draft(out)
    try:
        with telling(out):
            draft.path.write_bytes(content)
        draft.publish()
    finally:
        draft.discard()


def check_place(out: Path) -> None:
    """Raise OutputError where no file can be written as `out`: found by making one beside it and removing it."""
    draft = Draft(out)
    try:
        with telling(out):
            draft.path.write_bytes(b"\n" * 4096)
    finally:
        draft.discard()


@contextlib.contextmanager
def telling(out: Path | str) -> Iterator[None]:
    """Turns an OSError in the block into the OutputError that says it in a sentence."""
    try:
        yield
    except OSError as error:
        raise OutputError(_sentence(out, error)) from error


def _sentence(out: Path | str, error: OSError) -> str:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"There is no space left to write {out}; free some, or write to another disk."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"{out} may not be written; give another folder, or see who may write there."
        case errno.ENAMETOOLONG:
            return f"The name {out} is too long for this disk; give a shorter one."
        case _:
            return (
                f"{out} could not be written ({error.strerror or error}); check the disk, or write to another folder."
            )
