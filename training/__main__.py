"""The commands that make the shipped networks: `python -m training COMMAND`. Users' own come by `formdigits train`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from extractor.recognizer.card import SHIPPED
from training.bubbles.bubble_weights import SHEETS, fit_bubbles
from training.command import run
from training.ctc.ctc_calibration import calibrate_ctc
from training.ctc.ctc_training import CtcSettings, train_ctc
from training.ctc.second_calibration import calibrate_second
from training.mean import write_ctc_mean, write_mean
from training.recipe import RECIPE, make
from training.symbols.lattice_calibration import calibrate, held_out_digits

FOLDER = click.Path(path_type=Path)


@click.group(help=__doc__)
def commands() -> None:
    pass


@commands.command()
@click.argument("out", type=FOLDER)
@click.option("--start", type=FOLDER, help=".keras file to begin from.")
@click.option("--small", is_flag=True, help="The small network, for a second opinion.")
@click.option("--epochs", type=int, default=CtcSettings.epochs, show_default=True)
@click.option(
    "--settle", type=int, default=CtcSettings.settle, show_default=True, help="Last epochs, on easier strings."
)
@click.option("--lines", type=int, default=CtcSettings.lines, show_default=True, help="Strings per epoch.")
@click.option("--rate", type=float, default=CtcSettings.rate, show_default=True, help="Highest learning rate.")
@click.option(
    "--seed", type=int, default=CtcSettings.seed, show_default=True, help="Another network, from other strings."
)
def ctc(
    *, out: Path, start: Path | None, small: bool, epochs: int, settle: int, lines: int, rate: float, seed: int
) -> None:
    """Train a network that reads strings whole, and write it into OUT/ctc."""
    settings = CtcSettings(out, start, small, epochs, settle, lines, rate=rate, seed=seed)
    train_ctc(settings, lambda progress: click.echo(progress.sentence()))


@commands.command()
@click.argument("out", type=FOLDER)
@click.argument("models", type=FOLDER, nargs=-1, required=True)
@click.option("--ctc", is_flag=True, help="MODELS are networks that read strings whole; the mean comes into OUT/ctc.")
@click.option("--data", type=FOLDER, multiple=True, help="What the models were trained on.  [default: digits]")
def mean(*, out: Path, models: tuple[Path, ...], ctc: bool, data: tuple[Path, ...]) -> None:
    """Write the mean of MODELS, which runs made out of the same one, into OUT."""
    card = write_ctc_mean(out, models) if ctc else write_mean(out, models, data)
    for row in card["accuracy"]:
        right = row["digits_right"] if ctc else row["right"]
        click.echo(f"{row['data']}, {row['engine']}: {right} of {row['samples']}")


@commands.command()
@click.argument("out", type=FOLDER)
@click.option("--recipe", "file", type=FOLDER, default=RECIPE, help="Another recipe.  [default: that of the release]")
@click.option("--before", type=FOLDER, default=SHIPPED, help="The model of the release before.  [default: the shipped]")
def recipe(*, out: Path, file: Path, before: Path) -> None:
    """Make the shipped digits, all of their networks; goes on where it was stopped."""
    click.echo(f"The model is in {make(out, file, before, click.echo)}.")


@commands.command("calibrate")
@click.argument("model", type=FOLDER, default=SHIPPED)
@click.option("--strings", type=int, default=3000, show_default=True)
def calibrate_strings(*, model: Path, strings: int) -> None:
    """Fit the confidence of strings that MODEL reads symbol by symbol."""
    for name, value in calibrate(model, held_out_digits(), strings).items():
        click.echo(f"{name}: {value:.4f}" if isinstance(value, float) else f"{name}: {value}")


@commands.command("calibrate-ctc")
@click.argument("model", type=FOLDER, default=SHIPPED)
def calibrate_whole(*, model: Path) -> None:
    """Fit the confidence of strings that MODEL reads whole."""
    for name, found in calibrate_ctc(model).items():
        click.echo(
            f"{name}: {found.right} of {found.count} other strings right, {found.accepted} accepted, "
            f"{found.accepted_wrong} of those wrong; expected calibration error {found.calibration_error:.3f}"
        )


@commands.command("bubbles")
@click.option("--sheets", type=int, default=SHEETS, show_default=True, help="Drawn sheets that they are fitted on.")
def bubble_weights(*, sheets: int) -> None:
    """Fit by what measures a bubble is taken as marked; needs no TensorFlow."""
    fit_bubbles(count=sheets, say=click.echo)


@commands.command("calibrate-second")
def calibrate_second_reader() -> None:
    """Fit how much the second reader's word counts beside the shipped model."""
    fitted = calibrate_second()
    click.echo(f"fitted on {fitted.strings} strings, {fitted.right} of them right")


if __name__ == "__main__":
    sys.exit(run(commands))
