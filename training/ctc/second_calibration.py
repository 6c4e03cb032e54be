"""How much the second reader's word counts: which value is read, and a logistic curve on what both readers say of it,
fitted on a third of each set and written, with what is measured on the rest, into the second reader's card."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from extractor.decoding import Decoded
from extractor.decoding.second_opinion import Word, evidence, sees_mark
from extractor.decoding.value_choice import choice_of, chosen
from extractor.errors import ModelError
from extractor.fields import as_single_field
from extractor.observation import (
    Located,
    Observation,
    decode,
    is_judged_anew,
    observe,
    our_word,
    second_words,
    wants_second,
    weighed,
)
from extractor.options import ReadOptions
from extractor.reading import SINGLE_FIELD
from extractor.recognizer.card import SHIPPED
from extractor.recognizer.choice import Model, load_model
from extractor.recognizer.learned import Learned
from extractor.recognizer.second_reader import INSTALL, SECOND_CARD, Choice, SecondReader, Weights, second_reader
from training.ctc.string_sets import CALIBRATES_EVERY, STRING_SETS, Entry, entries
from training.data.sources import data_folder
from training.evaluation.labelled_strings import READ_TOGETHER
from training.logistic import choice_weights, weights_of


@dataclass(frozen=True)
class Fitted:
    """On how many strings the curve was fitted, and how many of them were read right."""

    strings: int
    right: int


def calibrate_second() -> Fitted:
    """Fits the weights of the second reader beside the shipped model and writes them into its card. Raises ModelError
    where it is not installed."""
    reader = second_reader()
    if reader is None:
        raise ModelError(f"The second reader is not installed: {INSTALL}.")
    model = load_model(SHIPPED)
    sets = {name: entries(data_folder() / name) for name in STRING_SETS}
    read = [one for some in sets.values() for one in _read(model, reader, [e for e in some if e.calibrates])]
    card = json.loads(SECOND_CARD.read_text(encoding="utf-8"))
    choice = _choice(read)
    rows: list[tuple[float, ...]] = []
    right: list[bool] = []
    for seen, other, string in read:
        decoded, ours = _chosen(seen, other, choice), our_word(seen, decode(seen))
        value = decoded.meaning.value
        # What a doubt decides would have the curve promise less for all others than is true of them.
        decides = sees_mark(ours, other, value) or not all(is_judged_anew(doubt) for doubt in decoded.doubts)
        if value and not decoded.meaning.problem and other.said and not decides:
            rows.append(evidence(ours, other, value))
            right.append(value == string.written)
    found = weights_of(np.array(rows), np.array(right), np.array((1.0, 1.0, 0.0, 1.0, 1.0, 0.0)))
    card["choice"] = {name: weight for name, weight in asdict(choice).items() if name != "usual"}
    weights = Weights(*(round(float(weight), 4) for weight in found))
    card["weights"] = asdict(weights)
    card["fitted_on"] = {
        "data": f"one of {CALIBRATES_EVERY} strings (or writers) of {', '.join(STRING_SETS)}, labels put right",
        "strings": len(rows),
        "right": sum(right),
        "command": "python -m training calibrate-second",
    }
    both = Learned(choice, weights)
    card["measured_on"] = [
        {
            "data": f"the rest of {name}, labels put right",
            **_measured(list(_read(model, reader, [e for e in some if not e.calibrates])), both),
        }
        for name, some in sets.items()
    ]
    SECOND_CARD.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return Fitted(len(rows), sum(right))


def _choice(read: Sequence[tuple[Observation, Word, Entry]]) -> Choice:
    """How much each reader's word counts for which value is read."""
    rows, places = [], []
    for seen, other, string in read:
        decoded = decode(seen)
        row, place = choice_of(our_word(seen, decoded), other, decoded, string.written)
        if place is not None:
            # Nothing is usual where no form is known.
            rows.append(row[:, :-1])
            places.append(place)
    return Choice(*(round(float(weight), 4) for weight in choice_weights(rows, places, np.ones(2))))


def _chosen(seen: Observation, other: Word, choice: Choice) -> Decoded:
    decoded = decode(seen)
    transcripts = seen.string.transcripts if seen.string else ()
    return chosen(decoded, our_word(seen, decoded), other, transcripts, form=seen.format, choice=choice)


def _measured(read: Sequence[tuple[Observation, Word, Entry]], both: Learned) -> dict[str, int]:
    """How many strings are right and accepted with the second reader, whose word counts as in `both`, and without."""
    told = {"strings": len(read)}
    for name, second in (("", True), ("_without", False)):
        right = accepted = wrong = 0
        for seen, other, string in read:
            decoded = decode(seen)
            if second and wants_second(seen, decoded, ReadOptions.accept):
                decoded = weighed(seen, decoded, other, both)
            is_right = decoded.meaning.value == string.written
            sure = bool(decoded.meaning.value) and not decoded.meaning.problem
            sure = sure and decoded.confidence >= ReadOptions.accept
            right, accepted, wrong = right + is_right, accepted + sure, wrong + (sure and not is_right)
        told |= {f"right{name}": right, f"accepted{name}": accepted, f"accepted_wrong{name}": wrong}
    return told


def _read(model: Model, reader: SecondReader, strings: Sequence[Entry]) -> Iterator[tuple[Observation, Word, Entry]]:
    """What both readers see in each of `strings`."""
    for start in range(0, len(strings), READ_TOGETHER):
        part = strings[start : start + READ_TOGETHER]
        seen = observe([Located(SINGLE_FIELD, as_single_field(one.image()), model) for one in part])
        words = second_words([(one, decode(one)) for one in seen], reader)
        yield from zip(seen, (words.get(i, Word()) for i in range(len(seen))), part, strict=True)
