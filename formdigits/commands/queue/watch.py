"""`formdigits watch`: read whatever is put into a folder."""

from __future__ import annotations

import click

from formdigits.commands import shared_options

HELP = """Send whatever is put into FOLDER to the workers, until stopped. All of it goes into one job, whose id is
printed. FOLDER may be a place in an object store (s3://bucket/inbox), of which every object is taken as it comes.

A file is taken once its size and time have not changed for two seconds, or for a minute where its end is missing: who
writes it may pause. The same content under another name, or after a
restart, is not read again. Files that cannot be read stay where they are; the job's export lists them as failed.

Exit codes: 0 stopped; 2 wrong usage; 3 the broker or the database cannot be reached at the start.
"""


@click.command(help=HELP)
@click.argument("folder")
@shared_options.templates
@shared_options.single_field
@shared_options.accept
@click.option("--queue", default="formdigits", show_default=True, metavar="NAME", help="Queue for the job.")
@click.option("--move-to", metavar="DIR", help="Move files that were read to this folder.")
def watch(
    folder: str,
    *,
    templates: tuple[str, ...],
    single_field: bool,
    accept: float,
    queue: str,
    move_to: str | None,
) -> None:
    import signal
    from pathlib import Path

    from extractor.objects import is_object
    from extractor.options import ReadOptions
    from formdigits import messages
    from formdigits.actions.queue.submit import as_kept, prepared
    from formdigits.actions.queue.watch import Watcher
    from formdigits.actions.read import made_folder
    from workers.database.jobs import find_same
    from workers.database.queue.ledger import put_in
    from workers.database.store import open_store
    from workers.local import job_key
    from workers.queue.dispatch import Broker

    if is_object(folder) and move_to:
        raise click.UsageError("--move-to moves files of a folder; objects stay where they are.")
    if not is_object(folder) and not Path(folder).is_dir():
        raise click.UsageError(f"There is no folder {folder}; check its spelling.")
    # From the first on, so that what is made on the way is taken away again.
    stop: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: stop.append(number))
    options = ReadOptions.of(templates, single_field=single_field, accept=accept)
    recipe, fields = prepared(options)
    aside = (
        made_folder(move_to, "Files cannot be moved to {}; give --move-to a folder that you may write to.")
        if move_to
        else None
    )
    store, broker = open_store(), Broker()
    broker.check()
    _, recipe, fields, _ = as_kept(store, options, recipe, fields, prepared)
    here = folder if is_object(folder) else Path(folder).resolve()
    key = job_key({"watch": str(here), "recipe": recipe.key}, [])
    job = find_same(store, key) or put_in(store, recipe, fields, [], queue=queue, key=key)
    click.echo(job.id)
    messages.say(f"Watching {here} for job {job.id}; 'formdigits export {job.id} -o OUT' writes what was read.")
    Watcher(store, broker, job.id, here, aside.resolve() if aside else None).run(lambda: bool(stop))
    messages.say("Stopped; give the same command again to continue.")
