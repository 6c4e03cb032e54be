"""Training: from labelled symbols to a model folder, resumable after every epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from extractor.alphabet import short
from extractor.errors import ModelError
from extractor.recognizer.card import read_card
from extractor.values import Crops, Floats
from training.data.epochs import Epochs, Mixture
from training.data.hands import DIGIT_DATA
from training.loop import Progress, learn_epochs
from training.model_folder import Origin
from training.run import claim
from training.symbols.material import Validation, gather

if TYPE_CHECKING:
    from training.learner import Pair


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
class TrainResult:
    """The model's folder, its card, and the epoch that it was taken from."""

    folder: Path
    card: dict[str, Any]
    epoch: int


def train(settings: TrainSettings, progress: Callable[[Progress], None] | None = None) -> TrainResult:
    """Train a network, choose its best epoch on held-out writers, and write the model into `settings.out / "model"`.

    Raises InputError for data that cannot be used, ModelError where TensorFlow is not installed.
    """
    try:
        import keras
    except ImportError:
        raise ModelError("Training needs TensorFlow; run 'pip install formdigits[tensorflow]'.") from None
    from training.symbols.symbol_network import build_symbol_network, in_batches, symbol_learner, symbol_network_from

    material = gather(
        settings.data,
        settings.alphabet,
        size=settings.size,
        test=settings.test,
        held_out=settings.held_out,
        seed=settings.seed,
    )
    claim(settings.out, {**_plain(settings), "symbols": material.size})
    keras.utils.set_random_seed(settings.seed)
    classes, mixture = material.source.classes, material.mixture
    steps = -(-len(mixture) // settings.batch)

    def mixture_of(epoch: int) -> Mixture:
        return _settled(mixture) if epoch > settings.epochs - settings.settle else mixture

    network = symbol_network_from(settings.start, classes) if settings.start else build_symbol_network(len(classes))
    learner = symbol_learner(
        settings.out, network, rate=settings.rate, steps=steps * settings.epochs, smoothing=settings.smoothing
    )
    with Epochs(material.source, mixture_of, settings.seed, processes=settings.processes) as made:

        def pairs(epoch: int) -> Iterator[Pair]:
            return in_batches(made.get(epoch, then=epoch + 1 if epoch < settings.epochs else None), settings.batch)

        history = learn_epochs(
            learner,
            settings.epochs,
            steps,
            lambda epoch: in_batches(
                made.get(epoch, then=epoch + 1 if epoch < settings.epochs else None), settings.batch
            ),
            progress,
            measure=lambda: _accuracies(learner.logits, material.validation, len(classes) - 3),
            score=_score,
            patience=settings.patience,
        )
    best = min(history, key=_score)
    learned = material.source.samples
    origin = Origin(
        data_of(settings.data, settings.start, learned.alphabet),
        {**_told(settings), "best": best, "learned": len(learned), "held_out": len(material.aside)},
    )
    card = material.ship(settings.out / "model", learner.best(), origin)
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


def _settled(mixture: Mixture) -> Mixture:
    """As large, with most symbols nearly as they are."""
    moved = round(0.5 * mixture.changed)
    return replace(mixture, plain=mixture.plain + moved, changed=mixture.changed - moved)


def _accuracies(logits: Callable[[Crops], Floats], validation: Validation, alphabet: int) -> dict[str, float]:
    def said(crops: Crops) -> Floats:
        parts = [logits(crops[start : start + 1000, ..., None]) for start in range(0, len(crops), 1000)]
        return np.concatenate(parts).reshape(len(crops), -1)

    plain = said(validation.plain)[:, :alphabet].argmax(1) == validation.plain_answers
    changed = said(validation.changed).argmax(1) == validation.changed_answers
    symbols = validation.changed_answers < alphabet
    return {
        "plain": float(plain.mean()),
        "changed": float(changed.mean()),
        "changed_symbols": float(changed[symbols].mean()),
    }


def _score(entry: dict[str, Any]) -> float:
    """Less is better: errors on plain symbols, and a fifth of those on changed ones, which are ten times as many."""
    return float((1 - entry["plain"]) + 0.2 * (1 - entry["changed"]))


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
