"""All that is known of one sheet while it lies before the camera: its fields' evidence, what they read, its ink."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from extractor.decoding import Decoded
from extractor.fields import Cut, Levels, PageInk, clean, levels_of, page_ink_by_levels, page_ink_of
from extractor.observation import Observation, decode
from extractor.reading import Reader
from extractor.template import Template
from extractor.values import Doubt, FieldStatus, Gray, Reading, RuleOutcome
from extractor.video.fusion import Evidence, LatticeEvidence, evidence_for
from extractor.video.identity import Repeat, as_wide, contradict, repeat_of
from extractor.video.stack import Stack

SETTLING_FRAMES = 3
"""Frames that must have shown a field before it counts as settled."""

SETTLING_S = 1.0
"""Seconds without a change after which a field is settled, whatever its confidence."""

WAVERING_S, WAVERING_FRAMES = 1.3, 6
"""A field that wavers between two readings is settled this many seconds after it was first read, if this many frames
showed it: more frames say no more, and a person must decide."""

VIEW_TURNS = (0, 0, 1, 1, 0, 0, 2, 2, 0, 0, 3, 3)
"""The views of a string that are read, one per frame: most often the upright one, which shows points best."""

RULES_EVERY_S = 0.2
"""Seconds between two weighings of the form's rules, which cost as much as several fields. What is shown changes only
then."""

MOST_STACKED, INK_FRAMES = 8, 8
"""Frames after which the mean picture of a field hardly improves, and frames that the mean of its ink remembers."""

UNSNAPPED_WEIGHT = 0.2
"""What a frame counts for a field whose rulings it does not show, beside one that shows them."""


Cuts: TypeAlias = Mapping[str, tuple[Cut, float]]
"""Cuts of fields by their names, with how well each is shown, above 0."""


@dataclass
class _Shown:
    """How a field reads now, since when it has read so, and when it was first read."""

    reading: Reading
    since: float
    first: float


class Stage(Enum):
    """How far a sheet has come: its row is still to come; it was taken back, and is given only on request or after the
    sheet has been away; it was given, and frames no longer count; it was given, and the sheet has come back since."""

    READING = auto()
    DISMISSED = auto()
    LOCKED = auto()
    RETURNED = auto()


class HeldSheet:
    """One sheet of `form`, read by `reader`. `page_ink` is what its fields have in common in a single frame, `row` the
    number of its row once that was given, `repeats` that of an earlier row whose sheet this may be; both are else 0."""

    def __init__(
        self,
        reader: Reader,
        form: Template,
        first: Cuts,
        stage: Stage = Stage.READING,
        doubts: tuple[Doubt, ...] = (),
    ) -> None:
        """`first` are cuts of all fields that are written in, `doubts` those about the place of all of them."""
        self.form = form
        self.stage = stage
        self.row = self.repeats = 0
        self.rules: tuple[RuleOutcome, ...] = ()
        self._reader = reader
        self._doubts = doubts
        self._ruled_at = -math.inf
        self._evidence: dict[str, Evidence] = {}
        self._decided: dict[str, tuple[Observation, Decoded]] = {}
        self._shown: dict[str, _Shown] = {}
        self._ink: dict[str, NDArray[np.float32]] = {}
        self.page_ink: PageInk = page_ink_of([cut for cut, _ in first.values()])
        self._stacks = {name: Stack(cut, weight) for name, (cut, weight) in first.items()}
        self._levels: dict[str, Levels] = {
            name: levels_of(cut, self.page_ink.guides) for name, (cut, _) in first.items()
        }

    def frames(self, name: str) -> int:
        """How many frames have shown the field."""
        return self._evidence[name].weights.frames if name in self._evidence else 0

    @property
    def locked(self) -> bool:
        """Whether its row was given."""
        return self.stage in (Stage.LOCKED, Stage.RETURNED)

    @property
    def readings(self) -> dict[str, Reading]:
        """What was read so far, by field."""
        return {name: shown.reading for name, shown in self._shown.items()}

    @property
    def ink(self) -> dict[str, Gray]:
        """The mean picture of each field's ink."""
        return {name: picture.astype(np.uint8) for name, picture in self._ink.items()}

    def add(
        self,
        cuts: Sequence[Cut],
        pictures: dict[str, Gray],
        weight: float,
        at: float,
        unwritten: Sequence[Observation] = (),
    ) -> None:
        """What one frame shows of a few fields, with the pictures of their ink; `weight`, above 0, is how well it
        shows them beside other frames, `at` the frame's time in seconds. `unwritten` is what it shows of bubbles and
        barcodes."""
        if cuts:
            self._add_written(cuts, pictures, weight)
        for one in unwritten:
            evidence = self._evidence.setdefault(one.name, evidence_for(one))
            assert not isinstance(evidence, LatticeEvidence)
            evidence.add(one, weight)
            fused = evidence.fused()
            self._decided[one.name] = fused, decode(fused)
            if one.name in pictures:
                self._keep_ink(one.name, pictures[one.name], evidence.weights.frames)
        self._show(at)

    def _add_written(self, cuts: Sequence[Cut], pictures: dict[str, Gray], weight: float) -> None:
        fields = [cut.field for cut in cuts]
        for cut in cuts:
            # Where the printed box is not seen, the field may be cut out beside its place.
            self._stacks[cut.field.name].add(cut, weight if cut.snapped else UNSNAPPED_WEIGHT * weight)
        means = [self._stacks[field.name].cut for field in fields]
        guides = self.page_ink.guides
        self._levels.update((cut.field.name, levels_of(cut, guides)) for cut in means)
        common = page_ink_by_levels(list(self._levels.values()), guides)
        # In turns the frame itself and all frames as one: faint strokes show in these alone, but where writing
        # touches a ruling they may grow together.
        single = {field.name: self.frames(field.name) % 2 == 0 for field in fields}
        images = [
            (field, clean(cut, self.page_ink) if single[field.name] else clean(mean, common))
            for field, cut, mean in zip(fields, cuts, means, strict=True)
        ]
        views = {field.name: VIEW_TURNS[self.frames(field.name) % len(VIEW_TURNS)] for field in fields}
        seen = self._reader.observe(images, views=views, form=self.form)
        for one in seen:
            evidence = self._evidence.get(one.name)
            if evidence is None:
                evidence = evidence_for(one)
                self._evidence[one.name] = evidence
            # Many frames together show more of the ink, but do not show better that there is none.
            well = weight if single[one.name] else weight * min(MOST_STACKED, 1 + self._stacks[one.name].frames)
            if isinstance(evidence, LatticeEvidence):
                evidence.add(one, decode(one), well)
                self._decided[one.name] = evidence.fused()
            else:
                evidence.add(one, well, weight)
                fused = evidence.fused()
                self._decided[one.name] = fused, decode(fused)
            self._keep_ink(one.name, pictures[one.name], evidence.weights.frames)

    def _keep_ink(self, name: str, picture: Gray, frames: int) -> None:
        """Adds the picture of a field's ink in the last of so many frames to their mean."""
        before = self._ink.get(name)
        if before is None:
            self._ink[name] = picture.astype(np.float32)
        else:
            before += (as_wide(picture, before.shape[1]) - before) / min(frames, INK_FRAMES)

    def _show(self, at: float) -> None:
        if self.whole:
            if 0 <= at - self._ruled_at < RULES_EVERY_S:
                return
            self._ruled_at = at
        decided = [
            (seen, decoded.doubted(self._doubts))
            for field in self.form.all_fields
            if field.name in self._decided
            for seen, decoded in [self._decided[field.name]]
        ]
        # Rules weigh whole sheets: until every field was seen there are none.
        readings, self.rules = self._reader.settle(self.form if self.whole else None, decided)
        for reading in readings:
            shown = self._shown.get(reading.field)
            if shown is None or shown.reading.value != reading.value:
                self._shown[reading.field] = _Shown(reading, at, shown.first if shown is not None else at)
            else:
                shown.reading = reading

    def settled(self, at: float) -> frozenset[str]:
        """The fields that are accepted, or have not changed for a second, or waver."""
        if self.locked:
            return frozenset(self._shown)
        return frozenset(name for name, shown in self._shown.items() if self._is_settled(name, shown, at))

    def _is_settled(self, name: str, shown: _Shown, at: float) -> bool:
        frames = self.frames(name)
        if frames < SETTLING_FRAMES:
            return False
        if shown.reading.status is not FieldStatus.REVIEW or at - shown.since >= SETTLING_S:
            return True
        return frames >= WAVERING_FRAMES and at - shown.first >= WAVERING_S

    @property
    def whole(self) -> bool:
        """Whether every field was seen."""
        return len(self._shown) == len(self.form.all_fields) or len(self._decided) == len(self.form.all_fields)

    def repeats_of(self, known: HeldSheet) -> Repeat:
        """Whether this is the sheet that gave a row as `known`."""
        readings = known.readings
        if known.form is not self.form or any(
            name in readings and contradict(reading, readings[name]) for name, reading in self.readings.items()
        ):
            return Repeat.OTHER
        return repeat_of(self.ink, known.ink)

    def lock(self, row: int, repeats: int) -> None:
        """Keeps what was read, and enough of the ink to know the sheet again; no frame counts any more."""
        self.stage, self.row, self.repeats = Stage.LOCKED, row, repeats
        self._evidence.clear()
        self._decided.clear()
        self._stacks.clear()
        self._levels.clear()

    def come_back(self) -> None:
        """It was out of sight, and its ink has told that it is the same sheet."""
        if self.locked:
            self.stage = Stage.RETURNED
