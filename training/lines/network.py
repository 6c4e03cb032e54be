"""The network that reads whole lines: the symbols' own convolutions, run along the line, and some context."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from extractor.recognizer.card import checked_copy, read_card
from extractor.recognizer.lines import FRAMES, STRIDE
from extractor.segmentation.line import HEIGHT
from training.network import WIDTHS

CONTEXT = 160
"""Channels after the rows have been folded into one."""


def build_line_network(classes: int, *, dropout: float = 0.25) -> Any:
    """A Keras model from lines, shape (n, HEIGHT, width, 1) with ink from 0 to 255 and a width that STRIDE divides, to
    logits, shape (n, 1, width / STRIDE, FRAMES * classes): FRAMES answers for each place, from left to right; the last
    class is CTC's blank.
    """
    import keras
    from keras import layers

    def norm(x: Any) -> Any:
        return layers.ReLU()(layers.BatchNormalization(momentum=0.98)(x))

    def step(x: Any, width: int, stride: int = 1) -> Any:
        return norm(layers.Conv2D(width, 3, strides=stride, padding="same", use_bias=False)(x))

    lines = layers.Input((HEIGHT, None, 1), name="lines")
    x = layers.Rescaling(1 / 255)(lines)
    x = step(x, WIDTHS[0])
    x = step(x, WIDTHS[1], stride=2)
    x = step(x, WIDTHS[2])
    x = step(x, WIDTHS[3], stride=2)
    x = step(x, WIDTHS[4])
    x = norm(layers.Conv2D(WIDTHS[5], 3, padding="valid", use_bias=False)(layers.ZeroPadding2D((0, 1))(x)))
    rows = HEIGHT // STRIDE - 2
    x = norm(layers.Conv2D(CONTEXT, (rows, 3), padding="valid", use_bias=False)(layers.ZeroPadding2D((0, 1))(x)))
    for _ in range(2):
        y = norm(layers.Conv2D(CONTEXT, (1, 5), padding="same", use_bias=False)(x))
        x = layers.Add()([x, y])
    x = layers.Dropout(dropout)(x)
    logits = layers.Conv2D(FRAMES * classes, (1, 3), padding="same", name="logits")(x)
    return keras.Model(lines, logits, name="lines")


def begin_from(network: Any, start: Path) -> None:
    """Gives `network` what it can use of the model in the folder `start` (or in the file, if it is one): all layers of a
    line network, the convolutions of a symbols' one."""
    import keras

    if start.is_file():
        model = keras.saving.load_model(start, compile=False, safe_mode=True)
    else:
        with checked_copy(start, read_card(start), "keras") as path:
            model = keras.saving.load_model(path, compile=False, safe_mode=True)

    def parts(model: Any) -> list[Any]:
        return [layer for layer in model.layers if type(layer).__name__ in ("Conv2D", "BatchNormalization")]

    for ours, theirs in zip(parts(network), parts(model), strict=False):
        shapes = [weights.shape for weights in theirs.get_weights()]
        if [weights.shape for weights in ours.get_weights()] == shapes:
            ours.set_weights(theirs.get_weights())
        elif ours.name == theirs.name == "logits":
            _widen(ours, theirs)
        else:
            break


def _widen(ours: Any, theirs: Any) -> None:
    """Answers of a model that knew fewer classes, the blank last in both; what is new begins as unlikely."""
    kernel, bias = ours.get_weights()
    old_kernel, old_bias = theirs.get_weights()
    new, old = len(bias) // FRAMES, len(old_bias) // FRAMES
    kernel, bias = np.zeros_like(kernel), np.full_like(bias, -4.0)
    for frame in range(FRAMES):
        to = frame * new + np.append(np.arange(old - 1), new - 1)
        kernel[..., to] = old_kernel[..., frame * old : (frame + 1) * old]
        bias[to] = old_bias[frame * old : (frame + 1) * old]
    ours.set_weights([kernel, bias])
