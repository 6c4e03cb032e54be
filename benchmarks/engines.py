"""Crops a second of each engine, and how they compare, measured in turns in one run on this machine.

Run `python -m benchmarks.engines [CROPS]` (default 20,000 crops a turn; the best of three turns counts).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

from extractor.recognizer import load_recognizer
from extractor.recognizer.card import SHIPPED, checked_copy, read_card
from extractor.values import Crops

TURNS = 3
PREDICT_BATCHES = (32, 128, 512, 2048)
Engine = Callable[[Crops], object]


def main(arguments: list[str]) -> int:
    """Print one line an engine; returns the exit code."""
    count = int(arguments[0]) if arguments and arguments[0].isdigit() else 20_000
    rng = np.random.default_rng(1)
    crops = (rng.random((count, 28, 28)) ** 4 * 255).astype(np.uint8)
    engines = _engines()
    fastest = dict.fromkeys(engines, 0.0)
    for run in engines.values():
        run(crops[:2048])
    for _ in range(TURNS):
        for name, run in engines.items():
            began = time.perf_counter()
            run(crops)
            fastest[name] = max(fastest[name], count / (time.perf_counter() - began))
    predicts = [name for name in fastest if name.startswith("keras.predict")]
    base = max((fastest[name] for name in predicts), default=None)
    print(f"{os.cpu_count()} processors, {count:,} crops, best of {TURNS} turns")
    print(f"{'engine':34}{'crops/s':>10}{'against keras.predict at its best':>36}")
    for name, rate in fastest.items():
        print(f"{name:34}{rate:10,.0f}{(f'{rate / base:.1f}x' if base else 'TensorFlow is not installed'):>36}")
    return 0


def _engines() -> dict[str, Engine]:
    cores = os.cpu_count() or 1
    engines: dict[str, Engine] = {
        f"litert int8, {threads} thread{'s' * (threads > 1)}": load_recognizer(threads=threads).log_probabilities
        for threads in sorted({1, cores})
    }
    if not find_spec("tensorflow"):
        return engines
    engines["keras engine (tf.function)"] = load_recognizer(engine="keras").log_probabilities
    import keras

    with checked_copy(SHIPPED, read_card(SHIPPED), "keras") as path:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)

    def predict(size: int) -> Engine:
        return lambda crops: model.predict(crops[..., None].astype(np.float32), batch_size=size, verbose=0)

    engines.update({f"keras.predict, batches of {size}": predict(size) for size in PREDICT_BATCHES})
    return engines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
