"""Training of the line reader, resumable after every epoch.

    python -m training.ctc.ctc_training OUT

writes the line model into OUT/ctc.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from extractor.decoding.ctc_search import best_text
from extractor.errors import ModelError
from extractor.recognizer.card import CARD
from extractor.recognizer.ctc import CTC_FOLDER
from extractor.values import Crops
from training.command import run
from training.ctc.compose import EASY, LETTERS, by_writer
from training.ctc.text_lines import CLASSES, TEXT_LINE_CHUNK, Batch, TextLineEpochs, TextLines, make_text_lines, packed
from training.curves import HISTORY
from training.data.samples import Samples
from training.data.sources import data_folder, digits_to_train_on, load_samples
from training.model_folder import Origin
from training.symbols.symbol_training import DIGIT_DATA

HELD_OUT = 0.08
"""The share of writers that nothing is learned from."""

VALIDATION = 1000
"""Lines of held-out writers that epochs are measured on."""


@dataclass(frozen=True)
class CtcSettings:
    """What a run depends on: `out` is its folder, `start` a .keras file to begin from, without which it begins from
    nothing, with the usual network or the `small` one; `lines` how many an epoch has. In the last `settle` epochs they
    are of the easier kind. `rate` is the highest learning rate. `seed` decides the first weights and the lines."""

    out: Path
    start: Path | None = None
    small: bool = False
    epochs: int = 75
    settle: int = 15
    lines: int = 12_288
    batch: int = 32
    rate: float = 2e-3
    seed: int = 1


def train_ctc(settings: CtcSettings, progress: Callable[[str], None] = print) -> dict[str, Any]:
    """Train the network on composed lines and write it, as it is after the last epoch, into `settings.out / "ctc"`;
    returns its card. Raises ModelError where TensorFlow is not installed."""
    try:
        import keras
    except ImportError:
        raise ModelError("Training needs TensorFlow; run 'pip install formdigits[tensorflow]'.") from None
    from training.ctc.ctc_learner import CtcLearner
    from training.ctc.ctc_model import write_ctc_model
    from training.ctc.ctc_network import SMALL_DESIGN, USUAL_DESIGN

    settings.out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(settings.seed)
    learned, aside = digits_to_train_on().split(HELD_OUT)
    letters = letters_to_train_on()
    writers = by_writer(learned, letters)
    chunks = max(1, settings.lines // TEXT_LINE_CHUNK)
    steps = chunks * -(-TEXT_LINE_CHUNK // settings.batch)
    # These only say how far a run is. One that was taken after the epoch that had most of them right, of 28, read real
    # strings worse than after the last one, to which the learning rate had fallen.
    validation = held_out_text_lines(aside, letters)
    begin = settings.start or (SMALL_DESIGN if settings.small else USUAL_DESIGN)
    learner = CtcLearner(settings.out, begin, settings.rate, steps * settings.epochs)
    log = settings.out / HISTORY
    history = json.loads(log.read_text(encoding="utf-8"))[: learner.epoch] if log.exists() else []
    with TextLineEpochs(writers, settings.seed, chunks, settings.epochs - settings.settle + 1) as epochs:
        for epoch in range(learner.epoch + 1, settings.epochs + 1):
            began = time.monotonic()

            def report(step: int, loss: float, epoch: int = epoch) -> None:
                progress(f"Epoch {epoch} of {settings.epochs}: step {step} of {steps}, loss {loss:.3f}")

            loss = learner.learn(epochs.get(epoch, settings.batch), report)
            right = measured(learner.log_probabilities, validation)
            seconds = round(time.monotonic() - began)
            history.append({"epoch": epoch, "loss": round(loss, 4), "digits_right": right, "seconds": seconds})
            log.write_text(json.dumps(history, indent=1), encoding="utf-8")
            learner.keep(epoch, best=False)
            progress(f"Epoch {epoch} of {settings.epochs}: {right:.1%} of held-out lines right")
    told = {key: value for key, value in asdict(settings).items() if key != "out"}
    told["start"] = training_of(settings.start) if settings.start else None
    return write_ctc_model(
        settings.out / CTC_FOLDER,
        learner.average,
        held_out=validation,
        origin=Origin(DIGIT_DATA, {**told, "last": history[-1]}),
    )


def training_of(start: Path) -> dict[str, Any] | str:
    """How the network in the .keras file `start` was trained, if a card beside it tells; else its name."""
    card = start.with_name(CARD)
    if not card.is_file():
        return start.name
    trained: dict[str, Any] = json.loads(card.read_text(encoding="utf-8"))["training"]
    return trained


def held_out_text_lines(aside: Samples, letters: Crops) -> TextLines:
    """The lines that networks are measured on, by writers of digits that are held out."""
    return make_text_lines(by_writer(aside, letters), VALIDATION, (1, 0, 0), EASY)


def letters_to_train_on() -> Crops:
    """What is no digit: letters that look like none."""
    samples = load_samples(data_folder() / "letters_62")
    return samples.images[np.isin(samples.labels, list(LETTERS))]


def measured(answer: Callable[[Batch], list[Any]], lines: TextLines) -> float:
    """The share of `lines` whose digits are all right."""
    right = 0
    for batch in packed(lines, 64, np.random.default_rng(0)):
        for scores, truth in zip(answer(batch), batch.texts, strict=True):
            said, true = best_text(scores, CLASSES), "".join(CLASSES[i] for i in truth if i >= 0)
            right += [c for c in said if c.isdigit()] == [c for c in true if c.isdigit()]
    return right / len(lines.texts)


def main() -> None:
    usual = CtcSettings(Path())
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    begin = parser.add_mutually_exclusive_group()
    begin.add_argument("--start", type=Path, default=usual.start, help=".keras file to begin from")
    begin.add_argument("--small", action="store_true", help="the small network, for a second opinion")
    parser.add_argument("--epochs", type=int, default=usual.epochs)
    parser.add_argument("--settle", type=int, default=usual.settle, help="last epochs, on the easier kind of lines")
    parser.add_argument("--lines", type=int, default=usual.lines, help="lines an epoch")
    parser.add_argument("--rate", type=float, default=usual.rate, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=usual.seed, help="another network, from other lines")
    options = parser.parse_args()
    train_ctc(CtcSettings(**vars(options)))


if __name__ == "__main__":
    sys.exit(run(main))
