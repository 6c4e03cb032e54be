"""`formdigits train`: a recogniser from labelled symbols."""

from __future__ import annotations

import click

HELP = """Train a recogniser on labelled symbols, and write the model into OUT/model. Needs the tensorflow extra.

Without DATA it learns handwritten digits as the shipped model did, from MNIST in $FORMDIGITS_DATA. DATA is an .npz file
(images, labels, writers), a folder with MNIST's idx files, or a folder with one sub-folder of pictures a symbol.

\b
  formdigits train -o digits                                   the digits anew
  formdigits train letters/ --alphabet A-Z -o letters          another alphabet
  formdigits train mine/ --start digits/model -o better        a model further, with your own writers

A run that was stopped goes on after its last whole epoch when the same command is given again.
"""


@click.command(help=HELP)
@click.argument("data", metavar="[DATA]…", nargs=-1)
@click.option("-o", "--out", required=True, metavar="OUT", help="Folder of the run; the model comes into OUT/model.")
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
    default=3e-3,
    show_default=True,
    metavar="X",
    help="Highest learning rate; a tenth of it suits --start.",
)
@click.option("--epochs", type=click.IntRange(1, 1000), default=16, show_default=True, metavar="N")
@click.option(
    "--size",
    type=click.FloatRange(0, 100, min_open=True),
    default=1.0,
    show_default=True,
    metavar="X",
    help="Share of the usual 192,000 symbols an epoch.",
)
@click.option("--processes", type=click.IntRange(1), default=1, show_default=True, metavar="N", help="To make symbols.")
@click.option("--seed", type=int, default=1, show_default=True, metavar="N", help="Of everything that is random.")
def train(
    *,
    data: tuple[str, ...],
    out: str,
    start: str | None,
    alphabet: str,
    test: float,
    rate: float,
    epochs: int,
    size: float,
    processes: int,
    seed: int,
) -> None:
    from pathlib import Path

    from formdigits.training import TrainSettings, carry_out

    settings = TrainSettings(
        out=Path(out),
        data=tuple(map(Path, data)),
        alphabet=alphabet,
        start=Path(start) if start else None,
        test=test,
        rate=rate,
        epochs=epochs,
        size=size,
        processes=processes,
        seed=seed,
    )
    raise SystemExit(carry_out(settings))
