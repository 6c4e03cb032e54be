"""One process at a time for one job, by a lock that dies with its process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from extractor.errors import InputError, ServiceError


@contextmanager
def job_lock(folder: Path, key: str) -> Iterator[None]:
    """Holds the job `key` while the block runs. Raises InputError when another process holds it.

    The lock is the kernel's, on a file in `folder`: a killed process cannot leave it behind.
    """
    path = folder / f"{key[:32]}.lock"
    try:
        descriptor = _locked(path)
    except BlockingIOError:
        raise InputError(
            "The same job is being read by another process; wait until it has finished, or stop it."
        ) from None
    except OSError as error:
        raise ServiceError(
            f"The lock {path} cannot be taken ({error.strerror}); set FORMDIGITS_HOME to a folder on a local disk."
        ) from None
    try:
        yield
    finally:
        # Removed while still held: who waits for this file finds it gone, and makes a new one.
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _locked(path: Path) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), path.stat()):
                    return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
