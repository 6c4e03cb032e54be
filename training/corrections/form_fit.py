"""What a form's own answers teach without any training: how much each reader's word counts there, what is usually
written, and how sure a reading may be. Few answers change little."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from extractor.decoding import Decoded
from extractor.decoding.learned_choice import candidates, choice_evidence
from extractor.decoding.second_opinion import Word, evidence
from extractor.observation import Observation, our_word, weighed
from extractor.recognizer.learned import LONGEST_COUNTED, Choice, Learned, Usual
from extractor.recognizer.second_reader import Weights
from extractor.table_lines import column_of
from training.logistic import weights_of
from training.newton import least

BEFOREHAND = Choice(ours=0.8, other=0.35, agree=0.3, usual=0.4)
"""What is taken for the choice before any answer: about what `cheque_amounts`, `photo_strings` and `pen_strings` give,
from 200 answers each."""

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

    def read(self, learned: Learned | None, weights: Weights) -> Decoded:
        """The field as it is read with what was `learned`."""
        if self.word is None:
            return self.decided
        return weighed(self.seen, self.decided, self.word, learned, weights)


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


def fit_learned(answers: Sequence[Answered], weights: Weights, accept: float) -> Learned:
    """What `answers` teach, where `weights` are what counts without. The form's own weights are taken only where they
    accept more without being wrong more often, on pages that they were not fitted on."""
    strings = [one for one in answers if one.is_string]
    usual, repeated = _usual(strings), _repeated(strings)
    plain = Learned(Choice(), weights, usual, repeated)
    choice = _choice(strings, plain)
    learned = replace(plain, choice=choice)
    if not strings:
        return learned
    own = replace(learned, weights=_weights(strings, learned, weights))
    fitted = _in_folds(strings, lambda part: replace(learned, weights=_weights(part, learned, weights)))
    as_own = tally(strings, [one.read(of, weights) for one, of in zip(strings, fitted, strict=True)], accept)
    as_plain = tally(strings, [one.read(learned, weights) for one in strings], accept)
    return own if as_own.accepted > as_plain.accepted and as_own.wrong <= as_plain.wrong else learned


def read_in_folds(answers: Sequence[Answered], weights: Weights, accept: float) -> list[Decoded]:
    """Each of `answers` read by what those on other pages teach."""
    fitted = _in_folds(answers, lambda part: fit_learned(part, weights, accept))
    return [one.read(learned, weights) for one, learned in zip(answers, fitted, strict=True)]


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
    """How much counts for a value: a conditional logit (D. McFadden, 1974), held to `BEFOREHAND`."""
    rows: list[NDArray[np.float64]] = []
    places: list[int] = []
    for one in answers:
        assert one.word is not None
        ours, column = our_word(one.seen, one.decided), column_of(one.seen.name)
        options = candidates(ours, one.word, one.decided.meaning.value)
        if len(options) < 2 or one.truth not in options:
            continue
        known = replace(plain, usual=_without(plain.usual, column, one.truth))
        rows.append(
            np.array([choice_evidence(ours, one.word, value, known.usualness(column, value)) for value in options])
        )
        places.append(options.index(one.truth))
    weights = chosen_weights(rows, places, np.array(list(asdict(BEFOREHAND).values())))
    return Choice(*(round(float(weight), 4) for weight in weights))


def chosen_weights(
    rows: Sequence[NDArray[np.float64]], places: Sequence[int], around: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The weights, shape (k,), by which of each of `rows`, shape (options, k), that in its place is the most probable
    choice, held to `around`."""
    if not rows:
        return around
    most, count = max(map(len, rows)), len(around)
    there = np.array([[at < len(row) for at in range(most)] for row in rows])
    table = np.zeros((len(rows), most, count))
    for at, row in enumerate(rows):
        table[at, : len(row)] = row
    taken = table[np.arange(len(rows)), places]

    def shares(weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How probable each option is, and the logarithm of what their odds sum up to."""
        scores = np.where(there, table @ weights, -np.inf)
        top = scores.max(1, keepdims=True)
        parts = np.exp(scores - top)
        total = parts.sum(1, keepdims=True)
        return parts / total, (top + np.log(total))[:, 0]

    def loss(weights: NDArray[np.float64]) -> float:
        held = 0.5 * HELD_CHOICE * float(((weights - around) ** 2).sum())
        return float((shares(weights)[1] - taken @ weights).sum()) + held

    def slopes(weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        parts = shares(weights)[0]
        means = (parts[:, :, None] * table).sum(1)
        gradient = (means - taken).sum(0) + HELD_CHOICE * (weights - around)
        squares = np.einsum("no,nok,nol->kl", parts, table, table) - means.T @ means
        return gradient, squares + HELD_CHOICE * np.eye(count)

    return least(around, loss, slopes)


def _weights(answers: Sequence[Answered], learned: Learned, before: Weights) -> Weights:
    """How sure a value is that both readers say so much for, held to what it is `before` any answer."""
    rows, right = [], []
    for one in answers:
        assert one.word is not None
        value = one.read(learned, before).meaning.value
        if value and one.word.said:
            rows.append((*evidence(our_word(one.seen, one.decided), one.word, value), 1.0))
            right.append(value == one.truth)
    around = np.array(list(asdict(before).values()))
    if not rows:
        return before
    found = weights_of(np.array(rows), np.array(right), around, HELD_WEIGHTS, around)
    return Weights(*(round(float(weight), 4) for weight in found))
