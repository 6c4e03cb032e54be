"""What a form's own answers teach without any training: how much each reader's word counts there, what is usually
written, and how sure a reading may be. Few answers change little."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from extractor.decoding import Decoded
from extractor.decoding.second_opinion import Word, evidence
from extractor.decoding.value_choice import choice_of
from extractor.observation import Observation, our_word, weighed
from extractor.recognizer.learned import LONGEST_COUNTED, Learned, Usual
from extractor.recognizer.second_reader import Choice, Weights
from extractor.table_lines import column_of
from training.logistic import choice_weights, weights_of

USUAL_BEFOREHAND = 0.4
"""How much it counts before any answer that a value is usual: about what `cheque_amounts`, `photo_strings` and
`pen_strings` give, from 200 answers each."""

HELD_CHOICE, HELD_WEIGHTS = 5.0, 3.0
"""How firmly the choice and the weights are held to what they were beforehand."""

FOLDS = 5
"""Parts of the pages, each of which is read by what the others teach."""

BEGUN_WITH = 10.0
"""How many answers without a repetition there are thought to be beforehand."""

MOST_REPEATED = 0.95


@dataclass(frozen=True)
class Answered:
    """A field that somebody has answered: what is seen there, what was `decided` before any second opinion, the other
    reader's `word` (None where it is not asked), what is written (`truth`; empty: no number), and its page."""

    seen: Observation
    decided: Decoded
    word: Word | None
    truth: str
    page: tuple[str, int]

    @property
    def is_string(self) -> bool:
        """Whether what is learned of the form has a say in it."""
        return self.word is not None and self.seen.string is not None

    def read(self, learned: Learned) -> Decoded:
        """The field as it is read with what was `learned`."""
        return self.decided if self.word is None else weighed(self.seen, self.decided, self.word, learned)


@dataclass(frozen=True)
class Tally:
    """Of so many `fields` how many are read `right`, how many are `accepted`, and how many of these are `wrong`."""

    fields: int
    right: int
    accepted: int
    wrong: int


def tally(answers: Sequence[Answered], readings: Sequence[Decoded], accept: float) -> Tally:
    """How well `readings` say what was answered."""
    right = [one.truth == read.meaning.value for one, read in zip(answers, readings, strict=True)]
    sure = [bool(one.meaning.value) and not one.meaning.problem and one.confidence >= accept for one in readings]
    wrong = sum(sure_one and not right_one for sure_one, right_one in zip(sure, right, strict=True))
    return Tally(len(answers), sum(right), sum(sure), wrong)


def fit_learned(answers: Sequence[Answered], before: Learned, accept: float) -> Learned:
    """What `answers` teach, where `before` is what counts without. The form's own weights are taken only where they
    accept more without being wrong more often, on pages that they were not fitted on."""
    strings = [one for one in answers if one.is_string]
    plain = replace(before, usual=_usual(strings), repeated=_repeated(strings))
    learned = replace(plain, choice=_choice(strings, plain))
    if not strings:
        return learned
    own = replace(learned, weights=_weights(strings, learned))
    fitted = _in_folds(strings, lambda part: replace(learned, weights=_weights(part, learned)))
    as_own = tally(strings, [one.read(of) for one, of in zip(strings, fitted, strict=True)], accept)
    as_plain = tally(strings, [one.read(learned) for one in strings], accept)
    return own if as_own.accepted > as_plain.accepted and as_own.wrong <= as_plain.wrong else learned


def read_in_folds(answers: Sequence[Answered], before: Learned, accept: float) -> list[Decoded]:
    """Each of `answers` read by what those on other pages teach."""
    fitted = _in_folds(answers, lambda part: fit_learned(part, before, accept))
    return [one.read(learned) for one, learned in zip(answers, fitted, strict=True)]


def _in_folds(answers: Sequence[Answered], fit: Callable[[Sequence[Answered]], Learned]) -> list[Learned]:
    """For each of `answers` what is fitted to those of other folds; no page is in two."""
    pages = {page: number for number, page in enumerate(dict.fromkeys(one.page for one in answers))}
    order = np.random.default_rng(1).permutation(len(pages))
    fold = [int(order[pages[one.page]]) % FOLDS for one in answers]
    fitted = {
        number: fit([one for one, own in zip(answers, fold, strict=True) if own != number]) for number in set(fold)
    }
    return [fitted[own] for own in fold]


def _usual(answers: Sequence[Answered]) -> dict[str, Usual]:
    by_column: dict[str, list[str]] = {}
    for one in answers:
        if one.truth:
            for column in (column_of(one.seen.name), ""):
                by_column.setdefault(column, []).append(one.truth)
    return {column: _counted(values) for column, values in by_column.items()}


def _counted(values: Sequence[str]) -> Usual:
    lengths = Counter(min(len(value), LONGEST_COUNTED) for value in values)
    # What stood there once alone is nothing usual, and the form's numbers are nobody's business.
    again = {value: count for value, count in Counter(values).items() if count > 1}
    return Usual(len(values), dict(lengths), again)


def _repeated(answers: Sequence[Answered]) -> float:
    counts = Counter((column_of(one.seen.name), one.truth) for one in answers if one.truth)
    again = sum(count for count in counts.values() if count > 1)
    return min(MOST_REPEATED, again / (sum(counts.values()) + BEGUN_WITH))


def _without(usual: Mapping[str, Usual], column: str, value: str) -> dict[str, Usual]:
    """`usual` as it was without this one answer, so that no answer speaks for itself."""
    found = {}
    for name in (column, ""):
        if name in usual and value:
            one, length = usual[name], min(len(value), LONGEST_COUNTED)
            lengths = {**one.lengths, length: one.lengths.get(length, 1) - 1}
            left = one.values.get(value, 1) - 1
            values = {**one.values, value: left} if left else {k: n for k, n in one.values.items() if k != value}
            found[name] = Usual(one.answers - 1, lengths, values)
    return found or dict(usual)


def _choice(answers: Sequence[Answered], plain: Learned) -> Choice:
    """How much counts for a value, held to what it was before."""
    rows: list[NDArray[np.float64]] = []
    places: list[int] = []
    for one in answers:
        assert one.word is not None
        ours, column = our_word(one.seen, one.decided), column_of(one.seen.name)
        known = replace(plain, usual=_without(plain.usual, column, one.truth))
        row, place = choice_of(ours, one.word, one.decided, one.truth, partial(known.usualness, column))
        if place is not None:
            rows.append(row)
            places.append(place)
    before = np.array(list(asdict(replace(plain.choice, usual=plain.choice.usual or USUAL_BEFOREHAND)).values()))
    return Choice(*(round(float(weight), 4) for weight in choice_weights(rows, places, before, HELD_CHOICE)))


def _weights(answers: Sequence[Answered], learned: Learned) -> Weights:
    """How sure a value is that both readers say so much for, held to what it is before any answer."""
    before = learned.weights
    rows, right = [], []
    for one in answers:
        assert one.word is not None
        value = one.read(learned).meaning.value
        if value and one.word.said:
            rows.append(evidence(our_word(one.seen, one.decided), one.word, value))
            right.append(value == one.truth)
    around = np.array(list(asdict(before).values()))
    if not rows:
        return before
    found = weights_of(np.array(rows), np.array(right), around, HELD_WEIGHTS, around)
    return Weights(*(round(float(weight), 4) for weight in found))
