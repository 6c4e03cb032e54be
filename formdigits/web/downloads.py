"""Files that are made on request, and removed once they have been sent."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from extractor.errors import ServiceError


def download(home: Path, name: str, media: str, write: Callable[[Path], None]) -> FileResponse:
    """The file that `write` writes to the path that it is given, to be saved as `name`.

    Raises what `write` raises, and ServiceError where there is no room.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix="export-", dir=home))
    except OSError as error:
        raise ServiceError(
            f"The server cannot write the file ({error.strerror}); its owner should free some space."
        ) from None
    try:
        write(folder / name)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    done = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    return FileResponse(folder / name, media_type=media, filename=name, background=done)
