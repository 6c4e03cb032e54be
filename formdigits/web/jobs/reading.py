"""Reads one job that was put aside for this machine; the server starts `python -m formdigits.web.jobs.reading JOB`.

It ends with the server, also when that is killed; what was read until then is kept, and the job goes on when the server
is back. Exit codes: 0 done, 75 another process has the job, else as everywhere, with a sentence on standard error.
"""

from __future__ import annotations

import os
import sys
import threading
from functools import partial

from extractor import reading as extractor_reading
from extractor.errors import FormdigitsError, InputError
from extractor.reading import ReadOptions
from workers.home import home, processors
from workers.local import carry_out
from workers.lock import job_lock
from workers.lookup import find_job
from workers.pool import Pool
from workers.queue.recipe import unpacked
from workers.schema import RUNNING
from workers.store import open_store

TAKEN = 75
"""Exit code for 'try again later', as sysexits.h has it."""


def main(job: str) -> int:
    threading.Thread(target=_end_with_server, daemon=True).start()
    try:
        with job_lock(home(), job):
            return _read(job)
    except InputError:
        return TAKEN
    except FormdigitsError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def _read(name: str) -> int:
    store = open_store()
    job = find_job(store, name)
    if job is None or job.state != RUNNING:
        return 0
    options = job.options
    templates = unpacked(store, job.recipe or "", options["templates"])
    asked = ReadOptions(templates, options["single_field"], options["accept"], options["engine"])
    # Even on one processor, so that the harm that a bad page does stays in a process of its own.
    processes = max(2, processors())
    with Pool(partial(extractor_reading.open_reader, asked), processes) as pool:
        carry_out(store, job, pool, processes, lambda _what, _done, _of: None)
    store.finish(job.id)
    return 0


def _end_with_server() -> None:
    """The server holds the other end of standard input, and lets go of it however it ends."""
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
