"""Single handwritten digits with their writers: the MNIST test set, and only that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.sources import data_folder, read_idx

# Picked by eye: a reader without the neighbours could take each of these for another digit, or it has lost a part.
# fmt: off
UNCLEAR = frozenset(
    {
        5155, 5165, 5210, 5417, 5449, 5593, 5642, 5676, 5833, 5841, 5843, 5870, 5878, 5888, 5936, 5937, 5938,
        5958, 5960, 5962, 6356, 6721, 6740, 6744, 6755, 6847, 7213, 7216, 7309, 7413, 7426, 7451, 7459, 7515,
        7736, 7746, 8165, 8375, 8376, 8381, 8386, 8408, 8444, 8453, 8502, 8597, 9069, 9117, 9490, 9495, 9505,
        9517, 9534, 9535, 9540, 9544, 9713, 9729, 9742, 9749, 9750, 9811, 9839, 9847, 9850, 9856,
    }
)
# fmt: on
MOST = 6
"""Images used of one digit by one writer: these were looked at."""


class NoDigitsError(Exception):
    """The MNIST test set is not where it is looked for; `str(error)` says where that is."""


@dataclass(frozen=True)
class Digits:
    """`images`, shape (n, 28, 28), ink = 255; `labels` and `writers`, shape (n,)."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    writers: NDArray[np.int16]

    def by(self, writer: int, digit: int) -> list[int]:
        """The rows with clear images of `digit` by `writer`; where there is none, those of the writer whose
        stroke is most like it."""
        own = self._rows(writer, digit)
        if own:
            return own
        weight = self._weight(writer)
        others = [w for w in np.unique(self.writers).tolist() if self._rows(w, digit)]
        return self._rows(min(others, key=lambda w: abs(self._weight(w) - weight)), digit)

    def _rows(self, writer: int, digit: int) -> list[int]:
        rows = np.flatnonzero((self.writers == writer) & (self.labels == digit))[:MOST].tolist()
        return [row for row in rows if row not in UNCLEAR]

    def _weight(self, writer: int) -> float:
        """How much ink this writer uses, a measure of pen and pressure."""
        return float(self.images[self.writers == writer].mean())


def load_digits() -> Digits:
    """The MNIST test set with its writers. Raises NoDigitsError where it is absent, InputError where it is damaged."""
    folder = data_folder() / "mnist"
    try:
        with np.load(folder / "writers_test.npz") as table:
            writers = table["writer"]
    except FileNotFoundError as error:
        raise NoDigitsError(
            f"{error.filename} is missing; point FORMDIGITS_DATA at the folder that holds mnist/."
        ) from None
    images, labels = (read_idx(folder / f"t10k-{part}-ubyte.gz") for part in ("images-idx3", "labels-idx1"))
    return Digits(images, labels, writers)
