"""One field: what the models see in its picture (`observe`), and the best reading of that (`decode`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from extractor.barcodes.code_field import FieldCodes
from extractor.bubbles.bubble_state import SeenMarks
from extractor.decoding import MAY_BE_NO_DIGIT, Decoded, decode_ctc, decode_lattice
from extractor.decoding.coded import decode_code
from extractor.decoding.ctc_search import best_transcripts
from extractor.decoding.marked import decode_marks
from extractor.decoding.second_opinion import Word, with_second_opinion, word_of
from extractor.decoding.value_choice import chosen
from extractor.fields import FieldImage
from extractor.recognizer.choice import Model
from extractor.recognizer.learned import Learned, unlearned
from extractor.recognizer.second_reader import SecondReader
from extractor.recognizer.string_views import StringReading, read_one_view, read_strings
from extractor.recognizer.symbol_views import symbol_scores
from extractor.segmentation import Lattice, comb_doubts, segment, string_doubts
from extractor.segmentation.lattice import stack_crops
from extractor.segmentation.text_line import writing_of
from extractor.segmentation.whole_picture import comb_picture, string_picture
from extractor.table_lines import column_of
from extractor.template import Format, TemplateField
from extractor.template.mark_group import Marks
from extractor.values import Doubt, DoubtKind, Floats, Gray

CLEAR_HEIGHT = 18.0
"""Pixels of the page: lower digits are wrong more often, as their area has fewer pixels. Chosen on the samples and
`tally_c1` scaled down to a quarter: of those accepted from 9 to 13 pixels high 1 of 90 was wrong, of larger ones none
of 690."""

NO_LATTICE = Lattice(1, (), stack_crops([]), comb=False)
"""The lattice of a string that is not cut into symbols."""

MAY_BE_SETTLED = (DoubtKind.MARK, DoubtKind.POINT, DoubtKind.SCALE)
"""Doubts about what is written, on which another reader's word throws light."""

SURE_ALONE = 0.999
"""A free string as certain as this needs no second reading."""


@dataclass(frozen=True)
class Located:
    """A field of a page, cut out, and the model that is to read it; where one view of a string has to do, the number
    of that `view` (any; it goes round). What is read by its `bubbles` or its barcode
    (`codes`) needs no model."""

    field: TemplateField
    image: FieldImage
    model: Model
    view: int | None = None
    bubbles: SeenMarks | None = None
    codes: FieldCodes | None = None


@dataclass(frozen=True)
class Observation:
    """One field in one picture before anything is decided, and the `model` of its alphabet.

    `lattice` has its symbols, and `scores` what the network says of each of its crops: log-probabilities of shape
    (crops of the lattice, classes). A string that a CTC network reads has its `string` and an empty lattice; a field
    that is read by its `bubbles` has those, which its template's `marks` explain, and one with a barcode its `codes`.
    """

    name: str
    format: Format
    image: FieldImage
    model: Model
    lattice: Lattice
    scores: Floats
    string: StringReading | None = None
    bubbles: SeenMarks | None = None
    marks: Marks | None = None
    codes: FieldCodes | None = None

    @property
    def is_written(self) -> bool:
        """Whether it is handwriting, which networks read."""
        return self.bubbles is None and self.codes is None


def observe(located: Sequence[Located]) -> list[Observation]:
    """What is seen in each field, in order; each model runs once over all that it is to read."""
    by_model: dict[Model, list[int]] = {}
    seen: dict[int, Observation] = {}
    for place, one in enumerate(located):
        if one.bubbles is not None or one.codes is not None:
            seen[place] = _unwritten(one)
            continue
        by_model.setdefault(one.model, []).append(place)
    for model, places in by_model.items():
        seen.update(zip(places, _observe([located[i] for i in places], model), strict=True))
    return [seen[place] for place in range(len(located))]


def _unwritten(one: Located) -> Observation:
    """What is seen of a field that no network reads."""
    return Observation(
        one.field.name,
        one.field.format,
        one.image,
        one.model,
        NO_LATTICE,
        np.zeros((0, len(one.model.symbols.classes)), np.float32),
        bubbles=one.bubbles,
        marks=one.field.bubble_marks,
        codes=one.codes,
    )


def _observe(located: Sequence[Located], model: Model) -> list[Observation]:
    strings = _strings(located, model)
    lattices = [
        segment(one.image, comb=one.field.cells is not None) if string is None else NO_LATTICE
        for one, string in zip(located, strings, strict=True)
    ]
    return [
        Observation(one.field.name, one.field.format, one.image, model, lattice, scores, string)
        for one, lattice, scores, string in zip(located, lattices, _scores(lattices, model), strings, strict=True)
    ]


def _strings(located: Sequence[Located], model: Model) -> list[StringReading | None]:
    """What the CTC networks of `model` read in free strings; None for combs, and where there are no such networks."""
    found: list[StringReading | None] = [None] * len(located)
    if model.ctc is None:
        return found
    strings = [i for i, one in enumerate(located) if one.field.cells is None]
    whole = [i for i in strings if located[i].view is None]
    once = {i: view for i in strings if (view := located[i].view) is not None}
    readings = read_strings([located[i].image for i in whole], model.ctc, model.second_ctc)
    readings += read_one_view([located[i].image for i in once], [*once.values()], model.ctc, model.second_ctc)
    for place, reading in zip((*whole, *once), readings, strict=True):
        found[place] = reading
    return found


def _scores(lattices: Sequence[Lattice], model: Model) -> list[Floats]:
    """What the symbols of `model` say of the crops of each lattice. Those of combs are one symbol each, and in doubt
    are seen in more views; most candidates of a string are no symbol, which their neighbours show."""
    scores: list[Floats] = [np.zeros((0, len(model.symbols.classes)), np.float32)] * len(lattices)
    for comb in (True, False):
        places = [i for i, lattice in enumerate(lattices) if lattice.comb == comb]
        crops = [lattices[i].crops for i in places]
        together = np.concatenate([stack_crops([]), *crops])
        rows = symbol_scores(together, model.symbols) if comb else model.symbols.log_probabilities(together)
        parts = np.split(rows, np.cumsum([len(own) for own in crops])[:-1])
        for i, part in zip(places, parts, strict=False):
            scores[i] = part
    return scores


def holds_digits(seen: Observation) -> bool:
    """Whether handwritten digits are seen there: for fields that were found rather than given by a template."""
    # Only where no template is given: finding is a sixth of all that is imported.
    from extractor.finding.templateless import lattice_holds_digits, string_holds_digits

    if seen.string is not None:
        return string_holds_digits(seen.string)
    return lattice_holds_digits(seen.lattice, seen.scores, seen.model.symbols.classes)


def decode(seen: Observation) -> Decoded:
    """The best reading of what is seen, under its field's format, with all that was noticed about the field."""
    if seen.bubbles is not None and seen.marks is not None:
        return decode_marks(seen.bubbles, seen.marks, seen.format).doubted(seen.image.doubts)
    if seen.codes is not None:
        return decode_code(seen.codes, seen.format).doubted(seen.image.doubts)
    if seen.string is None or seen.model.ctc is None:
        symbols = seen.model.symbols
        decoded = decode_lattice(seen.lattice, seen.scores, symbols.classes, seen.format, symbols.calibration)
    else:
        decoded = decode_ctc(seen.string.transcripts, seen.format, seen.model.ctc.calibration, seen.string.dashes)
    decoded = decoded.doubted(seen.image.doubts)
    if decoded.meaning.value:
        decoded = decoded.doubted(_scale_doubts(seen.image.ink_height, decoded.confidence))
    if seen.lattice.comb:
        return decoded.doubted(comb_doubts(seen.image, decoded.written))
    # Of what is left out of a field nothing may be read, as if it were blank.
    line = seen.string.first_view.line if seen.string and _has_digits(decoded) else None
    return decoded.doubted(string_doubts(seen.image, line, seen.string.writing if seen.string else None))


def _has_digits(decoded: Decoded) -> bool:
    return any(symbol.isdigit() for symbol in decoded.written)


def _scale_doubts(height: float, confidence: float) -> tuple[Doubt, ...]:
    """The doubt about digits so few pixels high that more of them are read wrongly than their confidence says."""
    if not 0 < height < CLEAR_HEIGHT:
        return ()
    # The odds of being wrong rise.
    most = confidence / (confidence + (1 - confidence) * (CLEAR_HEIGHT / height) ** 2) if confidence else 0.0
    return (Doubt(DoubtKind.SCALE, f"its digits are only {round(height)} pixels high", most, provable=True),)


def wants_second(seen: Observation, decoded: Decoded, accept: float) -> bool:
    """Whether another reader should read a field as well that no rule proves."""
    enough = accept if seen.lattice.comb else max(accept, SURE_ALONE)
    return (
        seen.is_written
        and bool(decoded.meaning.value)
        and decoded.confidence < enough
        and seen.format.check is None
        and seen.model.reads_digits
        and all(doubt.most >= accept or doubt.kind in MAY_BE_SETTLED for doubt in decoded.doubts)
    )


def second_opinions(decided: Sequence[tuple[Observation, Decoded]], reader: SecondReader) -> list[Decoded]:
    """What was decided about each field of digits, after the word of another `reader`."""
    found = [decoded for _, decoded in decided]
    for place, word in second_words(decided, reader).items():
        seen, decoded = decided[place]
        found[place] = weighed(seen, decoded, word, seen.model.learned or unlearned())
    return found


def weighed(seen: Observation, decoded: Decoded, word: Word, learned: Learned) -> Decoded:
    """What was decided about a field, after another reader's `word`, which counts for a string as was `learned`."""
    ours, weights = our_word(seen, decoded), unlearned().weights
    if seen.string is not None:
        decoded = chosen(
            decoded,
            ours,
            word,
            seen.string.transcripts,
            form=seen.format,
            choice=learned.choice,
            usualness=partial(learned.usualness, column_of(seen.name)),
        )
        weights = learned.weights
    others = tuple(doubt for doubt in decoded.doubts if not is_judged_anew(doubt))
    both = with_second_opinion(replace(decoded, doubts=others), ours, word, weights)
    return both.doubted(_scale_doubts(seen.image.ink_height, both.confidence))


def is_judged_anew(doubt: Doubt) -> bool:
    """Whether another reader's word decides about `doubt`: what few pixels leave of the confidence, and whether a
    digit is a mark."""
    return doubt.kind is DoubtKind.SCALE or doubt == MAY_BE_NO_DIGIT


def second_words(decided: Sequence[tuple[Observation, Decoded]], reader: SecondReader) -> dict[int, Word]:
    """What `reader` says of each field, by its place, in one call; nothing where no picture of it can be made."""
    pictures: dict[int, Gray] = {}
    for place, (seen, decoded) in enumerate(decided):
        if seen.lattice.comb:
            picture = comb_picture(seen.image, decoded.written)
        else:
            picture = string_picture(seen.string.writing if seen.string is not None else writing_of(seen.image))
        if picture is not None:
            pictures[place] = picture
    said = best_transcripts(reader.log_probabilities([*pictures.values()]), reader.classes)
    return {
        place: word_of(transcripts, decided[place][0].format, comb=decided[place][0].lattice.comb)
        for place, transcripts in zip(pictures, said, strict=True)
    }


def our_word(seen: Observation, decoded: Decoded) -> Word:
    """What our own networks say of a field, for which `decoded` was decided, before any calibration."""
    if seen.string is not None:
        return word_of(seen.string.transcripts, seen.format)
    values = {decoded.meaning.value: decoded.confidence} | {a.value: a.probability for a in decoded.alternatives}
    return Word(decoded.written, decoded.meaning.value, values)
