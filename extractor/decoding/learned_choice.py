"""Which value a free string has, by what both readers say and by what people have answered on its form."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from extractor.decoding import Decoded
from extractor.decoding.ctc_search import Transcript
from extractor.decoding.meaning import judge
from extractor.decoding.second_opinion import Word
from extractor.decoding.written import written_in
from extractor.recognizer.learned import Learned
from extractor.template import Format

CLEAR_INK = 0.95
"""A value that our own networks give at least this is never exchanged for a more usual one, or for another reader's."""

LEAST_IN_INK = 0.001
"""The probability that our own networks must give a value for it to be chosen, however usual it is."""

AT_A_LOSS, CLEAR_TO_OTHER = 0.6, 0.3
"""Where our networks give no value the first of these, what another reader gives the second of them may be chosen as
well. All of these were chosen on 200 answers of `pen_strings` and of `cheque_amounts`, with the others in view."""

LEAST_WORD = 1e-4
"""A probability below this counts as this: no reader knows better."""


def candidates(ours: Word, other: Word, value: str) -> list[str]:
    """The values among which there is a choice, that which our networks read first; it alone where the ink is clear."""
    clear = ours.values.get(value, 0.0)
    if not value or clear >= CLEAR_INK:
        return [value] if value else []
    found = [value, *(one for one, p in ours.values.items() if one and one != value and p >= LEAST_IN_INK)]
    if clear < AT_A_LOSS and other.meant not in found and other.values.get(other.meant, 0.0) >= CLEAR_TO_OTHER:
        found.append(other.meant)
    return found


def choice_evidence(ours: Word, other: Word, value: str, usual: float) -> tuple[float, float, float, float]:
    """What speaks for `value`, in the order of `Choice`."""
    own, their = (math.log(max(word.values.get(value, 0.0), LEAST_WORD)) for word in (ours, other))
    return own, their, float(other.meant == value), usual


def chosen(
    decoded: Decoded,
    ours: Word,
    other: Word,
    seen: Sequence[Transcript],
    *,
    form: Format,
    learned: Learned,
    column: str,
) -> Decoded:
    """`decoded` with the value that both readers and what is usual in `column` speak for most, as our networks have
    `seen` it written. Its confidence is that of what was read before: what follows from the choice is left to who
    weighs both readers' words."""
    options = candidates(ours, other, decoded.meaning.value)
    if not options or not other.said:
        return decoded
    weights = learned.choice
    scores = []
    for value in options:
        own, their, agree, usual = choice_evidence(ours, other, value, learned.usualness(column, value))
        scores.append(weights.ours * own + weights.other * their + weights.agree * agree + weights.usual * usual)
    best = options[max(range(len(options)), key=lambda at: scores[at])]
    if best == decoded.meaning.value:
        return decoded
    for text in (*(one.text for one in seen), _in_our_symbols(other.said, seen)):
        meaning = judge(written_in(text, comb=False), form)
        if meaning.value == best and not meaning.problem:
            return replace(decoded, meaning=meaning, written=text).doubted(meaning.doubts)
    return decoded


def _in_our_symbols(said: str, seen: Sequence[Transcript]) -> str:
    """What another reader says, without marks that our networks have not seen there."""
    known = {symbol for one in seen for symbol in one.text}
    return "".join(symbol for symbol in said if symbol.isdigit() or symbol in known)
