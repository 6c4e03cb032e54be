"""Labelled symbols, each named by the recogniser alone."""

from __future__ import annotations

import numpy as np

from extractor.alphabet import short
from extractor.errors import InputError
from extractor.recognizer.base import Recognizer
from extractor.recognizer.symbol_views import symbol_scores
from training.data.samples import Samples
from training.evaluation.outcomes import Outcome, Outcomes


def read_symbols(recognizer: Recognizer, samples: Samples, data: str, accept: float) -> Outcomes:
    """What `recognizer` says of `samples`: the likeliest symbol of its alphabet, whatever the marks' probabilities are.

    Raises InputError where the samples have symbols that it does not know.
    """
    alphabet = np.array(recognizer.classes[:-3])
    if unknown := set(samples.alphabet) - set(alphabet.tolist()):
        raise InputError(
            f"{data} has symbols that this model does not know: {short(unknown)}; it reads {short(alphabet.tolist())}."
        )
    scores = symbol_scores(samples.images, recognizer)[:, : len(alphabet)]
    best = scores.argmax(1)
    sure = np.exp(scores[np.arange(len(best)), best].astype(np.float64))
    outcomes = []
    for place, (row, confidence) in enumerate(zip(best.tolist(), sure.tolist(), strict=True)):
        truth, read = str(samples.labels[place]), str(alphabet[row])
        picture = None if truth == read else 255 - samples.images[place]
        outcomes.append(Outcome(str(place), truth, read, confidence, confidence >= accept, picture=picture))
    return Outcomes(data, tuple(outcomes), "symbol")
