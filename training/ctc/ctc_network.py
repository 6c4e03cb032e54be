"""The network that reads strings whole: convolutions that fold the text line's rows into one, and some context along
it; and how it learns by connectionist temporal classification (A. Graves et al., 2006)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from extractor.errors import ModelError
from extractor.recognizer.card import CARD, read_ctc_card
from extractor.recognizer.ctc import FRAMES, STRIDE
from extractor.segmentation.text_line import HEIGHT

if TYPE_CHECKING:
    from training.learner import Learner

KIN = {",": ".", ":": "=", "(": "1", ")": "1", "+": "X", "$": "?", "%": "?"}
"""What a mark looks most like of those that older networks know."""

LESS_PROBABLE = 1.5
"""How much less probable than its kin (natural log) a mark is at first."""

CTC_AVERAGE = 0.998
"""How much of the averaged weights stays at each step."""

UNREADABLE = 16
"""Of so many text lines in a batch the one with the highest loss is not learned from: the few composed ones that nobody
could read would make much of the loss (the small-loss trick of B. Han et al., "Co-teaching", 2018)."""


@dataclass(frozen=True)
class Design:
    """How large the network is: `widths`, channels of the first four convolutions, of which the second and the fourth
    halve the picture; `deep`, convolutions at a quarter of the height, each of which adds to what is there (K. He et
    al., 2016); `context`, channels after the rows have been folded into one; `reach`, convolutions along the string
    that follow."""

    widths: tuple[int, int, int, int]
    deep: int
    context: int
    reach: int


USUAL_DESIGN = Design((24, 48, 48, 112), deep=2, context=176, reach=4)
SMALL_DESIGN = Design((24, 48, 48, 96), deep=1, context=160, reach=2)
"""For a second opinion, with little more than half of the weights."""


def build_ctc_network(classes: int, design: Design = USUAL_DESIGN, *, dropout: float = 0.25) -> Any:
    """A Keras model from text lines, shape (n, HEIGHT, width, 1) with ink from 0 to 255 and a width that STRIDE
    divides, to logits, shape (n, 1, width / STRIDE, FRAMES * classes): FRAMES answers for each place, from left to
    right; the last class is CTC's blank.
    """
    import keras
    from keras import layers

    def norm(x: Any) -> Any:
        return layers.ReLU()(layers.BatchNormalization(momentum=0.98)(x))

    def step(x: Any, width: int, size: int | tuple[int, int] = 3, stride: int = 1, padding: str = "same") -> Any:
        return norm(layers.Conv2D(width, size, strides=stride, padding=padding, use_bias=False)(x))

    lines = layers.Input((HEIGHT, None, 1), name="lines")
    x = layers.Rescaling(1 / 255)(lines)
    x = step(x, design.widths[0])
    x = step(x, design.widths[1], stride=2)
    x = step(x, design.widths[2])
    x = step(x, design.widths[3], stride=2)
    for _ in range(design.deep):
        x = layers.Add()([x, step(x, design.widths[3])])
    x = step(layers.ZeroPadding2D((0, 1))(x), design.widths[3], padding="valid")
    rows = HEIGHT // STRIDE - 2
    x = step(layers.ZeroPadding2D((0, 1))(x), design.context, (rows, 3), padding="valid")
    for _ in range(design.reach):
        x = layers.Add()([x, step(x, design.context, (1, 5))])
    x = layers.Dropout(dropout)(x)
    logits = layers.Conv2D(FRAMES * classes, (1, 3), padding="same", name="logits")(x)
    return keras.Model(lines, logits, name="lines")


def ctc_network_in(path: Path, classes: Sequence[str]) -> Any:
    """The CTC network in the .keras file `path`, whatever its layers, for `classes`. Where the card beside it says that
    it knows fewer, it grows. Raises ModelError where there is none, or it knows others."""
    import keras

    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except (OSError, ValueError):
        raise ModelError(f"There is no network in {path}; give the model.keras of a folder made by training.") from None
    card = path.with_name(CARD)
    known = read_ctc_card(path.parent).classes if card.is_file() else tuple(classes)
    outputs = model.output_shape[-1]
    if outputs != FRAMES * (len(known) + 1) or not set(known) <= set(classes):
        raise ModelError(f"{path} knows other symbols than are trained now; train it anew from the beginning.")
    return model if known == tuple(classes) else grown(model, known, classes)


def grown(network: Any, known: Sequence[str], classes: Sequence[str]) -> Any:
    """`network`, which tells the classes `known` and CTC's blank, for `classes`: what it says of those that it knows
    stays, a new one begins as one that it looks like, but less probable."""
    import keras

    kernel, bias = network.layers[-1].get_weights()
    kernel, bias = kernel.reshape(*kernel.shape[:-1], FRAMES, -1), bias.reshape(FRAMES, -1)
    places = [known.index(name if name in known else KIN[name]) for name in classes] + [len(known)]
    lower = np.array([0.0 if name in known else LESS_PROBABLE for name in classes] + [0.0], np.float32)
    kernel, bias = kernel[..., places], bias[..., places] - lower
    logits = keras.layers.Conv2D(FRAMES * (len(classes) + 1), (1, 3), padding="same", name="logits")
    model = keras.Model(network.input, logits(network.layers[-1].input), name=network.name)
    logits.set_weights([kernel.reshape(*kernel.shape[:-2], -1), bias.reshape(-1)])
    return model


def halves(network: Any) -> tuple[Any, Any]:
    """The layers of `network` that see the picture's rows, and those from where these are folded into one on, each as a
    Keras model; their weights are those of `network`."""
    import keras

    folding = next(layer for layer in network.layers if len(layer.output.shape) == 4 and layer.output.shape[1] == 1)
    return keras.Model(network.input, folding.input), keras.Model(folding.input, network.output)


def ctc_learner(
    out: Path,
    network: Any,
    *,
    rate: float,
    steps: int,
    average: float = CTC_AVERAGE,
    leave_out: bool = True,
    bfloat16: bool = False,
) -> Learner:
    """`network` while it learns text lines: answers are those of `Batch`. Where every one is worth learning, such as
    those that people put right, `leave_out` is False; where few steps are taken, less stays of the `average` at each.
    `bfloat16` as for `Learner`.
    """
    from keras import ops

    from training.learner import Learner

    outputs = network.output_shape[-1] // FRAMES

    def loss(answers: Any, logits: Any) -> Any:
        frames, texts = answers[:, 0], answers[:, 1:]
        rows = ops.reshape(logits, (ops.shape(logits)[0], -1, outputs))
        lengths = ops.sum(ops.cast(texts >= 0, "int32"), axis=1)
        losses = ops.ctc_loss(ops.maximum(texts, 0), rows, lengths, frames, mask_index=outputs - 1)
        if leave_out:
            ranks = ops.argsort(ops.argsort(losses))
            count = ops.shape(losses)[0]
            kept = ops.cast(ranks < count - count // UNREADABLE, losses.dtype)
            losses = losses * kept * ops.cast(count, losses.dtype) / ops.sum(kept)
        return losses

    return Learner(out, network, loss, rate=rate, steps=steps, warmup=1 / 20, average=average, bfloat16=bfloat16)
