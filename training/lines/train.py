"""Training of the line reader, resumable after every epoch.

python -m training.lines.train OUT [--epochs 20]
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from extractor.recognizer.card import SHIPPED
from extractor.values import Crops
from training.data.sources import data_folder, digits_to_train_on, load_samples
from training.lines.batches import CHUNK, CLASSES, LineEpochs, Lines, make_lines, packed
from training.lines.compose import LETTERS, by_writer

HELD_OUT, SEED = 0.08, 1


def letters_to_train_on() -> Crops:
    """What is no digit: letters that look like none."""
    samples = load_samples(data_folder() / "letters_62")
    return samples.images[np.isin(samples.labels, list(LETTERS))]


def best_path(scores: np.ndarray) -> str:
    best = scores.argmax(1)
    keep = np.concatenate(([True], best[1:] != best[:-1])) & (best < len(CLASSES))
    return "".join(CLASSES[i] for i in best[keep])


def measured(learner: Any, lines: Lines) -> tuple[float, float]:
    right = digits = 0
    for batch in packed(lines, 64, np.random.default_rng(0)):
        for scores, answer in zip(learner.log_probabilities(batch), batch.texts, strict=True):
            said, true = best_path(scores), "".join(CLASSES[i] for i in answer if i >= 0)
            right += said == true
            digits += [c for c in said if c.isdigit()] == [c for c in true if c.isdigit()]
    return right / len(lines.texts), digits / len(lines.texts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--lines", type=int, default=12288)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--start", type=Path, default=SHIPPED)
    parser.add_argument("--rate", type=float, default=2e-3)
    options = parser.parse_args()
    import keras

    from training.lines.learner import LineLearner

    options.out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(SEED)
    learned, aside = digits_to_train_on().split(HELD_OUT, SEED)
    letters = letters_to_train_on()
    chunks = options.lines // CHUNK
    steps = chunks * (CHUNK // options.batch)
    validation = make_lines(by_writer(aside, letters), 1000, (SEED, 99, 0))
    learner = LineLearner(options.out, options.start, options.rate, steps * options.epochs)
    log = options.out / "history.json"
    history = json.loads(log.read_text())[: learner.epoch] if log.exists() else []
    with LineEpochs(by_writer(learned, letters), SEED, chunks) as epochs:
        for epoch in range(learner.epoch + 1, options.epochs + 1):
            began = time.monotonic()
            loss = learner.learn(
                epochs.get(epoch, options.batch),
                lambda step, loss: print(f"\r{step}/{steps} {loss:.3f}", end="", flush=True),
            )
            exact, digits = measured(learner, validation)
            history.append(
                {
                    "epoch": epoch,
                    "loss": loss,
                    "exact": exact,
                    "digits": digits,
                    "seconds": round(time.monotonic() - began),
                }
            )
            log.write_text(json.dumps(history, indent=1))
            learner.keep(epoch, best=digits >= max(h["digits"] for h in history))
            print(f"\n{history[-1]}", flush=True)


if __name__ == "__main__":
    main()
