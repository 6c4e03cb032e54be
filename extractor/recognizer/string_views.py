"""Free strings read whole by CTC: a batch in a first pass of two views, and those that leave doubt in more views
(test-time augmentation)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from extractor.decoding.ctc_search import LEAST_PROBABILITY, Transcript, best_transcripts
from extractor.fields import FieldImage
from extractor.recognizer.ctc import CtcRecognizer
from extractor.segmentation.text_line import Writing, writing_of
from extractor.values import Floats, Gray

STRING_VIEWS: tuple[dict[str, float], ...] = ({}, {"size": 0.87}, {"size": 0.8}, {"size": 1.12, "lean": -0.12})
"""The views of a string: as it is, smaller, smaller still, larger and leaning to the right. Every other one is seen by
the second network, where there is one."""

FIRST_PASS, SURE_STRING = 2, 0.9
"""The views of the first pass, and how probable a string must be then to need no more of them: above that, two more
had no more strings of `cheque_amounts` and `photo_strings` right."""

TAKEN_FOR = {",": ".", ":": "="}
"""What a network that does not know a mark says for it, where that is another mark: so two that know different ones
agree. Marks that it takes for digits stay, so that it contradicts."""

SURE_NOTHING = 0.99
"""Ink that passes for writing says nothing only where that is as probable as this."""


@dataclass(frozen=True)
class StringView:
    """One view of a string: its text `line` (None where nothing is written), the log-probabilities of its frames, shape
    (frames, classes + 1), and what they say, best first."""

    line: Gray | None
    frames: Floats
    transcripts: tuple[Transcript, ...]


@dataclass(frozen=True)
class StringReading:
    """What a free string may say, best first; no transcripts where nothing is written. `first_pass_only` says that the
    first pass was enough; `first_view` is the first view; `writing` is what its views were drawn from."""

    transcripts: tuple[Transcript, ...]
    first_pass_only: bool
    first_view: StringView
    writing: Writing | None = None

    @property
    def dashes(self) -> tuple[bool, bool]:
        """Whether a flat stroke stands before and after it, as `Writing` has them."""
        return self.writing.dashes if self.writing is not None else (False, False)


def is_sure(transcripts: Sequence[Transcript]) -> bool:
    """Whether the most probable string, or that nothing is written, needs no further view."""
    return not transcripts or math.exp(transcripts[0].log_probability) >= SURE_STRING


def read_strings(
    fields: Sequence[FieldImage], recognizer: CtcRecognizer, second: CtcRecognizer | None = None
) -> list[StringReading]:
    """What is written in each of `fields`, all free strings; `second` sees every other view.

    Strings are as probable as the mean over their views says.
    """
    writings = [writing_of(field) for field in fields]
    views_of = [list(views) for views in zip(*_views(writings, range(FIRST_PASS), recognizer, second), strict=True)]
    doubtful = [i for i, views in enumerate(views_of) if not is_sure(_agreed(views))]
    more = _views([writings[i] for i in doubtful], range(FIRST_PASS, len(STRING_VIEWS)), recognizer, second)
    for i, views in zip(doubtful, zip(*more, strict=True), strict=True):
        views_of[i] += views
    return [
        StringReading(_nothing_last(_agreed(views)), len(views) == FIRST_PASS, views[0], writing)
        for views, writing in zip(views_of, writings, strict=True)
    ]


def read_one_view(
    fields: Sequence[FieldImage],
    views: Sequence[int],
    recognizer: CtcRecognizer,
    second: CtcRecognizer | None = None,
) -> list[StringReading]:
    """What is written in each of `fields` by one view alone, the number of which is in `views` (any number; it goes
    round): for the frames of a video, in which a string is seen again and again, in another view each time."""
    found: list[StringReading | None] = [None] * len(fields)
    wanted = [number % len(STRING_VIEWS) for number in views]
    for number in sorted(set(wanted)):
        places = [i for i, one in enumerate(wanted) if one == number]
        writings = [writing_of(fields[i]) for i in places]
        seen = _view(writings, number, recognizer, second)
        for i, writing, one in zip(places, writings, seen, strict=True):
            found[i] = StringReading(one.transcripts, is_sure(one.transcripts), one, writing)
    return [one for one in found if one is not None]


def _views(
    writings: Sequence[Writing | None],
    numbers: Iterable[int],
    recognizer: CtcRecognizer,
    second: CtcRecognizer | None,
) -> list[list[StringView]]:
    """For each of `numbers` that view of all `writings`."""
    return [_view(writings, number, recognizer, second) for number in numbers]


def _view(
    writings: Sequence[Writing | None], number: int, recognizer: CtcRecognizer, second: CtcRecognizer | None
) -> list[StringView]:
    """View `number` of STRING_VIEWS of each of `writings`."""
    first = recognizer
    if second is not None and number % 2:
        recognizer = second
    lines = [None if writing is None else writing.drawn(**STRING_VIEWS[number]) for writing in writings]
    frames = recognizer.log_probabilities([line for line in lines if line is not None])
    said = iter(zip(frames, best_transcripts(frames, recognizer.classes), strict=True))
    unknown = {mark: kin for mark, kin in TAKEN_FOR.items() if mark not in first.classes}
    nothing = StringView(None, np.zeros((0, len(recognizer.classes) + 1), np.float32), ())
    return [nothing if line is None else _known(StringView(line, *next(said)), unknown) for line in lines]


def _known(view: StringView, unknown: Mapping[str, str]) -> StringView:
    """`view` in the marks that all networks know, by what stands for those that are `unknown` to one."""
    if not any(mark in one.text for one in view.transcripts for mark in unknown):
        return view
    table = str.maketrans(dict(unknown))
    renamed = [one._replace(text=one.text.translate(table)) for one in view.transcripts]
    return replace(view, transcripts=_by_text(renamed, 1))


def _nothing_last(transcripts: tuple[Transcript, ...]) -> tuple[Transcript, ...]:
    """Ink that passes for writing says something, such as a lone 1, unless it is sure that it does not: where that is
    most probable without being sure, it comes last."""
    if len(transcripts) <= 1 or transcripts[0].text or math.exp(transcripts[0].log_probability) >= SURE_NOTHING:
        return transcripts
    return (*transcripts[1:], transcripts[0])


def _agreed(views: Sequence[StringView]) -> tuple[Transcript, ...]:
    """The strings of all `views`, best first, each with the mean of its probabilities there."""
    return _by_text([option for view in views for option in view.transcripts], len(views))


def _by_text(options: Sequence[Transcript], views: int) -> tuple[Transcript, ...]:
    """Each text among `options` once, best first, with its probabilities summed and shared out over so many `views`."""
    by_text: dict[str, Transcript] = {}
    total: dict[str, float] = {}
    for option in options:
        by_text.setdefault(option.text, option)
        total[option.text] = total.get(option.text, 0.0) + math.exp(option.log_probability)
    agreed = [
        Transcript(text, math.log(max(sum_, LEAST_PROBABILITY) / views), by_text[text].frames)
        for text, sum_ in total.items()
    ]
    return tuple(sorted(agreed, key=lambda h: -h.log_probability))
