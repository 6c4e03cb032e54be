"""What `formdigits read` does, from the paths that it was given to the table and the exit code."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import FrameType

from extractor.documents import find_input_files
from extractor.errors import ExitCode, OutputError
from extractor.export import check_writable, holds_symbols, write_table
from extractor.export.crop_folder import CROP_TABLE, write_crops
from extractor.export.table_rows import files_written
from extractor.options import ReadMode, ReadOptions
from extractor.recognizer.choice import shipped_models
from extractor.recognizer.model_folder import cards_of
from extractor.template import load_template
from formdigits import messages
from formdigits.actions.queue.export import tell_promise
from formdigits.progress import Progress
from workers.database.jobs import find_same
from workers.database.lookup import forms_shown
from workers.database.review.evidence import promised
from workers.database.review.promises import promise_of
from workers.database.store import Store, open_store
from workers.database.versions import with_versions
from workers.early import open_reader
from workers.home import home, processors
from workers.job import RUNNING, Job
from workers.local import begin, job_key, read_job
from workers.lock import job_lock
from workers.pool import InProcess, Pool
from workers.process import ChildProcess
from workers.queue.recipe import form_keys
from workers.review.forms import forms_of
from workers.review.promise import Promise


class Terminated(KeyboardInterrupt):
    """SIGTERM, which ends a run as cleanly as Ctrl-C does."""


def read_to_table(
    inputs: Sequence[str],
    options: ReadOptions,
    *,
    out: str | None = None,
    long: bool = False,
    processes: int | None = None,
    overlay: str | None = None,
    crops: str | None = None,
    restart: bool = False,
    verbose: bool = False,
    early: ChildProcess | None = None,
) -> ExitCode:
    """Reads, writes the output, says how it went on standard error, and returns the exit code. `early` is a process
    that was started to be the first that reads.

    Raises InputError, TemplateError, ModelError, OutputError or ServiceError before anything is read, or when the
    output or the database fails on the way; what was read until then is kept for the next run.
    """
    finding = options.mode is ReadMode.FOUND
    # Fields that are found differ from page to page, so no page is a row of one table: each field is.
    long = long or finding
    given = find_input_files(inputs)
    out = out or (None if sys.stdout.isatty() and not finding else "-")
    if out is not None:
        check_writable(out)
    sentence = "{} cannot be written to {{}}; give {} a folder that you may write to."
    pictures = made_folder(overlay, sentence.format("Pictures", "--overlay")) if overlay else None
    crop_folder = made_folder(crops, sentence.format("Crops", "--crops")) if crops else None
    # Cutting strings into their symbols takes time, so it is done where these are to be seen.
    symbols = bool(overlay or crops or (out and holds_symbols(out)))
    with closing(open_store()) as store:
        options = _as_learned(store, replace(options, symbols=symbols))
        identity = {"inputs": list(inputs), "overlay": overlay, **options.to_dict()}
        forms = form_keys(options)
        key = _key(identity, options)
        options, promise = promised_as_begun(store, key, options, forms, restart=restart)
        factory = partial(open_reader, options)
        # Even on one processor, so that the harm that a bad page does stays in a process of its own.
        processes = processes or max(2, processors())
        watch = Progress()
        if verbose or os.environ.get("FORMDIGITS_DEBUG"):
            messages.log_everything()
        with messages.hushed():
            here = InProcess(factory(), pictures) if processes == 1 else None
        runner = here or Pool(factory, processes, overlay=pictures, verbose=verbose, early=early)
        with runner, job_lock(home(), key), _orderly_end():
            # A template or model that is no good is found here, before there is a job.
            reader = runner.loaded()
            options, fields = replace(options, dpi=reader.dpi), reader.fields
            job = begin(store, key, options, fields, given.documents, restart=restart, forms=forms, promise=promise)
            before = store.counts(job.id)
            if before.done:
                messages.say(
                    f"Continuing: {before.done:,} of {messages.counted(before.pages, 'page')} were already read."
                )
            try:
                started = time.monotonic()
                with watch:
                    read_job(store, job, runner, processes, watch.update)
                seconds = time.monotonic() - started
                _write(store, job, out, long)
                if crop_folder is not None:
                    count = write_crops(crop_folder, store.results(job.id))
                    messages.say(f"{messages.counted(count, 'crop')} in {crops}, with {CROP_TABLE}.")
            except KeyboardInterrupt as stopped:
                messages.say(
                    f"Stopped after {watch.done:,} of {messages.counted(watch.total, 'page')}; "
                    "give the same command again to continue."
                )
                return ExitCode.TERMINATED if isinstance(stopped, Terminated) else ExitCode.INTERRUPTED
            counts = store.counts(job.id)
            messages.summary(
                counts, counts.done - before.done, seconds, store.troubles(job.id, messages.TROUBLES_NAMED)
            )
            messages.written(files_written(out, job.fields, long=long) if out is not None else [])
            messages.left_out(given.left_out)
            tell_promise(store, job.id)
            if out is not None:
                # What was only shown is kept, so that the same command with -o has nothing left to read.
                store.finish(job.id)
    return ExitCode.SOME_UNREAD if counts.unread else ExitCode.DONE


def _as_learned(store: Store, options: ReadOptions) -> ReadOptions:
    """The options with the versions of models that were learned for the forms of their templates."""
    learned = with_versions(store, options, [load_template(path).form for path in options.templates])
    for one in learned.versions:
        messages.say(f"The form {one.form} is read by version {one.number} of what was learned of it.")
    return learned


def promised_as_begun(
    store: Store, key: str, options: ReadOptions, forms: Mapping[str, str], *, restart: bool
) -> tuple[ReadOptions, Promise | None]:
    """The options with the threshold that keeps what is asked for; that of the interrupted job that goes on, if any."""
    same = find_same(store, key) if options.max_error is not None else None
    if same is not None and same.state == RUNNING and not restart:
        return replace(options, accept=same.options.accept), promise_of(store, same.id)
    return promised(store, forms, options)


def made_folder(name: str, sentence: str) -> Path:
    """The folder `name`, made where missing. Raises OutputError with `sentence`, in which `{}` stands for the name."""
    path = Path(name)
    try:
        path.mkdir(parents=True, exist_ok=True)
        writable = os.access(path, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        raise OutputError(sentence.format(name))
    return path


def _key(identity: Mapping[str, object], options: ReadOptions) -> str:
    """A hash of the inputs' names and folder, of the options, and of the templates and models."""
    own = [Path(options.model)] if options.model else [Path(one.model) for one in options.versions]
    contents = [card for folder in (*own, *shipped_models()) for card in cards_of(folder)]
    for name in options.templates:
        form = load_template(name)
        contents += [Path(name), *(card for folder in form.model_paths for card in cards_of(folder))]
        if form.reference_path:
            contents.append(form.reference_path)
    here = {"here": str(Path.cwd()), "version": version("formdigits")}
    return job_key({**here, **identity}, [file for file in contents if file.is_file()])


def _write(store: Store, job: Job, out: str | None, long: bool) -> None:
    if out is None:
        names = [name for name, _ in job.fields]
        messages.table(store.results(job.id), names, store.counts(job.id).pages)
        return
    forms = forms_shown(store, job.id, forms_of(store, job.id))
    write_table(out, store.results(job.id), fields=job.fields, long=long, forms=forms)


@contextmanager
def _orderly_end() -> Iterator[None]:
    """SIGTERM raises Terminated inside the block."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
