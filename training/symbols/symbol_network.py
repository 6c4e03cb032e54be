"""The network for symbols: plain convolutions, small enough for int8 on a CPU; and how it learns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.errors import InputError
from extractor.recognizer.card import checked_copy, read_card
from extractor.segmentation.crop import SIZE
from extractor.values import Crops, Floats
from training.data.epochs import Answers

if TYPE_CHECKING:
    from training.learner import Learner, Pair

WIDTHS = (24, 48, 48, 96, 96, 96)
"""Channels of the six convolutions; the second and the fourth halve the picture, the last takes it from 7 to 5."""

SYMBOL_AVERAGE = 0.9985
"""How much of the averaged weights stays at each step."""


def build_symbol_network(classes: int, *, dropout: float = 0.3) -> Any:
    """A Keras model from crops, shape (n, 28, 28, 1) with ink from 0 to 255, to logits, shape (n, 1, 1, classes).

    The answer keeps its two axes of length one: the last layer is a convolution as wide as what is left of the
    picture, which LiteRT runs in one piece with the others where a reshape would part them.
    """
    import keras
    from keras import layers

    def step(x: Any, width: int, stride: int = 1, padding: str = "same") -> Any:
        x = layers.Conv2D(width, 3, strides=stride, padding=padding, use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization(momentum=0.98)(x))

    crops = layers.Input((SIZE, SIZE, 1), name="crops")
    x = layers.Rescaling(1 / 255)(crops)
    x = step(x, WIDTHS[0])
    x = step(x, WIDTHS[1], stride=2)
    x = step(x, WIDTHS[2])
    x = step(x, WIDTHS[3], stride=2)
    x = step(x, WIDTHS[4])
    x = step(x, WIDTHS[5], padding="valid")
    x = layers.Dropout(dropout)(x)
    logits = layers.Conv2D(classes, 5, name="logits")(x)
    return keras.Model(crops, logits, name="symbols")


def symbol_network_from(folder: Path, names: tuple[str, ...]) -> Any:
    """A network for the classes `names` with the weights of the model in `folder`: all of them where it knows the same
    classes, else all but what the last layer says of classes that it does not know. Raises InputError for another
    network."""
    import keras

    card = read_card(folder)
    with checked_copy(folder, card, "keras") as path:
        weights = keras.saving.load_model(path, compile=False, safe_mode=True).get_weights()
    network = build_symbol_network(len(names))
    own = network.get_weights()
    if card.classes != names and len(weights) == len(own):
        # The last layer's kernel and bias end in one number per class.
        for place in (-2, -1):
            weights[place] = _by_class(weights[place], card.classes, own[place], names)
    if [one.shape for one in weights] != [one.shape for one in own]:
        raise InputError(f"The model in {folder} is another network than this program trains; begin without it.")
    network.set_weights(weights)
    return network


def symbol_learner(out: Path, network: Any, *, rate: float, steps: int, smoothing: float) -> Learner:
    """`network` while it learns symbols: answers are classes, of which `smoothing` is given to all others."""
    from keras import losses, ops

    from training.learner import Learner

    classes = network.output_shape[-1]

    def loss(answers: Any, logits: Any) -> Any:
        wanted = ops.one_hot(ops.reshape(answers, (-1,)), classes)
        flat = ops.reshape(logits, (-1, classes))
        return losses.categorical_crossentropy(wanted, flat, from_logits=True, label_smoothing=smoothing)

    return Learner(out, network, loss, rate=rate, steps=steps, warmup=1 / 12, average=SYMBOL_AVERAGE)


def in_batches(chunks: Iterable[tuple[Crops, Answers]], size: int) -> Iterator[Pair]:
    """`chunks` of crops, shape (n, 28, 28), and their classes in pairs of `size`, as `symbol_learner` takes them."""
    for crops, answers in chunks:
        for start in range(0, len(crops), size):
            yield crops[start : start + size, ..., None], answers[start : start + size]


def _by_class(old: Floats, old_names: tuple[str, ...], new: Floats, new_names: tuple[str, ...]) -> Floats:
    """`new`, whose last axis runs over `new_names`, with the numbers of those classes that `old` knows."""
    if old.shape != (*new.shape[:-1], len(old_names)):
        return old
    new = new.copy()
    for place, name in enumerate(new_names):
        if name in old_names:
            new[..., place] = old[..., old_names.index(name)]
    return new
