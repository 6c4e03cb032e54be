"""`formdigits evaluate`: how well strings or symbols with known labels are read."""

from __future__ import annotations

import click

from formdigits.commands import shared_options

HELP = """Measure how well handwriting with known labels is read, and how far the confidence can be trusted.

\b
DATA is one of:
  a folder of pictures of one number each, with labels.csv (columns file,label): read as by 'read --single-field'
  labelled symbols as for 'formdigits train': an .npz file, a folder with MNIST's idx files, or with pictures by symbol
Without DATA: the test sets for digits that are in $FORMDIGITS_DATA (MNIST, USPS and others).

\b
  formdigits evaluate amounts/ -o report             the table here; JSON and pictures into report/
  formdigits evaluate                                the shipped digits on all of these
  formdigits evaluate held-out/ --model letters/model

-o writes, for each set, evaluation.json and pictures: the reject curve (error against share accepted), a reliability
plot, the confusion matrix, and a page of the worst mistakes.
"""


@click.command(help=HELP)
@click.argument("data", metavar="[DATA]…", nargs=-1)
@click.option("--model", metavar="DIR", help="Model folder.  [default: the shipped digits]")
@shared_options.engine
@shared_options.accept
@click.option("--alphabet", default="", metavar="A-Z", help="Only these symbols of DATA.  [default: all]")
@click.option("-o", "--out", metavar="DIR", help="Folder for JSON and pictures.")
def evaluate(
    *, data: tuple[str, ...], model: str | None, engine: str, accept: float, alphabet: str, out: str | None
) -> None:
    from pathlib import Path

    from extractor.options import ReadOptions
    from formdigits.actions.evaluate import evaluate_model

    options = ReadOptions.of(single_field=True, accept=accept, engine=engine, model=model)
    raise SystemExit(evaluate_model(tuple(map(Path, data)), options, alphabet=alphabet, out=Path(out) if out else None))
