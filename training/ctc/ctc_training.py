"""Training of the network that reads strings whole, resumable after every epoch."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from extractor.decoding.ctc_search import best_text
from extractor.errors import ModelError
from extractor.recognizer.card import CARD
from extractor.recognizer.ctc import CTC_FOLDER
from extractor.values import Crops, Floats
from training.ctc.compose import EASY, LETTERS, by_writer
from training.ctc.text_lines import CLASSES, TEXT_LINE_CHUNK, TextLineEpochs, TextLines, make_text_lines, packed
from training.data.hands import DIGIT_DATA, digits_to_train_on, what_is_beside
from training.data.samples import Samples
from training.data.sources import data_folder, load_samples
from training.loop import Progress, learn_epochs
from training.model_folder import Origin
from training.run import claim
from training.symbols.symbol_training import TrainSettings

VALIDATION = 1000
"""Text lines of held-out writers that epochs are measured on."""


@dataclass(frozen=True)
class CtcSettings:
    """What a run depends on: `out` is its folder, `start` a .keras file to begin from, without which it begins from
    nothing, with the usual network or the `small` one; `lines` how many strings an epoch has. In the last `settle`
    epochs they are of the easier kind. `rate` is the highest learning rate. `seed` decides the first weights and the
    strings. With `bfloat16` it computes in that: 1.6 times as fast where the processor has it, slower elsewhere."""

    out: Path
    start: Path | None = None
    small: bool = False
    epochs: int = 75
    settle: int = 15
    lines: int = 12_288
    batch: int = 32
    rate: float = 2e-3
    seed: int = 1
    bfloat16: bool = False

    def told(self) -> dict[str, Any]:
        """All on which the run depends, in plain values."""
        plain = {key: value for key, value in asdict(self).items() if key != "out"}
        return {**plain, "start": str(self.start) if self.start else None}


def train_ctc(settings: CtcSettings, progress: Callable[[Progress], None] | None = None) -> dict[str, Any]:
    """Train the network on composed text lines and write it, as it is after the last epoch, into `ctc` in
    `settings.out`; returns its card. Raises ModelError where TensorFlow is not installed, InputError where the folder
    holds another run."""
    try:
        import keras
    except ImportError:
        raise ModelError("Training needs TensorFlow; run 'pip install formdigits[tensorflow]'.") from None
    from training.ctc.ctc_model import write_ctc_model
    from training.ctc.ctc_network import SMALL_DESIGN, USUAL_DESIGN, build_ctc_network, ctc_learner, ctc_network_in

    claim(settings.out, settings.told())
    keras.utils.set_random_seed(settings.seed)
    learned, aside = digits_to_train_on(TrainSettings.held_out)
    letters, beside = letters_to_train_on(), what_is_beside()
    chunks = max(1, settings.lines // TEXT_LINE_CHUNK)
    steps = chunks * -(-TEXT_LINE_CHUNK // settings.batch)
    # These only say how far a run is. One that was taken after the epoch that had most of them right, of 28, read real
    # strings worse than after the last one, to which the learning rate had fallen.
    validation = held_out_text_lines(aside, CLASSES)
    network = (
        ctc_network_in(settings.start, CLASSES)
        if settings.start
        else build_ctc_network(len(CLASSES) + 1, SMALL_DESIGN if settings.small else USUAL_DESIGN)
    )
    learner = ctc_learner(
        settings.out, network, rate=settings.rate, steps=steps * settings.epochs, bfloat16=settings.bfloat16
    )
    settled = settings.epochs - settings.settle + 1
    with TextLineEpochs(by_writer(learned, letters, beside), settings.seed, chunks, settled) as made:
        history = learn_epochs(
            learner,
            settings.epochs,
            steps,
            lambda epoch: made.get(epoch, settings.batch),
            progress,
            measure=lambda: {"digits_right": digits_right(learner.logits, validation)},
        )
    trained = {**settings.told(), "last": history[-1]}
    if settings.start:
        trained["start"] = training_of(settings.start)
    origin = Origin(DIGIT_DATA, trained)
    return write_ctc_model(settings.out / CTC_FOLDER, learner.average, held_out=validation, origin=origin)


def training_of(start: Path) -> dict[str, Any] | str:
    """How the network in the .keras file `start` was trained, if a card beside it tells; else its name."""
    card = start.with_name(CARD)
    if not card.is_file():
        return start.name
    trained: dict[str, Any] = json.loads(card.read_text(encoding="utf-8"))["training"]
    return trained


def held_out_text_lines(aside: Samples, classes: tuple[str, ...]) -> TextLines:
    """The text lines that networks of `classes` are measured on, by writers of digits that are held out."""
    writers = by_writer(aside, letters_to_train_on(), what_is_beside())
    return make_text_lines(writers, VALIDATION, (1, 0, 0), EASY, classes)


def letters_to_train_on() -> Crops:
    """What is no digit: letters that look like none."""
    samples = load_samples(data_folder() / "letters_62")
    return samples.images[np.isin(samples.labels, list(LETTERS))]


def digits_right(logits: Callable[[NDArray[np.uint8]], Floats], lines: TextLines) -> float:
    """The share of `lines` whose digits are all right in what `logits` says."""
    right = 0
    for images, answers in packed(lines, 64, np.random.default_rng(0)):
        rows = logits(images).reshape(len(images), -1, len(lines.classes) + 1)
        for scores, (count, *truth) in zip(rows, answers.tolist(), strict=True):
            said, true = best_text(scores[:count], lines.classes), "".join(lines.classes[i] for i in truth if i >= 0)
            right += [c for c in said if c.isdigit()] == [c for c in true if c.isdigit()]
    return right / len(lines.texts)
