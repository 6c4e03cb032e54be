"""Jobs, uploads and templates that go: when somebody deletes them, and when they are older than the server keeps."""

from __future__ import annotations

import logging
import shutil
import threading
import time

from extractor.errors import FormdigitsError, InputError
from formdigits.web.batches import Batches
from formdigits.web.forms import Forms
from formdigits.web.jobs.kept_exports import KeptExports
from formdigits.web.jobs.learning import LearningForms
from formdigits.web.jobs.runner import Runner
from formdigits.web.jobs.storage import Storage
from workers.database.jobs import find_job, never_entered
from workers.database.removal import drop_recipe, expired_jobs, files_in, is_used
from workers.database.store import Store
from workers.home import home
from workers.job import ACTIVE, Job
from workers.lock import job_lock

LOOKED_AT_EVERY_S = 600.0
"""How often to look for what is too old."""

LONGEST_ENTERING_S = 24 * 3600
"""Nobody takes longer to write down a job's documents."""

log = logging.getLogger(__name__)


class Removal:
    """Deletes jobs with the files that were sent for them, and with `keep_s` all that nobody has used for so long."""

    def __init__(
        self,
        store: Store,
        batches: Batches,
        forms: Forms,
        *,
        runner: Runner,
        storage: Storage,
        exports: KeptExports,
        learning: LearningForms,
        keep_s: float | None,
    ) -> None:
        self._store, self._batches, self._forms, self._runner, self._storage = store, batches, forms, runner, storage
        self._exports, self._learning = exports, learning
        self.keep_s = keep_s
        self._stopped = threading.Event()

    def start(self) -> None:
        """Looks for what is too old, now and then, until stopped."""
        for name in never_entered(self._store, time.time() - LONGEST_ENTERING_S):
            self._store.forget(name)
        if self.keep_s is not None:
            threading.Thread(target=self._run, name="removal", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def delete(self, job: Job) -> None:
        """Removes the job, with its readings, what people said of them, and its uploads unless another job has them.

        One that is being read is stopped. Raises InputError for one that 'formdigits read' is reading, and
        ServiceError.
        """
        if job.queue is None and job.recipe is None:
            try:
                with job_lock(home(), job.key):
                    self._delete(job)
            except InputError:
                raise InputError("This job is being read by 'formdigits read'; stop that first.") from None
        else:
            if job.state in ACTIVE:
                self._runner.cancel(job.id)
            self._delete(job)

    def sweep(self, now: float) -> None:
        """Removes what nobody has used since `keep_s` seconds before `now`. Raises ServiceError."""
        assert self.keep_s is not None
        since = now - self.keep_s
        for name in expired_jobs(self._store, since):
            job = find_job(self._store, name)
            if job is not None:
                try:
                    self.delete(job)
                except InputError as error:
                    log.warning("job %s stays: %s", name, error)
        for batch in self._batches.older_than(since):
            self._drop_unused(batch)
        for form in self._forms.unused_since(since):
            self._forms.delete(form)
        self._storage.freed()

    def _delete(self, job: Job) -> None:
        sent = files_in(self._store, job.id, f"{self._batches.root}/")
        batches = {file.rpartition("/")[0].rpartition("/")[2] for file in sent}
        self._store.forget(job.id)
        self._exports.drop(job.id)
        self._learning.drop(job.id)
        if job.recipe is not None and drop_recipe(self._store, job.recipe):
            shutil.rmtree(home() / "recipes" / job.recipe, ignore_errors=True)
        for batch in batches:
            self._drop_unused(batch)
        self._storage.freed()

    def _drop_unused(self, batch: str) -> None:
        if not is_used(self._store, f"{self._batches.root}/{batch}/"):
            self._batches.drop(batch)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.sweep(time.time())
            except FormdigitsError as error:
                log.warning("%s", error)
            self._stopped.wait(LOOKED_AT_EVERY_S)
