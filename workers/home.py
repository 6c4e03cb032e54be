"""Where jobs and state live on this machine, and which database holds them."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from extractor.errors import ServiceError

BROKER_WAIT_S = 2
"""How long to wait for the broker before saying that it is away."""


def home() -> Path:
    """The folder for jobs and state: `$FORMDIGITS_HOME`, else the user's data folder. It is made where missing, for its
    owner alone.

    Raises ServiceError when it cannot be made or written to.
    """
    chosen = os.environ.get("FORMDIGITS_HOME")
    folder = Path(chosen).expanduser() if chosen else platformdirs.user_data_path("formdigits")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        raise ServiceError(
            f"The folder {folder}, where jobs are kept, cannot be written to; "
            f"set FORMDIGITS_HOME to a folder of your own that can."
        )
    return folder


def database_url() -> str:
    """The database of jobs: `$FORMDIGITS_DATABASE_URL`, else a SQLite file in `home()`. Raises ServiceError."""
    return os.environ.get("FORMDIGITS_DATABASE_URL") or f"sqlite:///{home() / 'jobs.sqlite'}"


def broker_url() -> str:
    """The broker of the queue: `$FORMDIGITS_BROKER_URL`, else Redis on this machine."""
    return os.environ.get("FORMDIGITS_BROKER_URL") or "redis://127.0.0.1:6379/0"


def processors() -> int:
    """How many processors this process may use, as its affinity and its container allow."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        return max(1, min(count, round(int(quota) / int(period))))
    except (OSError, ValueError):
        return count
