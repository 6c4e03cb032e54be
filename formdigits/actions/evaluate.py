"""What `formdigits evaluate` does, from labelled data to the table, the JSON and the pictures."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from extractor.errors import ExitCode, InputError
from extractor.options import ReadOptions
from extractor.reading import Reader, open_reader
from extractor.recognizer import Recognizer, load_recognizer
from extractor.recognizer.card import CARD, SHIPPED
from formdigits.actions.read import made_folder
from formdigits.messages import hushed, say
from formdigits.progress import one_bar
from training.data.samples import Samples
from training.data.selection import only
from training.data.sources import load_samples
from training.evaluation import LABELS, Measures, Outcomes, measured, read_strings, read_symbols, write_report
from training.evaluation.outcomes import together
from training.symbols.accuracy import digit_tests

PICTURES_NAMED = 5
"""Pictures that could not be read which are named."""


def evaluate_model(
    data: Sequence[Path], options: ReadOptions, *, alphabet: str = "", out: Path | None = None
) -> ExitCode:
    """Measures each set (the test sets for digits without any), prints the table, writes the reports into `out`.

    Raises InputError, ModelError or OutputError. The exit code is 1 where pictures could not be opened.
    """
    model = Path(options.model) if options.model else None
    if out:
        made_folder(str(out), "Reports cannot be written to {}; give -o a folder that you may write to.")
    results = [(found, measured(found)) for found in _evaluated(data, options, model, alphabet)]
    strings = [found for found, _ in results if found.unit == "string"]
    if len(strings) > 1:
        whole = together(strings)
        results.append((whole, measured(whole)))
    _table(results, options.accept)
    if out:
        about = {
            "model": str(options.model or "shipped"),
            "card_sha256": hashlib.sha256(((model or SHIPPED) / CARD).read_bytes()).hexdigest(),
            "engine": options.engine,
            "accept": options.accept,
        }
        for folder, (found, measures) in zip(_folders(out, results), results, strict=True):
            write_report(folder, found, measures, about)
        say(f"The figures and pictures are in {out}.")
    unreadable = [name for found, _ in results for name in found.unreadable]
    return _tell_unreadable(list(dict.fromkeys(unreadable)))


def _evaluated(data: Sequence[Path], options: ReadOptions, model: Path | None, alphabet: str) -> Iterator[Outcomes]:
    reader: Reader | None = None
    recognizer: Recognizer | None = None
    for path in data or (None,):
        if path is not None and (path / LABELS).is_file():
            if alphabet:
                raise InputError(
                    "--alphabet chooses among labelled symbols; leave it out for a folder with labels.csv."
                )
            if reader is None:
                with hushed():
                    reader = open_reader(options)
            with one_bar(f"Reading {path.name}") as tell:
                yield read_strings(reader, path, tell)
            continue
        if recognizer is None:
            with hushed():
                recognizer = load_recognizer(model, options.engine)
        for name, samples in _symbols(path, alphabet):
            yield read_symbols(recognizer, samples, name, options.accept)


def _symbols(path: Path | None, alphabet: str) -> Iterator[tuple[str, Samples]]:
    if path is not None:
        try:
            samples = load_samples(path)
        except InputError as error:
            if not path.is_dir():
                raise
            raise InputError(f"{error} For pictures of numbers, add a table {LABELS} (columns file,label).") from None
        yield path.name, only(samples, alphabet, path)
        return
    none = True
    for name, samples in digit_tests():
        yield name, samples
        none = False
    if none:
        raise InputError("There are no test sets; set FORMDIGITS_DATA to the folder that holds them, or name DATA.")


def _folders(out: Path, results: Sequence[tuple[Outcomes, Measures]]) -> list[Path]:
    """A folder of its own in `out` for each set; `out` itself where there is one set."""
    if len(results) == 1:
        return [out]
    names: list[str] = []
    for found, _ in results:
        name = "together" if found.data.count(" + ") else "".join(c if c.isalnum() else "_" for c in found.data)
        names.append(name if name not in names else f"{name}_{len(names) + 1}")
    return [out / name for name in names]


def _table(results: Sequence[tuple[Outcomes, Measures]], accept: float) -> None:
    from rich.console import Console
    from rich.table import Table

    grid = Table(
        "set", "count", "right", "symbol error", f"accepted at {accept:g}", "wrong of those", "calibration error"
    )
    for column in grid.columns[1:]:
        column.justify = "right"
    for found, measures in results:
        grid.add_row(
            found.data.replace("[", "\\["),
            f"{measures.count:,} {found.unit}s",
            f"{measures.right:,} ({measures.accuracy:.2%})",
            f"{measures.symbol_error:.2%}",
            f"{measures.accepted:,} ({measures.accepted / max(1, measures.count):.1%})",
            f"{measures.accepted_wrong:,} ({measures.accepted_wrong / max(1, measures.accepted):.2%})",
            f"{measures.calibration_error:.3f}",
        )
    # A table that goes into a file or a pipe keeps its columns whole.
    Console(width=None if sys.stdout.isatty() else 140).print(grid)
    for found, measures in results:
        shares = ", ".join(f"{share:.1%} at {limit:.1%}" for limit, share in measures.reachable.items())
        click.echo(f"{found.data}: the most confident that could be accepted by error among them: {shares}")


def _tell_unreadable(names: list[str]) -> ExitCode:
    if names:
        say("These could not be read, and count as wrong:")
    for name in names[:PICTURES_NAMED]:
        say(f"  {name}")
    if len(names) > PICTURES_NAMED:
        say(f"  and {len(names) - PICTURES_NAMED:,} more; they are in the JSON.")
    return ExitCode.SOME_UNREAD if names else ExitCode.DONE
