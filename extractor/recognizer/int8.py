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

        self._interpreter = Interpreter(model_content=model, num_threads=threads)
        self._entry: dict[str, Any] = self._interpreter.get_input_details()[0]
        self._answer: dict[str, Any] = self._interpreter.get_output_details()[0]
        kind, (scale, zero) = self._entry["dtype"], self._entry["quantization"]
        fixed = kind is np.int8 and abs(scale - GREY_SCALE) <= SCALE_ROUNDING and zero == GREY_ZERO
        if not fixed and kind is not np.float32:
            raise ValueError("its input is neither float nor int8 with one step for each grey level")
        self.size = int(self._entry["shape"][1]), int(self._entry["shape"][2])
        """Height and width of the pictures that it was converted for."""
        self._shape: tuple[int, ...] = ()

    def logits(self, pictures: NDArray[np.uint8]) -> Floats:
        """What the network says of `pictures`, shape (n, height, width), ink = 255; shape (n, …) as the network has it.

        Other pictures of the shape of those before cost the least: for another shape it is made ready anew.
        """
        self._make_ready((*pictures.shape, 1))
        if self._entry["dtype"] is np.float32:
            return np.asarray(self._answer_to(pictures[..., None].astype(np.float32)), np.float32)
        # The network's first numbers are the pixels less 128: flipping the top bit makes the one the other.
        raw = self._answer_to((pictures[..., None] ^ 0x80).view(np.int8)).astype(np.float32)
        scale, zero = self._answer["quantization"]
        logits: Floats = (raw - np.float32(zero)) * np.float32(scale)
        return logits

    def _make_ready(self, shape: tuple[int, ...]) -> None:
        """Makes the one interpreter ready for pictures of `shape`: that takes a fraction of the time for which they
        keep it busy, where an interpreter for each shape would take 3 MiB."""
        if shape != self._shape:
            self._interpreter.resize_tensor_input(self._entry["index"], shape)
            self._interpreter.allocate_tensors()
            self._shape = shape

    def _answer_to(self, tensor: NDArray[Any]) -> NDArray[Any]:
        self._interpreter.set_tensor(self._entry["index"], tensor)
        self._interpreter.invoke()
        answer: NDArray[Any] = self._interpreter.get_tensor(self._answer["index"])
        return answer
