"""An int8 network run by LiteRT, for pictures of any number and size that it takes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from extractor.values import Floats

GREY_SCALE, GREY_ZERO, SCALE_ROUNDING = 1.0, -128, 1e-3
"""Quantization of an int8 input with one step for each grey level, and what rounding may make of its scale."""


class Int8Network:
    """The network `model` (the bytes of a .tflite file) on `threads` threads. Not for use from several threads at once.

    Its activations are int8 with fixed ranges, or become int8 picture by picture; then its input and its answers are
    float. Raises ValueError or RuntimeError where LiteRT cannot run it, or where an int8 input has not one step a grey
    level.
    """

    def __init__(self, model: bytes, threads: int = 1) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._make = Interpreter
        entry = Interpreter(model_content=model).get_input_details()[0]
        self.size = int(entry["shape"][1]), int(entry["shape"][2])
        """Height and width of the pictures that it was converted for."""
        self._model = model
        self._threads = threads
        self._prepared: dict[tuple[int, ...], tuple[Any, dict[str, Any], dict[str, Any]]] = {}

    def logits(self, pictures: NDArray[np.uint8]) -> Floats:
        """What the network says of `pictures`, shape (n, height, width), ink = 255; shape (n, …) as the network has it.

        An interpreter is made ready for each shape of `pictures` once, so there should be few.
        """
        interpreter, entry, answer = self._interpreter((*pictures.shape, 1))
        if entry["dtype"] is np.float32:
            interpreter.set_tensor(entry["index"], pictures[..., None].astype(np.float32))
            interpreter.invoke()
            return np.asarray(interpreter.get_tensor(answer["index"]), np.float32)
        # The network's first numbers are the pixels less 128: flipping the top bit makes the one the other.
        interpreter.set_tensor(entry["index"], (pictures[..., None] ^ 0x80).view(np.int8))
        interpreter.invoke()
        scale, zero = answer["quantization"]
        raw = interpreter.get_tensor(answer["index"]).astype(np.float32)
        logits: Floats = (raw - np.float32(zero)) * np.float32(scale)
        return logits

    def _interpreter(self, shape: tuple[int, ...]) -> tuple[Any, dict[str, Any], dict[str, Any]]:
        """An interpreter for pictures of `shape`, and what LiteRT says of its input and of its output."""
        if shape not in self._prepared:
            interpreter = self._make(model_content=self._model, num_threads=self._threads)
            entry = interpreter.get_input_details()[0]
            interpreter.resize_tensor_input(entry["index"], shape)
            interpreter.allocate_tensors()
            scale, zero = entry["quantization"]
            fixed = entry["dtype"] is np.int8 and abs(scale - GREY_SCALE) <= SCALE_ROUNDING and zero == GREY_ZERO
            if not fixed and entry["dtype"] is not np.float32:
                raise ValueError("its input is neither float nor int8 with one step for each grey level")
            self._prepared[shape] = interpreter, interpreter.get_input_details()[0], interpreter.get_output_details()[0]
        return self._prepared[shape]
