"""The mean of several models that runs made out of the same one.

Such a mean of weights errs less on what is new than each of them (M. Wortsman et al., Model soups, 2022). Temperatures
are fitted and the accuracy measured anew on what the runs held out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from extractor.errors import ModelError
from extractor.recognizer.card import Card, CtcCard, checked_copy, read_card, read_ctc_card
from extractor.recognizer.ctc import CTC_FOLDER
from training.ctc.ctc_training import held_out_text_lines
from training.data.hands import DIGIT_DATA, digits_to_train_on
from training.model_folder import Origin
from training.symbols.material import gather
from training.symbols.symbol_training import TrainSettings, data_of


def write_mean(
    out: Path, models: Sequence[Path], data: Sequence[Path] = (), *, shares: Sequence[float] | None = None
) -> dict[str, Any]:
    """Write the mean of `models`, model folders of one design trained on `data`, each with its share, into `out`;
    returns its card. Raises ModelError where they differ in more than their weights."""
    cards = [read_card(model) for model in models]
    mean = mean_network(models, cards, shares)
    material = gather(data, held_out=TrainSettings.held_out, seed=TrainSettings.seed)
    origin = Origin(data_of(data, models[0] if data else None, material.aside.alphabet), mean_of(cards, shares))
    return material.ship(out, mean, origin)


def write_ctc_mean(out: Path, models: Sequence[Path]) -> dict[str, Any]:
    """Write the mean of `models`, folders of CTC networks of one design, into `out / "ctc"`; returns its card. Raises
    ModelError where they differ in more than their weights."""
    cards = [read_ctc_card(model) for model in models]
    network = mean_network(models, cards)
    from training.ctc.ctc_model import write_ctc_model

    _, aside = digits_to_train_on(TrainSettings.held_out)
    lines = held_out_text_lines(aside, cards[0].classes)
    return write_ctc_model(out / CTC_FOLDER, network, held_out=lines, origin=Origin(DIGIT_DATA, mean_of(cards)))


def mean_network(models: Sequence[Path], cards: Sequence[Card | CtcCard], shares: Sequence[float] | None = None) -> Any:
    """A Keras network whose weights are the mean of those in `models`, model folders with `cards`. Raises ModelError
    where they differ in more than their weights."""
    try:
        import keras
    except ImportError:
        raise ModelError("Training needs TensorFlow; run 'pip install formdigits[tensorflow]'.") from None
    networks = []
    for model, card in zip(models, cards, strict=True):
        with checked_copy(model, card, "keras") as path:
            networks.append(keras.saving.load_model(path, compile=False, safe_mode=True))
    weights = [network.get_weights() for network in networks]
    shapes = {tuple(part.shape for part in each) for each in weights}
    if len(shapes) > 1 or len({card.classes for card in cards}) > 1:
        raise ModelError(
            "These models differ in more than their weights; give some that were trained from the same one."
        )
    mean = networks[0]
    mean.set_weights([np.average(parts, axis=0, weights=shares) for parts in zip(*weights, strict=True)])
    return mean


def mean_of(cards: Sequence[Card | CtcCard], shares: Sequence[float] | None = None) -> dict[str, Any]:
    """How a mean of the models with `cards` came about, for its own card."""
    told = {"mean_of": [card.about.get("training") for card in cards]}
    return {**told, "shares": list(shares)} if shares else told
