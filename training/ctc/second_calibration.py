"""How much the second reader's word counts: a logistic curve on what both readers say of the same strings, fitted on a
third of each set and written, with what was measured on the rest, into the second reader's card."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from extractor.decoding.second_opinion import Word, evidence, sees_mark
from extractor.errors import ModelError
from extractor.fields import as_single_field
from extractor.observation import Located, Observation, decode, is_judged_anew, observe, our_word, second_words
from extractor.reading import SINGLE_FIELD
from extractor.recognizer.card import SHIPPED
from extractor.recognizer.choice import Model, load_model
from extractor.recognizer.second_reader import INSTALL, SECOND_CARD, SecondReader, second_reader
from training.ctc.string_sets import CALIBRATES_EVERY, STRING_SETS, Entry, entries
from training.data.sources import data_folder
from training.evaluation.labelled_strings import READ_TOGETHER
from training.logistic import weights_of


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
    rows: list[tuple[float, ...]] = []
    right: list[bool] = []
    for seen, other, string in _read(load_model(SHIPPED), reader):
        decoded = decode(seen)
        value = decoded.meaning.value
        # What a doubt decides would have the curve promise less for all others than is true of them.
        ours = our_word(seen, decoded)
        decides = sees_mark(ours, other, value) or not all(is_judged_anew(doubt) for doubt in decoded.doubts)
        if value and not decoded.meaning.problem and other.said and not decides:
            rows.append((*evidence(ours, other, value), 1.0))
            right.append(value == string.written)
    found = weights_of(np.array(rows), np.array(right), np.array((0.5, 1.0, 0.0, 0.0)))
    card = json.loads(SECOND_CARD.read_text(encoding="utf-8"))
    names = ("less", "more", "agree", "offset")
    card["weights"] = {name: round(float(weight), 4) for name, weight in zip(names, found, strict=True)}
    card["fitted_on"] = {
        "data": f"one of {CALIBRATES_EVERY} strings (or writers) of {', '.join(STRING_SETS)}, labels put right",
        "strings": len(rows),
        "right": sum(right),
        "command": "python -m training calibrate-second",
    }
    SECOND_CARD.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return Fitted(len(rows), sum(right))


def _read(model: Model, reader: SecondReader) -> Iterator[tuple[Observation, Word, Entry]]:
    """What both readers see in the strings that the curve is fitted on."""
    for name in STRING_SETS:
        chosen = [one for one in entries(data_folder() / name) if one.calibrates]
        for start in range(0, len(chosen), READ_TOGETHER):
            part = chosen[start : start + READ_TOGETHER]
            seen = observe([Located(SINGLE_FIELD, as_single_field(one.image()), model) for one in part])
            words = second_words([(one, decode(one)) for one in seen], reader)
            yield from zip(seen, (words.get(i, Word()) for i in range(len(seen))), part, strict=True)
