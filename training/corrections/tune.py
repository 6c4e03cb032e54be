"""Fine-tuning a model on people's corrections, without losing what it knew."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from extractor.alphabet import short
from extractor.decoding import decode
from extractor.errors import InputError, ModelError
from extractor.recognizer import Recognizer, load_recognizer
from extractor.recognizer.card import SHIPPED, Card, read_card
from extractor.segmentation import Lattice, segment
from extractor.segmentation.lattice import stack_crops
from extractor.template import Format
from extractor.values import Crops
from training.accuracy import measure
from training.corrections.crops import Labelled, labelled_crops
from training.corrections.fields import cut_fields
from training.corrections.rows import Correction
from training.corrections.spelling import spelled, spellings
from training.data.batches import Answers, Epochs, Mixture, Source, plain_crop
from training.data.samples import Samples, joined
from training.data.selection import only
from training.data.sources import digits_to_train_on, load_samples
from training.run import claim
from training.ship import Origin, representative_crops, write_model
from training.train import Progress, TrainSettings, data_of

FEWEST = 10
"""Corrected fields with which it makes sense to begin."""

SHARE = 0.35
"""Crops from corrections for each crop of the replay."""

ALLOWED_LOSS = 0.001
"""Share of the held-out symbols of the replay that may be lost."""


@dataclass(frozen=True)
class TuneSettings:
    """What a fine-tuning depends on.

    `start` is the model's folder; `data` are the symbols that are replayed so that nothing is forgotten (without any,
    those that the shipped digits were trained on). `held_out` is the share of the pages whose corrections are kept for
    the comparison. `size` scales the replay of an epoch (192,000 crops); `rate` is the highest learning rate.
    """

    out: Path
    start: Path = SHIPPED
    data: tuple[Path, ...] = ()
    epochs: int = 4
    size: float = 0.06
    rate: float = 4e-4
    batch: int = 256
    held_out: float = 0.2
    processes: int = 1
    seed: int = 1


@dataclass(frozen=True)
class Standing:
    """How well a model reads: corrected fields that were held out, wholly right of how many, and replayed symbols."""

    fields_right: int
    fields: int
    symbols_right: int
    symbols: int


@dataclass(frozen=True)
class TuneResult:
    """`folder` is None where the model got worse and was thrown away. `used` corrections were learned from; `unusable`
    had no value, or ink that does not spell it; `troubles` are sentences about pages that could not be opened."""

    folder: Path | None
    before: Standing
    after: Standing
    used: int
    unusable: int
    troubles: tuple[str, ...]


@dataclass(frozen=True)
class _Field:
    """A corrected field: its lattice, the ways in which its value may stand there, and whether it is held out."""

    lattice: Lattice
    texts: tuple[str, ...]
    held_out: bool


def tune(
    rows: Sequence[Correction], settings: TuneSettings, progress: Callable[[Progress], None] | None = None
) -> TuneResult:
    """Learn from `rows`, compare on corrections and symbols that were not learned from, and write the new model into
    `settings.out / "model"` unless it is worse in either.

    Raises InputError for corrections or data that cannot be used, ModelError for a model that cannot.
    """
    try:
        import keras
    except ImportError:
        raise ModelError("Training needs TensorFlow; run 'pip install formdigits[tensorflow]'.") from None
    from training.learner import Learner

    card = read_card(settings.start)
    replay, aside = _replay(settings, card)
    cut = cut_fields(rows)
    chosen = _held_out_pages(rows, settings)
    fields = [
        _Field(
            segment(one.image, comb=one.correction.cells is not None),
            spellings(one.correction.value, one.correction.cells, card.alphabet),
            (one.correction.file, one.correction.page) in chosen,
        )
        for one in cut.fields
    ]
    kept_back = [field for field in fields if field.held_out and field.texts]
    recognizer = load_recognizer(settings.start)
    labelled = _labelled([field for field in fields if not field.held_out], recognizer, card.classes)
    used = len(labelled)
    if used < FEWEST or not kept_back:
        first = f" ({cut.troubles[0]})" if cut.troubles else ""
        raise InputError(
            f"Of {len(rows)} corrections {used} can be learned from{first}; {FEWEST} or more are needed, from several "
            "pages, whose values are in symbols of the model."
        )
    claim(settings.out, {"corrections": len(rows), "used": used, **_plain(settings)})
    keras.utils.set_random_seed(settings.seed)
    mixture = Mixture().scaled(settings.size)
    steps = -(-round(len(mixture) * (1 + SHARE)) // settings.batch)
    learner = Learner(settings.out, card.classes, settings.rate, steps * settings.epochs, TrainSettings.smoothing)
    if not learner.epoch:
        learner.begin_from(settings.start)
    together = Labelled(
        np.concatenate([one.crops for one in labelled]), np.concatenate([one.answers for one in labelled])
    )
    source = Source(replay, card.classes, np.ones(len(replay)))
    with Epochs(source, lambda _epoch: mixture, settings.seed, processes=settings.processes) as epochs:
        for epoch in range(learner.epoch + 1, settings.epochs + 1):
            chunks = epochs.get(epoch)
            if epoch < settings.epochs:
                epochs.prepare(epoch + 1)

            def report(step: int, loss: float, epoch: int = epoch) -> None:
                if progress:
                    progress(Progress(epoch, settings.epochs, step, steps, loss))

            rng = np.random.default_rng((settings.seed, epoch))
            loss = learner.learn(_with_corrections(chunks, together, rng), settings.batch, report)
            learner.keep(epoch, best=True)
            if progress:
                progress(Progress(epoch, settings.epochs, steps, steps, loss))
    before = _standing(recognizer, kept_back, aside)
    draft = settings.out / "draft"
    write_model(
        draft,
        learner.best(),
        card.classes,
        representative=representative_crops(
            np.concatenate([replay.images[:: max(1, len(replay) // 1500)], together.crops[:500]]), settings.seed
        ),
        validation=(aside.images, Source(aside, card.classes, np.ones(len(aside))).answers),
        origin=_origin(settings, replay, card, used),
        strings=card.calibration,
    )
    after = _standing(load_recognizer(draft), kept_back, aside)
    unusable = len(fields) - used - len(kept_back)
    if _worse(before, after):
        shutil.rmtree(draft)
        return TuneResult(None, before, after, used, unusable, cut.troubles)
    model = settings.out / "model"
    shutil.rmtree(model, ignore_errors=True)
    draft.rename(model)
    return TuneResult(model, before, after, used, unusable, cut.troubles)


def _replay(settings: TuneSettings, card: Card) -> tuple[Samples, Samples]:
    """Symbols to be replayed, and those of held-out writers to be compared on."""
    alphabet = short(card.alphabet)
    if settings.data:
        parts = [only(load_samples(path), alphabet, path) for path in settings.data]
        samples = joined(parts) if len(parts) > 1 else parts[0]
    else:
        samples = digits_to_train_on()
    if samples.alphabet != tuple(sorted(card.alphabet)):
        raise InputError(
            f"The model in {settings.start} reads {alphabet}; give the symbols that it was trained on as DATA, so that "
            "it forgets none."
        )
    return samples.split(TrainSettings.held_out, TrainSettings.seed)


def _held_out_pages(rows: Sequence[Correction], settings: TuneSettings) -> set[tuple[str, int]]:
    """Pages whose corrections are not learned from: a share of them, at random."""
    pages = sorted({(row.file, row.page) for row in rows})
    order = np.random.default_rng(settings.seed).permutation(len(pages))
    return {pages[i] for i in order[: max(1, round(settings.held_out * len(pages)))]}


def _labelled(fields: Sequence[_Field], recognizer: Recognizer, classes: tuple[str, ...]) -> list[Labelled]:
    """What each field that can be learned from gives."""
    found = []
    for field, scores in zip(fields, _scores(fields, recognizer), strict=True):
        path = spelled(field.lattice, scores, classes, field.texts)
        if path:
            found.append(labelled_crops(field.lattice, path, classes))
    return [one for one in found if len(one.crops)]


def _scores(fields: Sequence[_Field], recognizer: Recognizer) -> Iterator[np.ndarray]:
    """What the model says of each field's crops, all fields in one batch."""
    batch = np.concatenate([field.lattice.crops for field in fields]) if fields else stack_crops([])
    ends = np.cumsum([len(field.lattice.crops) for field in fields])
    return iter(np.split(recognizer.log_probabilities(batch), ends[:-1]) if fields else [])


def _standing(recognizer: Recognizer, fields: Sequence[_Field], symbols: Samples) -> Standing:
    right = 0
    for field, scores in zip(fields, _scores(fields, recognizer), strict=True):
        decoded = decode(field.lattice, scores, recognizer.classes, Format(), recognizer.calibration)
        right += decoded.meaning.value in field.texts
    found = measure(recognizer, symbols, "replay")
    return Standing(right, len(fields), found.right, found.count)


def _worse(before: Standing, after: Standing) -> bool:
    lost = (before.symbols_right - after.symbols_right) / max(1, before.symbols)
    return after.fields_right < before.fields_right or lost > ALLOWED_LOSS


def _with_corrections(
    chunks: Iterator[tuple[Crops, Answers]], labelled: Labelled, rng: np.random.Generator
) -> Iterator[tuple[Crops, Answers]]:
    """`chunks` with crops from corrections among theirs, half of these as they are, half changed a little."""
    for crops, answers in chunks:
        chosen = rng.integers(0, len(labelled.crops), round(SHARE * len(crops)))
        own = [labelled.crops[i] if rng.random() < 0.5 else plain_crop(labelled.crops[i], rng) for i in chosen]
        order = rng.permutation(len(crops) + len(own))
        yield np.concatenate([crops, own])[order], np.concatenate([answers, labelled.answers[chosen]])[order]


def _origin(settings: TuneSettings, replay: Samples, card: Card, used: int) -> Origin:
    own = {"name": f"{used} fields that people corrected", "licence": "the user's own"}
    told = {**_plain(settings), "start": card.about.get("training"), "corrections": used, "replayed": len(replay)}
    return Origin((own, *data_of(settings.data, settings.start, replay.alphabet)), told)


def _plain(settings: TuneSettings) -> dict[str, Any]:
    return {
        "start": str(settings.start),
        "data": [path.name for path in settings.data],
        "epochs": settings.epochs,
        "size": settings.size,
        "rate": settings.rate,
        "batch": settings.batch,
        "held_out": settings.held_out,
        "seed": settings.seed,
    }
