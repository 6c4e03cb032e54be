"""Training: from labelled symbols to a model folder, resumable after every epoch."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from extractor.alphabet import short
from extractor.errors import InputError, ModelError
from extractor.recognizer.card import read_card
from extractor.values import Crops, Floats
from training.curves import read_history, write_history
from training.data.batches import CHUNK, Answers, Epochs, Mixture, Source, classes_for, make_chunk
from training.data.samples import Samples, joined
from training.data.selection import only
from training.data.sources import digits_to_train_on, load_samples
from training.run import claim
from training.ship import Origin, representative_crops, write_model

DIGIT_DATA: tuple[dict[str, Any], ...] = (
    {"name": "MNIST train (Y. LeCun, C. Cortes, C. Burges)", "licence": "CC BY-SA 3.0"},
    {"name": "62-class handwritten characters on paper, digits only", "licence": "MIT"},
    {"name": "crosses, dashes and junk drawn by training/data", "licence": "Apache-2.0"},
)
RARE_STYLES = 4.0
"""How much oftener than MNIST's the digits of the small second set are drawn: it has what MNIST lacks."""

SMALL_EPOCHS = 20
"""Epochs that are smaller than the usual by more than this have a validation set smaller than the usual."""


@dataclass(frozen=True)
class TrainSettings:
    """What a run depends on.

    `out` is its folder: a run that was stopped goes on from there. `data` are paths that `load_samples` knows; without
    any, MNIST and what lies beside it. `size` scales the number of crops of an epoch (192,000). In the last `settle`
    epochs most symbols are nearly as they are. `start` is a model folder to begin from instead of from nothing, for
    instance to add one's own samples to the shipped model; where it knows other symbols, its features are taken and
    the answers to new symbols learned anew. `alphabet`, such as `A-Z`, takes only those symbols out of the data; the
    share `test` of them is set aside at the start, and the finished model measured on it once. `patience` is how many
    epochs may pass without getting better. `rate` is the highest learning rate; `processes` make crops beside the
    training.
    """

    out: Path
    data: tuple[Path, ...] = ()
    alphabet: str = ""
    start: Path | None = None
    epochs: int = 16
    settle: int = 3
    size: float = 1.0
    batch: int = 256
    rate: float = 3e-3
    smoothing: float = 0.03
    test: float = 0.0
    held_out: float = 0.08
    patience: int = 6
    processes: int = 1
    seed: int = 1


@dataclass(frozen=True)
class Progress:
    """Where a run is: `epoch` of `epochs` (from 1), `step` of `steps` in it, and the mean `loss` since its start.

    At the end of an epoch `plain` and `changed` are the accuracies on held-out writers, else None.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    plain: float | None = None
    changed: float | None = None


@dataclass(frozen=True)
class TrainResult:
    """The model's folder, its card, and the epoch that it was taken from."""

    folder: Path
    card: dict[str, Any]
    epoch: int


@dataclass(frozen=True)
class Validation:
    """Held-out writers: their symbols as they are, and crops of all classes as the product may meet them."""

    plain: Crops
    plain_answers: Answers
    changed: Crops
    changed_answers: Answers


def train(settings: TrainSettings, progress: Callable[[Progress], None] | None = None) -> TrainResult:
    """Train a network, choose its best epoch on held-out writers, and write the model into `settings.out / "model"`.

    Raises InputError for data that cannot be used, ModelError where TensorFlow is not installed.
    """
    try:
        import keras
    except ImportError:
        raise ModelError("Training needs TensorFlow; run 'pip install formdigits[tensorflow]'.") from None
    from training.learner import Learner

    samples, weights = _samples(settings)
    claim(settings.out, {**_plain(settings), "symbols": len(samples)})
    keras.utils.set_random_seed(settings.seed)
    classes = classes_for(samples.alphabet)
    if len(samples.alphabet) < 2:
        raise InputError("The training data has one symbol only; give images of at least two.")
    tests: list[tuple[str, Samples]] = []
    if settings.test:
        samples, test = samples.split(settings.test, settings.seed)
        tests = [(f"test: {settings.test:.0%} of the symbols, set aside before training", test)]
    learned, aside = samples.split(settings.held_out, settings.seed)
    source = Source(learned, classes, weights(learned))
    mixture = _without_doubles(Mixture().scaled(settings.size), samples.alphabet)
    validation = _validation(Source(aside, classes, np.ones(len(aside))), settings.seed, mixture)
    steps = -(-len(mixture) // settings.batch)

    def mixture_of(epoch: int) -> Mixture:
        return _settled(mixture) if epoch > settings.epochs - settings.settle else mixture

    learner = Learner(settings.out, classes, settings.rate, steps * settings.epochs, settings.smoothing)
    if settings.start and not learner.epoch:
        learner.begin_from(settings.start)
    history = read_history(settings.out)[: learner.epoch]
    with Epochs(source, mixture_of, settings.seed, processes=settings.processes) as epochs:
        for epoch in range(learner.epoch + 1, settings.epochs + 1):
            if _stale(history, settings.patience):
                break
            began = time.monotonic()
            chunks = epochs.get(epoch)
            if epoch < settings.epochs:
                epochs.prepare(epoch + 1)

            def report(step: int, loss: float, epoch: int = epoch) -> None:
                if progress:
                    progress(Progress(epoch, settings.epochs, step, steps, loss))

            loss = learner.learn(chunks, settings.batch, report)
            entry = {"epoch": epoch, "loss": loss, **_accuracies(learner.logits, validation, len(classes) - 3)}
            entry["seconds"] = round(time.monotonic() - began, 1)
            history.append(entry)
            write_history(settings.out, history)
            learner.keep(epoch, best=_score(entry) <= min(map(_score, history)))
            if progress:
                progress(Progress(epoch, settings.epochs, steps, steps, loss, entry["plain"], entry["changed"]))
    best = min(history, key=_score)
    crops = np.concatenate([learned.images[:: max(1, len(learned) // 1500)], validation.changed[::10]])
    card = write_model(
        settings.out / "model",
        learner.best(),
        classes,
        representative=representative_crops(crops, settings.seed),
        validation=(np.concatenate([validation.plain, validation.changed]), _both(validation)),
        origin=Origin(
            data_of(settings.data, settings.start, learned.alphabet),
            {**_told(settings), "best": best, "learned": len(learned), "held_out": len(aside)},
        ),
        tests=tests,
    )
    return TrainResult(settings.out / "model", card, int(best["epoch"]))


def data_of(data: Sequence[Path], start: Path | None, alphabet: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    """The data sets behind a model, for its card: those at `data`, and those behind the model that it began from. A
    licence is named where the data's folder has one."""
    own = tuple({"name": f"{path.name}, {short(alphabet)}", "licence": _licence(path)} for path in data) or DIGIT_DATA
    if start is None:
        return own
    before = ({**entry, "through": "the model begun from"} for entry in read_card(start).about.get("data", []))
    return (*own, *(entry for entry in before if entry["name"] not in [one["name"] for one in own]))


def _licence(data: Path) -> str:
    """The first line of the licence that lies in a data folder."""
    file = data / "LICENSE"
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file.is_file() else []
    return next((line.strip() for line in lines if line.strip()), "not stated")


def _samples(settings: TrainSettings) -> tuple[Samples, Callable[[Samples], np.ndarray]]:
    if settings.data:
        parts = [only(load_samples(path), settings.alphabet, path) for path in settings.data]
        odd = [symbol for part in parts for symbol in part.alphabet if len(symbol) != 1 or symbol.isspace()]
        if odd:
            raise InputError(f"The label '{odd[0]}' is not one symbol; name every image by a single character.")
        return (joined(parts) if len(parts) > 1 else parts[0]), lambda samples: np.ones(len(samples))
    samples = digits_to_train_on()
    if settings.alphabet:
        raise InputError("Without data the digits are learned; give data with symbols of the alphabet that you want.")
    assert samples.writers is not None
    counts = np.bincount(samples.writers)

    def weights(chosen: Samples) -> np.ndarray:
        # In the second set every image counts as a writer of its own.
        alone = counts[chosen.writers] == 1 if chosen.writers is not None else np.zeros(len(chosen), np.bool_)
        return np.where(alone, RARE_STYLES, 1.0)

    return samples, weights


def _validation(source: Source, seed: int, mixture: Mixture) -> Validation:
    rng = np.random.default_rng((seed, 0))
    counts = np.array((5000, 700 * (mixture.crosses > 0), 700 * (mixture.dashes > 0), 2000, 2000))
    # Where epochs are very small, to make these would take longer than to train.
    counts = np.ceil(counts * min(1.0, SMALL_EPOCHS * len(mixture) / len(Mixture()))).astype(int)
    sorts = rng.permutation(np.repeat(np.arange(1, 6, dtype=np.int8), counts))
    places = rng.integers(0, len(source.samples), len(sorts))
    made = [
        make_chunk(source, sorts[start : start + CHUNK], places[start : start + CHUNK], (seed, 0, start))
        for start in range(0, len(sorts), CHUNK)
    ]
    crops, answers = np.concatenate([crops for crops, _ in made]), np.concatenate([answers for _, answers in made])
    return Validation(source.samples.images, source.answers, crops, answers)


def _without_doubles(mixture: Mixture, alphabet: tuple[str, ...]) -> Mixture:
    """No crosses beside an alphabet with an X, no dashes beside one with a hyphen: nobody could tell them apart."""
    if {"x", "X"} & set(alphabet):
        mixture = replace(mixture, crosses=0)
    return replace(mixture, dashes=0) if "-" in alphabet else mixture


def _settled(mixture: Mixture) -> Mixture:
    """As large, with most symbols nearly as they are."""
    moved = round(0.5 * mixture.changed)
    return replace(mixture, plain=mixture.plain + moved, changed=mixture.changed - moved)


def _accuracies(logits: Callable[[Crops], Floats], validation: Validation, alphabet: int) -> dict[str, float]:
    plain = logits(validation.plain)[:, :alphabet].argmax(1) == validation.plain_answers
    changed = logits(validation.changed).argmax(1) == validation.changed_answers
    symbols = validation.changed_answers < alphabet
    return {
        "plain": float(plain.mean()),
        "changed": float(changed.mean()),
        "changed_symbols": float(changed[symbols].mean()),
    }


def _score(entry: dict[str, Any]) -> float:
    """Less is better: errors on plain symbols, and a fifth of those on changed ones, which are ten times as many."""
    return float((1 - entry["plain"]) + 0.2 * (1 - entry["changed"]))


def _stale(history: list[dict[str, Any]], patience: int) -> bool:
    if len(history) <= patience:
        return False
    return min(map(_score, history[-patience:])) > min(map(_score, history[:-patience]))


def _both(validation: Validation) -> Answers:
    return np.concatenate([validation.plain_answers, validation.changed_answers])


def _plain(settings: TrainSettings) -> dict[str, Any]:
    """All on which the run depends."""
    plain = {**asdict(settings), "data": [str(path) for path in settings.data]}
    plain["start"] = str(settings.start) if settings.start else None
    for key in ("out", "processes"):
        del plain[key]
    return plain


def _told(settings: TrainSettings) -> dict[str, Any]:
    """What the card says of how the model was trained."""
    told = _plain(settings)
    del told["data"]
    told["start"] = read_card(settings.start).about.get("training") if settings.start else None
    return told
