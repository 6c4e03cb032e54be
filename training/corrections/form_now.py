"""A form as it is read now: what is seen in answered fields, and how they are read by what was learned of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from extractor.observation import Located, decode, observe, second_words, wants_second
from extractor.recognizer.choice import Model
from extractor.recognizer.learned import Learned, unlearned
from extractor.recognizer.second_reader import SecondReader
from extractor.template import TemplateField
from extractor.values import Box
from training.corrections.fields import CorrectedField
from training.corrections.form_fit import Answered, Tally, fit_learned, read_in_folds, tally
from training.corrections.rows import Correction

SEEN_TOGETHER = 50
"""Fields that are looked at in one call."""

Told = Callable[[str, float], None]
"""Is told what is being done, and how much of it is, from 0 to 1."""


@dataclass(frozen=True)
class FormNow:
    """The form's `fields` by form and name, the threshold, the models that read it now, and who is told."""

    fields: Mapping[tuple[str, str], TemplateField]
    accept: float
    model: Model
    second: SecondReader | None
    tell: Told

    @property
    def learned(self) -> Learned:
        """What counts before anything is learned now."""
        return self.model.learned or unlearned()

    def is_digits(self, row: Correction) -> bool:
        """Whether the field holds handwritten digits, which is what is learned."""
        known = self.fields.get((row.form, row.field))
        if known is None:
            return all(c.isdigit() or c in ".,-:/ " for c in row.value)
        return known.alphabet == "0-9" and known.is_written

    def answered(self, cut: Sequence[CorrectedField]) -> list[Answered]:
        """What the model, and where it would be asked the second reader, see in each field."""
        found: list[Answered] = []
        for start in range(0, len(cut), SEEN_TOGETHER):
            self.tell("Reading the answered fields", start / len(cut))
            part = cut[start : start + SEEN_TOGETHER]
            seen = observe([Located(self._field(one.correction), one.image, self.model) for one in part])
            decided = [(one, decode(one)) for one in seen]
            asked = [at for at, pair in enumerate(decided) if self.second and wants_second(*pair, self.accept)]
            words = second_words([decided[at] for at in asked], self.second) if self.second else {}
            by_place = {at: words[number] for number, at in enumerate(asked) if number in words}
            for at, one in enumerate(part):
                row = one.correction
                plain = (row.form, row.field) not in self.fields
                truth = "".join(c for c in row.value if c.isdigit()) if plain else row.value
                found.append(Answered(*decided[at], by_place.get(at), truth, (row.file, row.page)))
        return found

    def fitted(self, answers: Sequence[Answered]) -> Learned:
        """What `answers` teach."""
        return fit_learned(answers, self.learned, self.accept)

    def compared(self, answers: Sequence[Answered]) -> tuple[Tally, Tally]:
        """How they are read now, and by what those on other pages teach."""
        after = read_in_folds(answers, self.learned, self.accept)
        return self.tally(answers, self.learned), tally(answers, after, self.accept)

    def tally(self, answers: Sequence[Answered], learned: Learned) -> Tally:
        """How they are read with what was `learned`."""
        return tally(answers, [one.read(learned) for one in answers], self.accept)

    def _field(self, row: Correction) -> TemplateField:
        known = self.fields.get((row.form, row.field))
        if known is None:
            return TemplateField(name="value", box=Box(0, 0, 1, 1), cells=row.cells)
        return known.model_copy(update={"cells": row.cells})
