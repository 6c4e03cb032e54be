"""From the trained network to the int8 file that LiteRT runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from extractor.values import Crops


def to_int8(model: Any, representative: Crops) -> bytes:
    """`model` with weights and activations in int8, each channel with a scale of its own.

    `representative`, shape (n, 28, 28), are crops as they will come: from what they cause in the network the ranges of
    its activations are taken. Its first image must hold both 0 and 255, which fixes one step to one grey level.
    """
    import tensorflow as tf

    def examples() -> Iterator[list[Any]]:
        for crop in representative:
            yield [crop[None, ..., None].astype(np.float32)]

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = examples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    with _quiet():
        return bytes(converter.convert())


def to_int8_as_it_comes(model: Any) -> bytes:
    """`model` with weights in int8, each channel with a scale of its own, and activations that become int8 picture by
    picture, by the range that they have there; they are added up in float.

    For networks in which layers add to what is there: one range for all pictures is too coarse for them. Their card
    tells what it costs, with the accuracy of both engines.
    """
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    with _quiet():
        return bytes(converter.convert())


@contextmanager
def _quiet() -> Iterator[None]:
    """Without Keras telling the user each tensor of the network that the converter has it write."""
    import keras

    told = keras.config.is_interactive_logging_enabled()
    keras.config.disable_interactive_logging()
    try:
        yield
    finally:
        if told:
            keras.config.enable_interactive_logging()
