"""The network that reads whole lines: the symbols' own convolutions, run along the line, and some context."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from extractor.recognizer.card import checked_copy, read_card
from extractor.segmentation.line import HEIGHT
from training.network import WIDTHS

STRIDE, FRAMES = 4, 2
"""Columns of the line to one column of features, and answers (frames) that each of those gives."""

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


def begin_from_symbols(network: Any, folder: Path) -> None:
    """Gives `network` the convolutions of the symbols' model in `folder`."""
    import keras

    with checked_copy(folder, read_card(folder), "keras") as path:
        symbols = keras.saving.load_model(path, compile=False, safe_mode=True)

    def parts(model: Any) -> list[Any]:
        return [layer for layer in model.layers if type(layer).__name__ in ("Conv2D", "BatchNormalization")]

    for ours, theirs in zip(parts(network)[: 2 * len(WIDTHS)], parts(symbols)[: 2 * len(WIDTHS)], strict=True):
        ours.set_weights(theirs.get_weights())
