"""A job's readings written to a file, whether it is over or not."""

from __future__ import annotations

from extractor.export import write_table
from extractor.export.table_rows import files_written
from formdigits import messages
from workers.database.lookup import forms_shown
from workers.database.review.promises import in_a_sentence, standing_of
from workers.database.store import Store
from workers.job import Counts, Job
from workers.review.forms import forms_of
from workers.review.promise import in_words


def write(store: Store, job: Job, out: str, *, long: bool) -> Counts:
    """Writes what was read until now, in the order of the documents, and says what is missing. Raises OutputError."""
    counts = store.counts(job.id)
    forms = forms_shown(store, job.id, forms_of(store, job.id))
    write_table(out, store.results(job.id), fields=job.fields, long=long, forms=forms)
    missing = counts.pages - counts.done
    if missing:
        messages.say(f"{messages.counted(missing, 'page')} of {counts.pages:,} are not read yet, and not in {out}.")
    tell(store, job.id, counts)
    messages.written(files_written(out, job.fields, long=long))
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
    messages.fields_and_troubles(counts, store.troubles(job, messages.TROUBLES_NAMED))
    tell_promise(store, job)


def tell_promise(store: Store, job: str) -> None:
    """Says what was promised of the job, and what stands against that; nothing where nobody had asked for anything."""
    standing = standing_of(store, job)
    if standing is not None:
        messages.say(in_words(standing.promise))
        if standing.is_flagged:
            messages.say(in_a_sentence(standing))
