"""One job that was put aside for this machine, read in a process of its own that the server starts.

It ends with the server, also when that is killed; what was read until then is kept, and the job goes on when the server
is back.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection

from extractor.errors import FormdigitsError, InputError
from extractor.options import ReadOptions
from workers.database.jobs import find_job
from workers.database.store import open_store
from workers.home import home, processors
from workers.job import RUNNING
from workers.local import read_job
from workers.lock import job_lock
from workers.pool import Pool
from workers.queue.recipe import unpacked
from workers.work import PageReader


@dataclass(frozen=True)
class End:
    """How it ended: `taken` says that another server's process has the job; `problem` is a sentence, empty if none."""

    problem: str = ""
    taken: bool = False


def main(pipe: Connection, job: str, opener: Callable[[ReadOptions], PageReader]) -> None:
    """Reads `job` with the readers that `opener` makes, and sends its `End`."""
    pipe.send(_end(job, opener))


def _end(job: str, opener: Callable[[ReadOptions], PageReader]) -> End:
    try:
        with job_lock(home(), job):
            _read(job, opener)
    except InputError:
        return End(taken=True)
    except FormdigitsError as error:
        return End(str(error))
    except Exception as error:
        return End("".join(traceback.format_exception_only(error)).strip())
    return End()


def _read(name: str, opener: Callable[[ReadOptions], PageReader]) -> None:
    store = open_store()
    job = find_job(store, name)
    if job is None or job.state != RUNNING:
        return
    # Even on one processor, so that the harm that a bad page does stays in a process of its own.
    processes = max(2, processors())
    with Pool(partial(opener, unpacked(store, job)), processes) as pool:
        read_job(store, job, pool, processes, lambda _what, _done, _of: None)
    store.finish(job.id)
