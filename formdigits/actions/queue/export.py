"""A job's readings written to a file, whether it is over or not."""

from __future__ import annotations

from extractor.export import FieldColumn, open_sink
from formdigits import messages
from workers.database.store import Store
from workers.job import Counts, Job


def write(store: Store, job: Job, out: str, *, long: bool) -> Counts:
    """Writes what was read until now, in the order of the documents, and says what is missing. Raises OutputError.

    Without a template fields differ from page to page; then it is one row per field in any case.
    """
    columns = [FieldColumn(name, kind) for name, kind in job.fields]
    counts = store.counts(job.id)
    with open_sink(out, fields=columns, long=long or not columns) as sink:
        for result in store.results(job.id):
            sink.write(result)
    missing = counts.pages - counts.done
    if missing:
        messages.say(f"{messages.counted(missing, 'page')} of {counts.pages:,} are not read yet, and not in {out}.")
    tell(store, job.id, counts)
    if out != "-":
        messages.say(f"The numbers are in {out}.")
    return counts


def tell(store: Store, job: str, counts: Counts) -> None:
    """Says how many pages and fields of each sort, and which pages could not be read."""
    sorts = [
        f"{count:,} {name}"
        for count, name in (
            (counts.read, "read"),
            (counts.failed, "failed"),
            (counts.unmatched, "unmatched"),
            (counts.duplicate, "duplicate"),
            (counts.pages - counts.done, "waiting"),
        )
        if count
    ]
    messages.say(f"Pages: {counts.pages:,} in all{''.join(', ' + one for one in sorts)}.")
    messages.say(
        f"Fields: {counts.fields:,} in all, {counts.accepted:,} accepted, {counts.review:,} to review, "
        f"{counts.blank:,} blank, {counts.void:,} void."
    )
    troubles = store.troubles(job, messages.TROUBLES_NAMED)
    if troubles:
        messages.say("These could not be read:")
    for page in troubles:
        messages.say(f"  {page.file}, page {page.page}: {page.reason}")
    more = counts.failed + counts.unmatched - len(troubles)
    if more > 0:
        messages.say(f"  and {more:,} more; they are in the output.")
