"""One field's readings of many frames as one, as `frame_weights` has them count."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from extractor.decoding import Decoded
from extractor.decoding.ctc_search import Transcript
from extractor.decoding.lattice_search import LATTICE
from extractor.decoding.meaning import Meaning
from extractor.observation import Observation
from extractor.recognizer.string_views import StringReading, is_sure
from extractor.segmentation import Candidate
from extractor.values import Alternative
from extractor.video.frame_weights import Weights
from extractor.video.unwritten_evidence import CodeEvidence, MarksEvidence

BLANK_SHARE, MIXED_SHARE = 0.5, 0.1
"""A cell that less than the first share of the frames shows written is blank. It is doubtful where more than the second
share shows it written, and more than that blank."""

FRAME_FLOOR = math.log(1e-4)
"""The least log-probability that one frame gives a symbol or a string: a bad frame is outvoted, it has no veto."""

UNSAID_SHARE, LEAST_SHARE = 0.01, 1e-5
"""A value that a frame does not name has the first share of what that frame leaves open, never less than the second."""

MOST_VALUES, SHOWN_VALUES = 64, 5
"""Values that are kept of one string, however long it is held, and alternatives that its reading shows."""


class CombEvidence:
    """What frames say of the cells of a comb: log-probabilities added up cell by cell."""

    def __init__(self) -> None:
        self.weights = Weights()
        self._last: Observation | None = None
        self._sums: NDArray[np.float64] = np.zeros((0, 0))
        self._written: NDArray[np.float64] = np.zeros(0)
        self._blank: NDArray[np.float64] = np.zeros(0)
        self._dirt: NDArray[np.float64] = np.zeros(0)

    def add(self, seen: Observation, weight: float, blank: float | None = None) -> None:
        """One frame; `weight`, above 0, is how well it shows the field beside other frames, `blank` (the same, unless
        given) what its empty cells count for."""
        blank = weight if blank is None else blank
        cells = seen.lattice.candidates
        if self.weights.frames == 0:
            self._sums = np.zeros((len(cells), seen.scores.shape[1]))
            self._written, self._blank, self._dirt = (np.zeros(len(cells)) for _ in range(3))
        for i, cell in enumerate(cells):
            if cell.crop is None:
                self._blank[i] += blank
                self._dirt[i] += blank * cell.residue
            else:
                self._sums[i] += weight * np.maximum(seen.scores[cell.crop], FRAME_FLOOR)
                self._written[i] += weight
        self.weights.add(weight)
        self._last = seen

    def fused(self) -> Observation:
        """All frames as one observation, which decodes like any other; there must be one at least."""
        assert self._last is not None
        counted = self.weights.independent
        share = self._written / (self._written + self._blank)
        candidates: list[Candidate] = []
        rows: list[NDArray[np.float64]] = []
        for i, cell in enumerate(self._last.lattice.candidates):
            if share[i] < BLANK_SHARE:
                residue = float(self._dirt[i] / self._blank[i])
                candidates.append(
                    replace(cell, crop=None, residue=max(residue, 2 * LATTICE.residue if share[i] > MIXED_SHARE else 0))
                )
                continue
            row = self._sums[i] / self._written[i] * counted
            row -= np.logaddexp.reduce(row)
            # The frames that show no ink here speak against every symbol.
            candidates.append(replace(cell, crop=len(rows)))
            rows.append(row + (math.log(share[i]) if share[i] < 1 - MIXED_SHARE else 0.0))
        scores = np.array(rows, np.float32).reshape(len(rows), self._sums.shape[1])
        last = self._last
        return replace(last, lattice=replace(last.lattice, candidates=tuple(candidates)), scores=scores)


@dataclass
class _Value:
    """A value that some frame named: what those frames say for it beyond what an unnamed value gets, the last
    decoding that had it as its best, and the sum and the number of the confidences of those that had."""

    gain: float = 0.0
    best: Decoded | None = None
    sure: float = 0.0
    times: int = 0


class CtcEvidence:
    """What frames say of a free string that a network reads whole: log-probabilities added up text by text, as over
    the views of a doubtful string in a single picture."""

    def __init__(self) -> None:
        self.weights = Weights()
        self._texts: dict[str, float] = {}
        self._places: dict[str, tuple[float, ...]] = {}
        self._last: Observation | None = None

    def add(self, seen: Observation, weight: float, blank: float | None = None) -> None:
        """One frame; `weight`, above 0, is how well it shows the field beside other frames, `blank` (the same, unless
        given) what it counts for where it shows nothing."""
        assert seen.string is not None
        weight = weight if blank is None or seen.string.transcripts else blank
        # Without transcripts nothing is written there.
        said = {one.text: one.log_probability for one in seen.string.transcripts} or {"": 0.0}
        self._places.update((one.text, one.frames) for one in seen.string.transcripts)
        for text in said.keys() - self._texts.keys():
            self._texts[text] = FRAME_FLOOR * self.weights.total
        for text in self._texts:
            self._texts[text] += weight * max(FRAME_FLOOR, said.get(text, FRAME_FLOOR))
        self.weights.add(weight)
        self._last = seen
        if len(self._texts) > MOST_VALUES:
            kept = sorted(self._texts.items(), key=lambda item: -item[1])[: MOST_VALUES // 2]
            self._texts = dict(kept)
            self._places = {text: self._places[text] for text in self._texts if text}

    def fused(self) -> Observation:
        """All frames as one observation, which decodes like any other; there must be one at least."""
        assert self._last is not None
        assert self._last.string is not None
        sure = is_sure(self._agreed(1.0))
        string = StringReading(self._agreed(self.weights.independent), sure, self._last.string.first_view)
        return replace(self._last, string=string)

    def _agreed(self, counted: float) -> tuple[Transcript, ...]:
        """The texts, best first, as so many independent frames say; nothing where nothing is written."""
        logs = np.array(list(self._texts.values())) / self.weights.total
        left = max(LEAST_SHARE, 1.0 - float(np.exp(logs).sum()))
        logs = counted * np.append(logs, math.log(left))
        logs -= np.logaddexp.reduce(logs)
        order = np.argsort(-logs[:-1], kind="stable")
        texts = [(text, float(logs[i])) for i in order if (text := list(self._texts)[i]) or i == order[0]]
        if not texts or not texts[0][0]:
            return ()
        return tuple(Transcript(text, log, self._places[text]) for text, log in texts)


class LatticeEvidence:
    """What frames say of a free string that is read symbol by symbol: log-probabilities added up value by value, since
    each frame parts the ink in its own way."""

    def __init__(self) -> None:
        self.weights = Weights()
        self._unsaid = 0.0
        self._else = 0.0
        self._values: dict[Meaning, _Value] = {}
        self._last: tuple[Observation, Decoded] | None = None

    def add(self, seen: Observation, decoded: Decoded, weight: float) -> None:
        """One frame; `weight`, above 0, is how well it shows the field beside other frames."""
        named: dict[Meaning, float] = {}
        if not decoded.meaning.problem:
            named[replace(decoded.meaning, doubts=())] = decoded.confidence
        for other in decoded.alternatives:
            named.setdefault(Meaning(value=other.value), other.probability)
        left = max(LEAST_SHARE, 1.0 - sum(named.values()))
        unsaid = math.log(max(LEAST_SHARE, UNSAID_SHARE * left))
        for meaning, probability in named.items():
            value = self._values.setdefault(meaning, _Value())
            value.gain += weight * (math.log(max(LEAST_SHARE, probability)) - unsaid)
        if not decoded.meaning.problem:
            value = self._values[replace(decoded.meaning, doubts=())]
            value.best, value.sure, value.times = decoded, value.sure + decoded.confidence, value.times + 1
        self._unsaid += weight * unsaid
        self._else += weight * math.log(left)
        self.weights.add(weight)
        self._last = seen, decoded
        if len(self._values) > MOST_VALUES:
            kept = sorted(self._values.items(), key=lambda item: -item[1].gain)[: MOST_VALUES // 2]
            self._values = dict(kept)

    def fused(self) -> tuple[Observation, Decoded]:
        """All frames as one decoding, with the last frame's picture; there must be one at least."""
        assert self._last is not None
        seen, last = self._last
        if not self._values:
            return seen, last
        counted = self.weights.independent / self.weights.total
        meanings = list(self._values)
        logs = np.array([self._unsaid + self._values[meaning].gain for meaning in meanings] + [self._else]) * counted
        shares = np.exp(logs - np.logaddexp.reduce(logs))
        # What no frame had as its best is shown only as an alternative.
        shown = [i for i, meaning in enumerate(meanings) if self._values[meaning].best is not None]
        if not shown:
            return seen, last
        top = max(shown, key=lambda i: shares[i])
        value = self._values[meanings[top]]
        assert value.best is not None
        order = sorted((i for i in range(len(meanings)) if i != top and meanings[i].value), key=lambda i: -shares[i])
        others = tuple(Alternative(meanings[i].value, float(shares[i])) for i in order[:SHOWN_VALUES])
        # Each frame was calibrated by itself: what frames are unsure of one by one, they are unsure of together.
        confidence = min(float(shares[top]), value.sure / value.times)
        return seen, replace(value.best, confidence=confidence, alternatives=others)


Evidence: TypeAlias = CombEvidence | CtcEvidence | LatticeEvidence | MarksEvidence | CodeEvidence
"""What gathers the frames of a field."""


def evidence_for(seen: Observation) -> Evidence:
    """The evidence that gathers the frames of a field that is observed like this."""
    if seen.bubbles is not None:
        return MarksEvidence()
    if seen.codes is not None:
        return CodeEvidence()
    if seen.lattice.comb:
        return CombEvidence()
    return CtcEvidence() if seen.string is not None else LatticeEvidence()
