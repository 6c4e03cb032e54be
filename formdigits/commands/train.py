"""`formdigits train`: a recogniser from labelled symbols."""

from __future__ import annotations

from typing import Any

import click

HELP = """Train a recogniser on labelled symbols, and write the model into OUT/model. Needs the tensorflow extra.

Without DATA it learns handwritten digits as the shipped model did, from MNIST in $FORMDIGITS_DATA. DATA is an .npz file
(images, labels, writers), a folder with MNIST's idx files, or a folder with one sub-folder of pictures per symbol.

\b
  formdigits train -o digits                                   the digits anew
  formdigits train letters/ --alphabet A-Z -o letters          another alphabet
  formdigits train mine/ --start digits/model -o better        train a model further, on your own writers
  formdigits train --corrections fixes.jsonl -o better         train the shipped digits further, on corrected readings

With --corrections the fields that people corrected are cut from their pages and learned from, among the symbols that
the model was trained on (DATA; not needed for digits). A fifth of the pages is kept for a comparison, and a
model that reads them, or the known symbols, worse than before is not written.

A run that was stopped goes on after its last whole epoch when the same command is given again.
"""


@click.command(help=HELP)
@click.argument("data", metavar="[DATA]…", nargs=-1)
@click.option("-o", "--out", required=True, metavar="OUT", help="Folder of the run; the model goes into OUT/model.")
@click.option("--start", metavar="MODEL", help="Model folder to begin from instead of from nothing.")
@click.option("--alphabet", default="", metavar="A-Z", help="Only these symbols of DATA.  [default: all]")
@click.option(
    "--test",
    type=click.FloatRange(0, 0.9),
    default=0.0,
    show_default=True,
    metavar="X",
    help="Share of DATA to set aside; the finished model is measured on it.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0, 0.1, min_open=True),
    metavar="X",
    help="Highest learning rate.  [default: 0.003; 0.0004 with --corrections]",
)
@click.option("--corrections", metavar="FILE|JOB", help="Fields that people corrected, to learn from.")
@click.option("--epochs", type=click.IntRange(1, 1000), metavar="N", help="[default: 16; 4 with --corrections]")
@click.option(
    "--size",
    type=click.FloatRange(0, 100, min_open=True),
    metavar="X",
    help="Share of the usual 192,000 symbols per epoch.  [default: 1; 0.06 with --corrections]",
)
@click.option(
    "--processes",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Processes that draw symbols.",
)
@click.option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    metavar="N",
    help="Seed of everything random except who is held out.",
)
def train(
    *,
    data: tuple[str, ...],
    out: str,
    start: str | None,
    alphabet: str,
    test: float,
    rate: float | None,
    corrections: str | None,
    epochs: int | None,
    size: float | None,
    processes: int,
    seed: int,
) -> None:
    from pathlib import Path

    from formdigits.actions import train as actions

    given = {"rate": rate, "epochs": epochs, "size": size}
    chosen = {name: value for name, value in given.items() if value is not None}
    common: dict[str, Any] = {
        "out": Path(out),
        "data": tuple(map(Path, data)),
        "processes": processes,
        "seed": seed,
        **chosen,
    }
    if start:
        common["start"] = Path(start)
    if corrections is not None:
        if alphabet or test:
            raise click.UsageError("--alphabet and --test are not for --corrections; leave them out")
        raise SystemExit(actions.learn_from_corrections(corrections, actions.TuneSettings(**common)))
    raise SystemExit(actions.train_symbols(actions.TrainSettings(alphabet=alphabet, test=test, **common)))
