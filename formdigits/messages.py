"""Messages on the terminal: lines, the summary of a run, the first rows of its table."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, TextIO

import click

from extractor.table_lines import lines_of
from extractor.values import FieldStatus, PageResult

if TYPE_CHECKING:
    from workers.job import Counts

TROUBLES_NAMED = 20
"""Pages that could not be read which are named."""

KINDS_NAMED = 8
"""Kinds of files that were left out which are named, the most frequent first."""

SHOWN_ROWS, SHOWN_FIELDS = 20, 8


def say(text: str) -> None:
    """Prints a line on standard error; file names that are not valid text are shown with escapes."""
    click.echo(text.encode("utf-8", "backslashreplace").decode(), err=True)


@contextmanager
def hushed() -> Iterator[TextIO]:
    """Discards what libraries print by themselves, on both outputs, unless FORMDIGITS_DEBUG is set.

    Yields standard error as it was, for the program's own messages.
    """
    if os.environ.get("FORMDIGITS_DEBUG"):
        yield sys.stderr
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    sys.stdout.flush()
    sys.stderr.flush()
    kept = {number: os.dup(number) for number in (1, 2)}
    for number in kept:
        os.dup2(nowhere, number)
    try:
        with os.fdopen(os.dup(kept[2]), "w", encoding="utf-8", errors="backslashreplace", buffering=1) as ours:
            yield ours
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, copy in kept.items():
            os.dup2(copy, number)
            os.close(copy)
        os.close(nowhere)


class _Lines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        say(self.format(record))


def log_everything() -> None:
    """Prints what the reading processes log on standard error: tracebacks of pages that failed unexpectedly."""
    log = logging.getLogger("workers")
    log.setLevel(logging.DEBUG)
    if not log.handlers:
        log.addHandler(_Lines())


def counted(count: int, noun: str) -> str:
    """`1 page`, `1,000 pages`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def summary(counts: Counts, read_now: int, seconds: float, troubles: Sequence[PageResult]) -> None:
    """How many pages and fields of each sort, how fast, and which pages could not be read."""
    speed = f", {read_now / seconds:,.1f} pages/s" if read_now and seconds > 0 else ""
    say(f"Read {counted(read_now, 'page')} in {seconds:,.1f} s{speed}.")
    others = "".join(
        f", {count:,} {name}"
        for count, name in ((counts.unmatched, "unmatched"), (counts.duplicate, "duplicate"))
        if count
    )
    say(f"Pages: {counts.pages:,} in all, {counts.read:,} read, {counts.failed:,} failed{others}.")
    fields_and_troubles(counts, troubles)


def written(files: Sequence[str]) -> None:
    """Says where the numbers are, if they are in files."""
    if files:
        say(f"The numbers are in {' and '.join(files)}.")


def fields_and_troubles(counts: Counts, troubles: Sequence[PageResult]) -> None:
    """How many fields of each sort, and which pages could not be read."""
    say(
        f"Fields: {counts.fields:,} in all, {counts.accepted:,} accepted, {counts.review:,} to review, "
        f"{counts.blank:,} blank, {counts.void:,} void."
    )
    if troubles:
        say("These could not be read, or not all that they show:" if counts.partly else "These could not be read:")
    for page in troubles:
        say(f"  {page.file}, page {page.page}: {page.reason}")
    more = counts.unread - len(troubles)
    if more > 0:
        say(f"  and {more:,} more; they are in the output.")


def left_out(kinds: Mapping[str, int]) -> None:
    """How many files of each kind were left out of folders, as they are no pictures; nothing where none was."""
    if kinds:
        named = ", ".join(f"{count:,} {kind or 'without ending'}" for kind, count in islice(kinds.items(), KINDS_NAMED))
        more = sum(kinds.values()) - sum(islice(kinds.values(), KINDS_NAMED))
        others = f" and {more:,} more" if more else ""
        say(
            f"Left out, as they are no pictures or documents: {counted(sum(kinds.values()), 'file')} ({named}{others})."
        )


def table(results: Iterable[PageResult], fields: Sequence[str], pages: int) -> None:
    """The first pages as a table on standard output; a value to be checked is followed by a question mark."""
    from rich.console import Console
    from rich.table import Table

    # Of a table the number of its filled lines is shown.
    names = list(dict.fromkeys(name.partition(".")[0] for name in fields))
    shown = names[:SHOWN_FIELDS]
    more = len(names) > len(shown)
    grid = Table("file", "page", "status", *shown, *(["…"] if more else []))
    for result in islice(results, SHOWN_ROWS):
        cells = {
            one.field: f"[yellow]{one.value}?[/]" if one.status is FieldStatus.REVIEW else one.value
            for one in result.readings
        }
        for name, lines in lines_of(result.readings).items():
            cells[name] = counted(sum(line.filled for line in lines), "line")
        file = result.file.encode("utf-8", "backslashreplace").decode().replace("[", "\\[")
        row = [file, str(result.page), result.status.value, *(cells.get(name, "") for name in shown)]
        grid.add_row(*row, *(["…"] if more else []))
    Console().print(grid)
    rest = pages - SHOWN_ROWS
    left_out = f"{counted(rest, 'page')} more are not shown. " if rest > 0 else ""
    say(f"{left_out}To keep the numbers, give the same command with -o numbers.xlsx.")
