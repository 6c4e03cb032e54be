"""What `formdigits demo` does: reads the samples and compares the readings with what is written on them."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click
import pandas as pd

from extractor.documents import find_documents
from extractor.errors import ExitCode, InputError
from extractor.export import check_writable, write_table
from extractor.options import ReadOptions
from extractor.reading import open_reader
from extractor.values import FieldStatus, PageResult, PageStatus
from formdigits.actions.read import made_folder
from formdigits.messages import counted, hushed
from formdigits.progress import Progress
from workers.home import processors
from workers.local import read_in_memory
from workers.pool import Pool

PACKAGE = Path(__file__).resolve().parents[1]
SAMPLES = PACKAGE / "samples" if (PACKAGE / "samples").is_dir() else PACKAGE.parent / "samples"
"""Inside the package where a wheel was installed, beside it in a checkout."""
TEMPLATES = ("tally.yaml", "expenses.yaml", "register.yaml")
DEMO_RIGHT_SHARE = 0.99
"""The share of fields that must be right."""


@dataclass(frozen=True)
class Comparison:
    """The samples' fields against the truth. `wrong` has a row for each accepted field that is wrong."""

    pages: int
    registered: int
    fields: int
    right: int
    review: int
    wrong: pd.DataFrame

    @property
    def good(self) -> bool:
        return self.registered == self.pages and self.right >= DEMO_RIGHT_SHARE * self.fields and self.wrong.empty


def run_demo(out: str) -> ExitCode:
    """Reads, writes into the folder `out`, says how it went on standard output, and returns the exit code.

    Raises InputError without samples, and what reading and writing raise.
    """
    if not (SAMPLES / "truth.csv").is_file():
        raise InputError(
            f"The demo reads the samples that come with formdigits, and there are none at {SAMPLES}; "
            "install formdigits again, or run the demo in a checkout of the project."
        )
    started = time.monotonic()
    # As seen from here, so that the tables hold short names.
    samples = os.path.relpath(SAMPLES)
    folder = made_folder(out, "The demo cannot write to {}; give -o a folder that you may write to.")
    tables = [folder / name for name in ("numbers.xlsx", "numbers.csv")]
    for table in tables:
        check_writable(table)
    options = ReadOptions.of([f"{samples}/templates/{name}" for name in TEMPLATES])
    factory = partial(open_reader, options)
    with hushed():
        fields = factory().fields
    pictures = made_folder(str(folder / "pages"), "The demo cannot write to {}; remove it, or give -o another folder.")
    with Progress() as progress, Pool(factory, processors(), overlay=pictures) as pool:
        results = read_in_memory(pool, find_documents([f"{samples}/scans"]), progress.update)
    for table in tables:
        write_table(table, results, fields=fields)
    compared = compare(results, SAMPLES / "truth.csv")
    _say(compared, results, time.monotonic() - started)
    click.echo(f"Tables: {tables[0]} and {tables[1]}; pages with what was read: {pictures}")
    return ExitCode.DONE if compared.good else ExitCode.SOME_UNREAD


def compare(results: Sequence[PageResult], truth: Path) -> Comparison:
    """Compares `results` with the table `truth`: file (from its own folder), page, form, field, value, …"""
    key = ["file", "page", "field"]
    expected = pd.read_csv(truth, dtype=str, keep_default_na=False).astype({"page": int})
    found = pd.DataFrame(
        [
            (os.path.relpath(result.file, truth.parent), result.page, one.field, one.value, one.status.value)
            for result in results
            for one in result.readings
        ],
        columns=[*key, "read", "status"],
    )
    both = expected.merge(found, on=key, how="left")
    right = both["value"] == both["read"]
    pages = expected[["file", "page", "form"]].drop_duplicates()
    forms = {
        (os.path.relpath(result.file, truth.parent), result.page, result.form)
        for result in results
        if result.status is PageStatus.READ
    }
    return Comparison(
        pages=len(pages),
        registered=sum(page in forms for page in pages.itertuples(index=False, name=None)),
        fields=len(both),
        right=int(right.sum()),
        review=int((both["status"] == FieldStatus.REVIEW.value).sum()),
        wrong=both[~right & both["status"].notna() & (both["status"] != FieldStatus.REVIEW.value)],
    )


def _say(compared: Comparison, results: Sequence[PageResult], seconds: float) -> None:
    click.echo(f"Pages: {compared.registered} of {compared.pages} found their form, in {seconds:.1f} s.")
    for result in results:
        if result.status is not PageStatus.READ:
            click.echo(f"  {result.file}, page {result.page}: {result.reason}")
    share = 100 * compared.right / max(1, compared.fields)
    click.echo(f"Fields: {compared.right} of {compared.fields} right ({share:.1f} %), {compared.review} to review.")
    click.echo(f"Accepted and wrong: {counted(len(compared.wrong), 'field')}.")
    for row in compared.wrong.itertuples():
        click.echo(f"  {row.file}, page {row.page}, {row.field}: read {row.read!r}, written {row.value!r}")
