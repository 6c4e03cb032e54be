"""Fine-tuning of the network for single symbols on crops out of corrected fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from extractor.recognizer import Recognizer
from extractor.recognizer.card import Card
from extractor.segmentation import segment
from extractor.segmentation.lattice import stack_crops
from extractor.values import Crops
from training.corrections.crops import Labelled, labelled_crops
from training.corrections.settings import TuneSettings
from training.corrections.spelling import spelled
from training.corrections.standing import Usable
from training.data.epochs import Answers, Epochs, Mixture, Source, plain_crop
from training.data.samples import Samples
from training.loop import Progress, learn_epochs
from training.model_folder import Origin
from training.symbols.symbol_model import representative_crops, write_model
from training.symbols.symbol_training import TrainSettings

if TYPE_CHECKING:
    from training.learner import Pair

SHARE = 0.35
"""Crops from corrections for each crop of the replay."""


def labelled(fields: Sequence[Usable], recognizer: Recognizer) -> list[Labelled]:
    """The crops of each field whose ink spells its value."""
    lattices = [segment(field.image, comb=field.cells is not None) for field in fields]
    batch = np.concatenate([lattice.crops for lattice in lattices]) if lattices else stack_crops([])
    scores = recognizer.log_probabilities(batch)
    found, start = [], 0
    for field, lattice in zip(fields, lattices, strict=True):
        own = scores[start : start + len(lattice.crops)]
        start += len(lattice.crops)
        path = spelled(lattice, own, recognizer.classes, field.texts)
        found.append(labelled_crops(lattice, path, recognizer.classes))
    return [one for one in found if len(one.crops)]


def tune_symbols(
    found: Sequence[Labelled],
    *,
    replay: Samples,
    aside: Samples,
    settings: TuneSettings,
    card: Card,
    origin: Origin,
    draft: Path,
    progress: Callable[[Progress], None] | None,
) -> None:
    """Learn `found` among the symbols of `replay`, and write the model into `draft`; `aside` is for its temperature."""
    from training.symbols.symbol_network import in_batches, symbol_learner, symbol_network_from

    out = settings.out / "symbols"
    out.mkdir(parents=True, exist_ok=True)
    mixture = Mixture().scaled(settings.size)
    steps = -(-round(len(mixture) * (1 + SHARE)) // settings.batch)
    together = Labelled(np.concatenate([one.crops for one in found]), np.concatenate([one.answers for one in found]))
    source = Source(replay, card.classes)
    learner = symbol_learner(
        out,
        symbol_network_from(settings.start, card.classes),
        rate=settings.rate,
        steps=steps * settings.epochs,
        smoothing=TrainSettings.smoothing,
    )
    with Epochs(source, lambda _epoch: mixture, settings.seed, processes=settings.processes) as made:

        def pairs(epoch: int) -> Iterator[Pair]:
            chunks = made.get(epoch, then=epoch + 1 if epoch < settings.epochs else None)
            rng = np.random.default_rng((settings.seed, epoch))
            return in_batches(_with_corrections(chunks, together, rng), settings.batch)

        learn_epochs(learner, settings.epochs, steps, pairs, progress)
    crops = np.concatenate([replay.images[:: max(1, len(replay) // 1500)], together.crops[:500]])
    write_model(
        draft,
        learner.best(),
        card.classes,
        representative=representative_crops(crops, settings.seed),
        validation=(aside.images, Source(aside, card.classes).answers),
        origin=origin,
        strings=card.calibration,
    )


def _with_corrections(
    chunks: Iterator[tuple[Crops, Answers]], found: Labelled, rng: np.random.Generator
) -> Iterator[tuple[Crops, Answers]]:
    """`chunks` with crops from corrections among theirs, half of these as they are, half changed a little."""
    for crops, answers in chunks:
        chosen = rng.integers(0, len(found.crops), round(SHARE * len(crops)))
        own = [found.crops[i] if rng.random() < 0.5 else plain_crop(found.crops[i], rng) for i in chosen]
        order = rng.permutation(len(crops) + len(own))
        yield np.concatenate([crops, own])[order], np.concatenate([answers, found.answers[chosen]])[order]
