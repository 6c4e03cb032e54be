"""The symbols of a data set that one alphabet asks for."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from extractor.alphabet import short, symbols
from extractor.errors import InputError
from training.data.samples import Samples


def only(samples: Samples, alphabet: str, path: Path) -> Samples:
    """The samples whose symbols are in `alphabet`; all where it is empty. `path`, where they come from, is named where
    something is wrong: raises InputError for no alphabet, or for one that the data lack symbols of."""
    if not alphabet:
        return samples
    try:
        wanted = symbols(alphabet)
    except ValueError as error:
        raise InputError(f"The {error}.") from None
    if missing := set(wanted) - set(samples.alphabet):
        raise InputError(f"{path} has no {short(missing)}; give data with all of the alphabet {short(wanted)}.")
    return samples.take(np.isin(samples.labels, wanted))
