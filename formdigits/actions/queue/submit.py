"""`formdigits submit`: from paths to a job that workers read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import click

from extractor import reading as extractor_reading
from extractor.documents import find_input_files
from extractor.errors import ExitCode, ServiceError
from extractor.export import check_writable
from extractor.options import ReadOptions
from extractor.reading import Reader
from extractor.values import Kind
from formdigits import messages
from formdigits.actions.queue.export import tell, write
from formdigits.actions.queue.status import OUTAGE_S, follow
from workers.database.jobs import find_same
from workers.database.queue.ledger import put_in, same_key
from workers.database.review.evidence import promised
from workers.database.store import Store, open_store
from workers.database.versions import with_versions
from workers.job import NORMAL, FileState, absolute
from workers.queue.dispatch import Broker, sweep
from workers.queue.recipe import Recipe, make_recipe
from workers.review.promise import Promise, in_words


def prepared(
    options: ReadOptions, opener: Callable[[ReadOptions], Reader] | None = None
) -> tuple[Recipe, tuple[tuple[str, Kind], ...]]:
    """The recipe, and the columns of what is read by it. Raises TemplateError or ModelError."""
    with messages.hushed():
        reader = (opener or extractor_reading.open_reader)(options)
    return make_recipe(replace(options, dpi=reader.dpi)), reader.fields


def as_kept(
    store: Store,
    options: ReadOptions,
    recipe: Recipe,
    fields: tuple[tuple[str, Kind], ...],
    prepare: Callable[[ReadOptions], tuple[Recipe, tuple[tuple[str, Kind], ...]]],
) -> tuple[ReadOptions, Recipe, tuple[tuple[str, Kind], ...], Promise | None]:
    """Options and recipe with the versions of models that were learned for its forms, and with the threshold that keeps
    what is to be promised; and the promise, if one was asked for."""
    learned = with_versions(store, options, recipe.forms)
    if learned.versions:
        options, (recipe, fields) = learned, prepare(learned)
    options, promise = promised(store, recipe.forms, options)
    if promise is not None:
        recipe, fields = prepare(options)
    return options, recipe, fields, promise


def submit_job(
    inputs: Sequence[str],
    options: ReadOptions,
    *,
    queue: str = "formdigits",
    priority: int = NORMAL,
    again: bool = False,
    wait: bool = False,
    out: str | None = None,
    long: bool = False,
) -> ExitCode:
    """Puts the job into the queue, prints its id, and waits for its end where asked to. Returns the exit code."""
    recipe, fields = prepared(options)
    if out is not None:
        check_writable(out)
    given = find_input_files(inputs)
    # Workers may run elsewhere, in other folders.
    files = [FileState.of(absolute(file)) for file in given.documents]
    store = open_store(patience_s=OUTAGE_S)
    options, recipe, fields, promise = as_kept(store, options, recipe, fields, prepared)
    broker = Broker()
    broker.check()
    key = same_key(recipe, files)
    job = None if again else find_same(store, key)
    if job is None:
        job = put_in(
            store, recipe, fields, files, queue=queue, key=key, again=again, priority=priority, promise=promise
        )
        click.echo(job.id)
        if promise is not None:
            messages.say(in_words(promise))
        messages.say(
            f"{messages.counted(len(files), 'file')} in job {job.id}; 'formdigits status {job.id}' says how far."
        )
    else:
        click.echo(job.id)
        messages.say(
            f"These very files are job {job.id} already ({job.state}); nothing was added. "
            "To read them once more, give --again."
        )
    messages.left_out(given.left_out)
    try:
        sweep(store, broker)
    except ServiceError as error:
        raise ServiceError(f"Job {job.id} is kept, and is read as soon as the broker is back: {error}") from error
    if not wait:
        return ExitCode.DONE
    code = follow(store, broker, job.id)
    if code is not None:
        return code
    if out:
        counts = write(store, job, out, long=long)
    else:
        counts = store.counts(job.id)
        tell(store, job.id, counts)
    return ExitCode.SOME_UNREAD if counts.unread else ExitCode.DONE
