"""The engine for CPUs: the int8 model through LiteRT, which imports in milliseconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from extractor.errors import ModelError
from extractor.recognizer.calibration import Calibration
from extractor.recognizer.card import model_bytes, read_card
from extractor.recognizer.softmax import log_softmax
from extractor.values import Crops, Floats

BATCHES = (8, 64, 256)
"""Crops at a time. A fixed size is prepared once; a smaller one serves what is left over."""


class LitertRecognizer:
    """The int8 model in `folder` on `threads` threads. Not for use from several threads at once.

    Raises ModelError where the folder holds no whole model.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        from ai_edge_litert.interpreter import Interpreter

        card = read_card(folder)
        self.classes: tuple[str, ...] = card.classes
        self.calibration: Calibration = card.calibration
        self._temperature = card.temperature.get("litert", 1.0)
        self._make = Interpreter
        self._model = model_bytes(folder, card, "litert")
        self._threads = threads
        self._prepared: dict[int, Any] = {}
        try:
            details = self._interpreter(BATCHES[0]).get_output_details()[0]
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"The model in {folder} cannot be run by LiteRT ({error}); train it anew.") from None
        if int(np.prod(details["shape"])) != BATCHES[0] * len(self.classes):
            raise ModelError(f"The model in {folder} has another number of classes than its card; train it anew.")

    def log_probabilities(self, crops: Crops) -> Floats:
        """Natural log of each class's probability, shape (n, classes), for crops of shape (n, 28, 28)."""
        logits = np.empty((len(crops), len(self.classes)), np.float32)
        start = 0
        while start < len(crops):
            size = next((size for size in BATCHES if size >= len(crops) - start), BATCHES[-1])
            part = crops[start : start + size]
            logits[start : start + len(part)] = self._run(part, size)
            start += len(part)
        return log_softmax(logits, self._temperature)

    def _run(self, crops: Crops, size: int) -> Floats:
        interpreter = self._interpreter(size)
        entry, answer = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
        batch = np.zeros((size, *crops.shape[1:], 1), np.uint8)
        batch[: len(crops), ..., 0] = crops
        # The network's first numbers are the crop's bytes less 128: flipping the top bit makes the one the other.
        interpreter.set_tensor(entry["index"], (batch ^ 0x80).view(np.int8))
        interpreter.invoke()
        raw = interpreter.get_tensor(answer["index"]).reshape(size, -1)[: len(crops)]
        scale, zero = answer["quantization"]
        logits: Floats = (raw.astype(np.float32) - np.float32(zero)) * np.float32(scale)
        return logits

    def _interpreter(self, size: int) -> Any:
        """An interpreter made ready for batches of `size`; made once."""
        if size not in self._prepared:
            interpreter = self._make(model_content=self._model, num_threads=self._threads)
            entry = interpreter.get_input_details()[0]
            interpreter.resize_tensor_input(entry["index"], (size, *entry["shape"][1:]))
            interpreter.allocate_tensors()
            scale, zero = entry["quantization"]
            if entry["dtype"] is not np.int8 or abs(scale - 1) > 1e-3 or zero != -128:
                raise ValueError("its input is not int8 with one step for each grey level")
            self._prepared[size] = interpreter
        return self._prepared[size]
