"""Logits into log-probabilities."""

from __future__ import annotations

import numpy as np

from extractor.values import Floats


def log_softmax(logits: Floats, temperature: float = 1.0) -> Floats:
    """Natural log of the probabilities that `logits`, shape (n, classes), stand for at `temperature`."""
    scaled = logits / np.float32(temperature)
    scaled = scaled - scaled.max(axis=1, keepdims=True)
    return (scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))).astype(np.float32)
