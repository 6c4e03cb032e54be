"""`formdigits evaluate`: how often a recogniser names single symbols rightly."""

from __future__ import annotations

import click

HELP = """Measure a recogniser on labelled symbols that it has not learned from.

Without DATA, on the test sets for digits in $FORMDIGITS_DATA (MNIST, USPS). DATA is as for 'formdigits train'.

\b
  formdigits evaluate                                the shipped model
  formdigits evaluate held-out/ --model letters/model
"""


@click.command(help=HELP)
@click.argument("data", metavar="[DATA]…", nargs=-1)
@click.option("--model", metavar="MODEL", help="Model folder.  [default: the shipped digits]")
@click.option("--engine", type=click.Choice(["litert", "keras"]), default="litert", show_default=True)
def evaluate(*, data: tuple[str, ...], model: str | None, engine: str) -> None:
    from pathlib import Path

    from extractor.errors import InputError
    from extractor.recognizer.load import load_recognizer
    from formdigits.report import hushed
    from training.data.sources import load_samples
    from training.evaluate import digit_tests, measure

    with hushed():
        recognizer = load_recognizer(Path(model) if model else None, engine)
    sets = ((str(path), load_samples(path)) for path in data) if data else digit_tests()
    none = True
    for name, samples in sets:
        found = measure(recognizer, samples, name)
        click.echo(f"{name}: {found.right:,} of {found.count:,} right ({100 * found.accuracy:.2f} %)")
        none = False
    if none:
        raise InputError("There are no test sets; set FORMDIGITS_DATA to the folder that holds them, or name DATA.")
