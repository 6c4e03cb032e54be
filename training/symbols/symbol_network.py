"""The network: plain convolutions, small enough for int8 on a CPU."""

from __future__ import annotations

from typing import Any

from extractor.segmentation.crop import SIZE

WIDTHS = (24, 48, 48, 96, 96, 96)
"""Channels of the six convolutions; the second and the fourth halve the picture, the last takes it from 7 to 5."""


def build_network(classes: int, *, dropout: float = 0.3) -> Any:
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
