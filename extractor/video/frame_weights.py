"""How much the frames of one sheet say together.

The frames of a video show the same ink: what is hard to read in it is hard in every one of them, and only blur, noise
and light differ. So log-probabilities are added as if the frames were correlated: n of them count as
n / (1 + (n - 1) * FRAME_CORRELATION) independent ones, at most 1 / FRAME_CORRELATION however long the sheet is held
(the design effect of a cluster sample; L. Kish, Survey Sampling, 1965).
"""

from __future__ import annotations

FRAME_CORRELATION = 0.8
"""How much the errors of two frames of one sheet have in common."""


class Weights:
    """The weights of the frames so far."""

    def __init__(self) -> None:
        self.frames = 0
        self.total = 0.0
        self._squares = 0.0

    def add(self, weight: float) -> None:
        self.frames += 1
        self.total += weight
        self._squares += weight * weight

    @property
    def independent(self) -> float:
        """How many independent frames they count for; uneven weights count as fewer even ones."""
        frames = max(1.0, self.total**2 / self._squares)
        return frames / (1 + (frames - 1) * FRAME_CORRELATION)
