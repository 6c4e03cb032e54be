"""Logits into log-probabilities."""

from __future__ import annotations

import numpy as np

from extractor.values import Floats


def log_softmax(logits: Floats, temperature: float = 1.0) -> Floats:
    """Natural log of the probabilities that `logits`, shape (n, classes), stand for at `temperature`."""
    scaled: Floats = (logits / temperature).astype(np.float32)
    scaled -= scaled.max(axis=1, keepdims=True)
    scaled -= np.log(np.exp(scaled).sum(axis=1, keepdims=True))
    return scaled
