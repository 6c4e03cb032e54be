"""Another reader's word about a field that nothing else proves: agreement raises confidence, contradiction lowers it,
and the other reading becomes an alternative."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace

from extractor.decoding import MOST_ALTERNATIVES, Decoded
from extractor.decoding.ctc_search import Transcript
from extractor.decoding.meaning import judge
from extractor.decoding.written import LIKE_DIGITS, written_in
from extractor.recognizer.second_reader import Weights
from extractor.template import Format
from extractor.values import Alternative, Doubt, DoubtKind

MOST_SURE = 0.01
"""A probability nearer than this to 0 or 1 counts as this near, so that no reader outweighs the other: neither knows
better than that."""

RAREST = 1e-3
"""What is added to the probability of marks and of values without one before they are weighed against each other."""

CONTRADICTED = 0.9
"""The confidence that a field may have at most where one of both readers reads otherwise."""

FIRST_READS = "the first reader reads"
"""How it is told that another reader's word counted for more."""

MARK_ODDS = 0.003
"""How probable a mark that the format does not explain may be beside a value that both readers read, by what both say
of either (a product of experts: G. Hinton, 2002). Chosen on the strings that curves are fitted on: of values without a
mark there the odds are below it but for one in a hundred, of slashes and brackets that were taken for a 1 above."""

BOTH_SEE = 0.01
"""The probability from which a mark counts as seen where both see it: two readers who take slashes for ones err alike,
so that what little each says of one is not independent. Chosen with all strings in view, also the reported ones."""

MARK_SEEN = Doubt(
    DoubtKind.SECOND, "a stroke in it may be a mark that this field's format does not explain", most=0.9, provable=True
)
"""Both readers take a leaning slash for a 1, so their agreement says nothing where one of them sees a mark."""


@dataclass(frozen=True)
class Word:
    """What one reader says: the most probable text `said` that has marks or that the format allows, with its `meant`
    value (none if the format forbids it), the probability of each value that the format allows, and that there is a
    `mark` that it does not explain.

    `forbidden` has the probability of what texts with marks look like that the format forbids, and `texts` the most
    probable text of each value, by whether it is allowed.
    """

    said: str = ""
    meant: str = ""
    values: Mapping[str, float] = field(default_factory=dict)
    mark: float = 0.0
    forbidden: Mapping[str, float] = field(default_factory=dict)
    texts: Mapping[tuple[str, bool], str] = field(default_factory=dict)


def word_of(transcripts: Sequence[Transcript], form: Format, *, comb: bool = False) -> Word:
    """What a reader says whose n-best list is `transcripts`. Each cell of a comb holds a digit, so nothing but digits
    counts there."""
    values: dict[str, float] = {}
    forbidden: dict[str, float] = {}
    texts: dict[tuple[str, bool], str] = {}
    mark = 0.0
    said: list[tuple[str, str]] = []
    lacking: list[str] = []
    for one in transcripts:
        text = "".join(symbol for symbol in one.text if symbol.isdigit()) if comb else one.text
        meaning, probability = judge(written_in(text, comb=comb), form), math.exp(one.log_probability)
        allowed = "" if meaning.problem else meaning.value
        # Marks may be written whatever the format says; what lacks something is more likely read wrongly.
        if not allowed and text.isdigit():
            lacking.append(text)
            continue
        said.append((text, allowed))
        if meaning.value:
            of_its_kind = values if allowed else forbidden
            of_its_kind[meaning.value] = of_its_kind.get(meaning.value, 0.0) + probability
            texts.setdefault((meaning.value, bool(allowed)), text)
        if not allowed and LIKE_DIGITS & set(text):
            mark += probability
    first, meant = said[0] if said else ("".join(lacking[:1]), "")
    return Word(first, meant, values, mark, forbidden, texts)


def evidence(ours: Word, other: Word, value: str) -> tuple[float, ...]:
    """What the probability of `value` follows from, in the order of `Weights`."""
    own, their = (_log_odds(word.values.get(value, 0.0)) for word in (ours, other))
    nothing = (0.0, 0.0, 0.0)
    return (own, their, 1.0, *nothing) if ours.meant == other.meant == value else (*nothing, own, their, 1.0)


def sees_mark(ours: Word, other: Word, value: str) -> bool:
    """Whether there may be a mark that the format does not explain rather than `value`, by what both readers say."""
    if max(ours.mark, other.mark) < RAREST:
        return False
    marked, plain = (
        math.prod(probability + RAREST for probability in both)
        for both in ((ours.mark, other.mark), (ours.values.get(value, 0.0), other.values.get(value, 0.0)))
    )
    return marked >= MARK_ODDS * plain or min(ours.mark, other.mark) >= BOTH_SEE


def with_second_opinion(decoded: Decoded, ours: Word, other: Word, weights: Weights) -> Decoded:
    """`decoded`, of which `ours` has the raw probabilities, after the word of the `other` reader. What the format
    forbids is never sure, whoever reads it."""
    if not other.said:
        return decoded
    value = decoded.meaning.value
    if decoded.meaning.problem:
        return replace(decoded, confidence=0.0, alternatives=_beside(ours, other, "", 1.0))
    odds = sum(w * x for w, x in zip(astuple(weights), evidence(ours, other, value), strict=True))
    confidence = 1 / (1 + math.exp(-odds))
    doubts = []
    for said, meant, who in ((other.said, other.meant, "another reader reads"), (ours.said, ours.meant, FIRST_READS)):
        if meant != value:
            sentence = f"{who} {said.strip()} here"
            doubts.append(Doubt(DoubtKind.SECOND, sentence, most=min(confidence, CONTRADICTED), provable=True))
    if sees_mark(ours, other, value):
        doubts.append(MARK_SEEN)
    confidence = min([confidence, *(doubt.most for doubt in (*decoded.doubts, *doubts))])
    alternatives = _beside(ours, other, value, 1 - confidence)
    return replace(decoded, confidence=confidence, alternatives=alternatives, doubts=(*decoded.doubts, *doubts))


def _beside(ours: Word, other: Word, value: str, left: float) -> tuple[Alternative, ...]:
    """The values that the format allows but for `value`, best first, which share what is `left` at most."""
    beside = {
        one: sum(word.values.get(one, 0.0) for word in (ours, other)) / 2 for one in {*ours.values, *other.values}
    }
    beside.pop(value, None)
    scale = min(1.0, left / total) if (total := sum(beside.values())) > 0 else 0.0
    ranked = sorted(beside.items(), key=lambda one: (-one[1], one[0]))[:MOST_ALTERNATIVES]
    return tuple(Alternative(one, p * scale) for one, p in ranked)


def _log_odds(probability: float) -> float:
    p = min(max(probability, MOST_SURE), 1 - MOST_SURE)
    return math.log(p / (1 - p))
