"""All that is known of one sheet while it lies before the camera: its fields' evidence, what they read, its ink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from extractor.decoding import Decoded
from extractor.reading import Observation, Reader
from extractor.template import Template
from extractor.values import FieldStatus, Gray, Reading, RuleOutcome
from formdigits.camera.fusion import CombEvidence, StringEvidence

LEAST_FRAMES = 3
"""Frames that must have shown a field before it counts as settled."""

SETTLING_S = 1.0
"""A field that has not changed for so long is settled, whatever its confidence."""


@dataclass
class _Shown:
    """What a field shows now, and since when it has been that."""

    reading: Reading
    since: float


class Sheet:
    """One sheet of `form`, read by `reader`. `locked`: its row was given; `again`: and it has come back since;
    `dismissed`: the row was taken back, and it gives none by itself."""

    def __init__(self, reader: Reader, form: Template, *, dismissed: bool = False) -> None:
        self.form = form
        self.rules: tuple[RuleOutcome, ...] = ()
        self.locked = self.again = False
        self.dismissed = dismissed
        self._reader = reader
        self._evidence: dict[str, CombEvidence | StringEvidence] = {}
        self._decided: dict[str, tuple[Observation, Decoded]] = {}
        self._shown: dict[str, _Shown] = {}
        self._ink: dict[str, NDArray[np.float32]] = {}

    def frames(self, name: str) -> int:
        """How many frames have shown the field."""
        return self._evidence[name].weights.frames if name in self._evidence else 0

    @property
    def readings(self) -> dict[str, Reading]:
        """What was read so far, by field."""
        return {name: shown.reading for name, shown in self._shown.items()}

    @property
    def ink(self) -> dict[str, Gray]:
        """The mean picture of each field's ink."""
        return {name: picture.astype(np.uint8) for name, picture in self._ink.items()}

    def add(self, seen: Sequence[Observation], pictures: dict[str, Gray], weight: float, at: float) -> None:
        """What one frame shows of a few fields, with the pictures of their ink; `weight`, above 0, is how well it
        shows them beside other frames, `at` the frame's time in seconds."""
        for one in seen:
            evidence = self._evidence.get(one.name)
            if evidence is None:
                evidence = CombEvidence() if one.lattice.comb else StringEvidence()
                self._evidence[one.name] = evidence
            if isinstance(evidence, CombEvidence):
                evidence.add(one, weight)
                fused = evidence.fused()
                self._decided[one.name] = fused, self._reader.decode(fused)
            else:
                evidence.add(one, self._reader.decode(one), weight)
                self._decided[one.name] = evidence.fused()
            picture = pictures[one.name].astype(np.float32)
            before = self._ink.get(one.name)
            if before is not None and before.shape == picture.shape:
                picture = (before + (picture - before) / min(evidence.weights.frames, 8)).astype(np.float32)
            self._ink[one.name] = picture
        self._show(at)

    def _show(self, at: float) -> None:
        decided = [self._decided[field.name] for field in self.form.fields if field.name in self._decided]
        # Rules weigh whole sheets: until every field was seen there are none.
        readings, self.rules = self._reader.settle(self.form if self.whole else None, decided)
        for reading in readings:
            shown = self._shown.get(reading.field)
            if shown is None or shown.reading.value != reading.value:
                self._shown[reading.field] = _Shown(reading, at)
            else:
                shown.reading = reading

    def settled(self, at: float) -> frozenset[str]:
        """The fields that are accepted, or have not changed for a second."""
        if self.locked:
            return frozenset(self._shown)
        return frozenset(
            name
            for name, shown in self._shown.items()
            if self.frames(name) >= LEAST_FRAMES
            and (shown.reading.status is not FieldStatus.REVIEW or at - shown.since >= SETTLING_S)
        )

    @property
    def whole(self) -> bool:
        """Whether every field was seen."""
        return len(self._shown) == len(self.form.fields) or len(self._decided) == len(self.form.fields)

    def complete(self, at: float) -> bool:
        """Whether every field is settled."""
        return len(self.settled(at)) == len(self.form.fields)

    def lock(self) -> None:
        """Keeps what was read, and enough of the ink to know the sheet again; no frame counts any more."""
        self.locked, self.dismissed = True, False
        self._evidence.clear()
        self._decided.clear()
