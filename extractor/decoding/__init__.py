"""Decoding: a lattice with its log-probabilities, and a field's format, into a value with its confidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractor.decoding.confidence import raw_probabilities
from extractor.decoding.ctc_search import Transcript
from extractor.decoding.lattice_search import Path, best_paths
from extractor.decoding.meaning import Meaning, judge
from extractor.decoding.written import BLANK, LIKE_DIGITS, Written, written_in
from extractor.recognizer import Calibration
from extractor.segmentation import Lattice
from extractor.template import Format
from extractor.values import Alternative, Doubt, DoubtKind, Floats

__all__ = ["MAY_BE_MARKED", "MAY_BE_NO_DIGIT", "Decoded", "decode_ctc", "decode_lattice"]

MOST_ALTERNATIVES = 5

PASSED_BY_CHANCE = 0.1
"""How often a wrong reading passes a check digit by chance: one in ten, as a single digit allows."""

BELOW_FORBIDDEN = 6.0
"""A reading that the format allows is still taken, at its own low confidence, when its path's score (natural log) is at
most this far below that of the best reading, which the format forbids."""

LOST_MARK = 0.1
"""The probability of marks from which a number without them is in doubt, whoever else reads it so."""

MARK_FOR_DIGIT = 0.015
"""The same of marks that look like a digit and stand in the place of one: the networks know these less well. Chosen on
`benchmarks.unexpected`."""

MAY_BE_MARKED = Doubt(
    DoubtKind.MARK, "a mark may stand in it that this field's format does not explain", most=0.9, provable=True
)

MAY_BE_NO_DIGIT = Doubt(DoubtKind.MARK, "one of its digits may be a slash or a bracket", most=0.95, provable=True)
"""Another reader that sees no mark there either takes it away."""


@dataclass(frozen=True)
class Decoded:
    """What a field's ink says under its format. `alternatives` are other values that it allows, best first; their
    probabilities and `confidence` sum to at most one. `doubts` are what was noticed about the field until then."""

    meaning: Meaning
    written: str
    confidence: float
    alternatives: tuple[Alternative, ...]
    doubts: tuple[Doubt, ...] = ()

    def doubted(self, doubts: Sequence[Doubt]) -> Decoded:
        """The same with more doubts, and no more confidence than they leave."""
        if not doubts:
            return self
        most = min(doubt.most for doubt in doubts)
        return replace(self, confidence=min(self.confidence, most), doubts=(*self.doubts, *doubts))


def decode_lattice(
    lattice: Lattice,
    log_probabilities: Floats,
    classes: Sequence[str],
    form: Format,
    calibration: Calibration,
) -> Decoded:
    """The best reading of one field. `log_probabilities` has shape (crops of this lattice, classes)."""
    letters = "".join(name for name in classes if len(name) == 1 and not name.isdigit())
    if lattice.doubts:
        return Decoded(Meaning(problem=lattice.doubts[0]), "", 0.0, ())
    paths = best_paths(lattice, log_probabilities, classes)
    meanings = [judge(written_in(path.text, comb=lattice.comb, letters=letters), form) for path in paths]
    values = raw_probabilities(
        paths, [None if meaning.problem else meaning.value for meaning in meanings], comb=lattice.comb
    )
    said = [Said(_written(path, lattice), path.score, meaning) for path, meaning in zip(paths, meanings, strict=True)]
    # In a comb the cells are given, and the network's own probabilities are calibrated already.
    return decided(said, values, form, Calibration() if lattice.comb else calibration)


def decode_ctc(
    transcripts: Sequence[Transcript],
    form: Format,
    calibration: Calibration,
    dashes: tuple[bool, bool] = (False, False),
) -> Decoded:
    """The best reading of a string that was read whole, with `dashes` before and after it that may not be in what was
    read; without transcripts nothing is written there."""
    if not transcripts:
        meaning = judge(Written(instead="blank"), form)
        return decided([Said(BLANK, 0.0, meaning)], {meaning.value: 1.0}, form, Calibration())
    said: list[Said] = []
    values: dict[str, float] = {}
    for one in transcripts:
        meaning = judge(written_in(one.text, comb=False), form)
        said.append(Said(one.text, one.log_probability, meaning))
        if not meaning.problem:
            values[meaning.value] = values.get(meaning.value, 0.0) + math.exp(one.log_probability)
    found = decided(said, values, form, calibration)
    return found if found.meaning.problem else found.doubted(_mark_doubts(said, found, form, dashes))


def _mark_doubts(said: Sequence[Said], found: Decoded, form: Format, dashes: tuple[bool, bool]) -> tuple[Doubt, ...]:
    """The doubts about marks that the ink of what was `found` may well have and that its format does not explain:
    beside its digits, or in the place of some."""
    digits = _digits(found.written)
    forbidden = [one for one in said if one.meaning.problem and digits]
    beside = sum(math.exp(one.score) for one in forbidden if _digits(one.written) == digits)
    if beside >= LOST_MARK or _loses_dash(found, form, dashes):
        return (MAY_BE_MARKED,)
    instead = sum(math.exp(one.score) for one in forbidden if LIKE_DIGITS & set(one.written))
    return (MAY_BE_NO_DIGIT,) if instead >= MARK_FOR_DIGIT else ()


def _loses_dash(found: Decoded, form: Format, dashes: tuple[bool, bool]) -> bool:
    """Whether what was `found` would mean something else with the `dashes` that stand before and after it."""
    before, after = ("-" if one else "" for one in dashes)
    if not found.meaning.value or not before + after:
        return False
    meaning = judge(written_in(f"{before}{found.written}{after}", comb=False), form)
    return bool(meaning.problem) or meaning.value != found.meaning.value


def _digits(text: str) -> str:
    return "".join(symbol for symbol in text if symbol.isdigit())


@dataclass(frozen=True)
class Said:
    """One thing that the ink may say: as it is `written`, its `score` (natural log) against the others, its meaning."""

    written: str
    score: float
    meaning: Meaning


def decided(said: Sequence[Said], values: dict[str, float], form: Format, calibration: Calibration) -> Decoded:
    """The best of `said`, best first, that the format allows. `values` are the raw probabilities of allowed values."""
    allowed = [i for i, one in enumerate(said) if not one.meaning.problem]
    best = allowed[0] if allowed else 0
    confidence = calibration.apply(values.get(said[best].meaning.value, 0.0)) if allowed else 0.0
    if form.check is not None and allowed:
        confidence = confidence / (confidence + (1 - confidence) * PASSED_BY_CHANCE) if confidence else 0.0
    if best != 0 and said[best].score < said[0].score - BELOW_FORBIDDEN:
        # The format forbids what the ink clearly looks like: show that, with the reason, and let a person decide.
        best, confidence = 0, 0.0
    meaning = said[best].meaning
    others = [(value, p) for value, p in values.items() if value != meaning.value and value]
    left = 1 - confidence
    scale = min(1.0, left / total) if (total := sum(p for _, p in others)) > 0 else 0.0
    others = sorted(others, key=lambda other: -other[1])[:MOST_ALTERNATIVES]
    alternatives = tuple(Alternative(value, p * scale) for value, p in others)
    return Decoded(meaning, said[best].written, confidence, alternatives).doubted(meaning.doubts)


def _written(path: Path, lattice: Lattice) -> str:
    """A comb cell by cell; a free string with its points; a blank free string as one blank."""
    return path.text if path.marks else BLANK * max(1, lattice.nodes - 1)
