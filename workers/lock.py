"""One process at a time for one job, by a lock that dies with its process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from extractor.errors import InputError, ServiceError


@contextmanager
def job_lock(folder: Path, key: str) -> Iterator[None]:
    """Holds the job `key` while the block runs. Raises InputError when another process holds it.

    The lock is the system's, on a file in `folder`: a killed process cannot leave it behind.
    """
    lock = FileLock(folder / f"{key[:32]}.lock", timeout=0, mode=0o600, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        raise InputError(
            "The same job is being read by another process; wait until it has finished, or stop it."
        ) from None
    except OSError as error:
        raise ServiceError(
            f"The lock {lock.lock_file} cannot be taken ({error.strerror}); "
            "set FORMDIGITS_HOME to a folder on a local disk."
        ) from None
    try:
        yield
    finally:
        # Removed while still held: whoever waits for this file finds it gone. Windows removes no file that is open.
        with suppress(OSError):
            Path(lock.lock_file).unlink()
        lock.release()
