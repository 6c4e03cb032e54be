"""Which value a free string has, by what both readers say and by what people have answered on its form."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from extractor.decoding import Decoded
from extractor.decoding.ctc_search import Transcript
from extractor.decoding.meaning import judge
from extractor.decoding.second_opinion import Word
from extractor.decoding.written import written_in
from extractor.recognizer.second_reader import Choice
from extractor.template import Format

CLEAR_INK = 0.95
"""A value that our own networks give at least this is never exchanged for another reader's, or for a more usual one."""

LEAST_IN_INK = 0.001
"""The probability that our own networks must give a value for it to be chosen, however usual it is."""

AT_A_LOSS, CLEAR_TO_OTHER = 0.6, 0.3
"""Where our networks give what they read less than the first, what another reader gives the second may be chosen too,
even if they do not think of it."""

LEAST_WORD = 0.01
"""A probability below this counts as this: what a reader hardly thinks of may be written for all that."""

Option = tuple[str, bool]
"""A value, and whether the format allows what says it. A mark that it forbids may be written all the same, and a person
is to see it."""


def options(ours: Word, other: Word, read: Option) -> list[Option]:
    """Among what there is a choice, what our networks `read` first; it alone where the ink is clear."""
    value, allowed = read
    if not value or not other.said or (allowed and ours.values.get(value, 0.0) >= CLEAR_INK):
        return [read]
    found = {read: None}
    at_a_loss = (ours.values if allowed else ours.forbidden).get(value, 0.0) < AT_A_LOSS
    for word, least in ((ours, LEAST_IN_INK), (other, CLEAR_TO_OTHER if at_a_loss else math.inf)):
        for kind, values in ((True, word.values), (False, word.forbidden)):
            found |= {(one, kind): None for one, p in values.items() if one and p >= least}
    return list(found)


def choice_evidence(ours: Word, other: Word, option: Option, usual: float) -> tuple[float, float, float]:
    """What speaks for `option`, in the order of `Choice`."""
    value, allowed = option
    own, their = (
        math.log((word.values if allowed else word.forbidden).get(value, 0.0) + LEAST_WORD) for word in (ours, other)
    )
    return own, their, usual


def choice_of(
    ours: Word, other: Word, decoded: Decoded, truth: str, usualness: Callable[[str], float] = lambda value: 0.0
) -> tuple[NDArray[np.float64], int | None]:
    """What speaks for each value that may be chosen, shape (options, 3), and which of them is the `truth`; None where
    none is, or there is no choice: what the weights of `Choice` are fitted to."""
    found = options(ours, other, _option_of(decoded))
    row = np.array([choice_evidence(ours, other, one, usualness(one[0])) for one in found])
    # What is written gives no other value with a mark or without it: as it looks most.
    places = [at for at, (value, _) in enumerate(found) if value == truth]
    return row, max(places, key=lambda at: row[at, :2].sum()) if places and len(found) > 1 else None


def chosen(
    decoded: Decoded,
    ours: Word,
    other: Word,
    seen: Sequence[Transcript],
    *,
    form: Format,
    choice: Choice,
    usualness: Callable[[str], float] = lambda value: 0.0,
) -> Decoded:
    """`decoded` with the value that both readers and its `usualness` speak for most, as it was written: as our networks
    have `seen` it, if they have. Its confidence is that of what was read before: what follows from the choice is left
    to who weighs both readers' words."""
    found = options(ours, other, _option_of(decoded))
    weights = (choice.ours, choice.other, choice.usual)
    scores = [
        sum(w * x for w, x in zip(weights, choice_evidence(ours, other, one, usualness(one[0])), strict=True))
        for one in found
    ]
    best = found[max(range(len(found)), key=lambda at: scores[at])]
    if best == found[0]:
        return decoded
    their = other.texts.get(best, "")
    for text in (*(one.text for one in seen), _in_our_symbols(their, seen), their):
        meaning = judge(written_in(text, comb=False), form)
        if (meaning.value, not meaning.problem) == best:
            return replace(decoded, meaning=meaning, written=text).doubted(meaning.doubts)
    return decoded


def _option_of(decoded: Decoded) -> Option:
    return decoded.meaning.value, not decoded.meaning.problem


def _in_our_symbols(said: str, seen: Sequence[Transcript]) -> str:
    """What another reader says, without marks that our networks have not seen there."""
    known = {symbol for one in seen for symbol in one.text}
    return "".join(symbol for symbol in said if symbol.isdigit() or symbol in known)
