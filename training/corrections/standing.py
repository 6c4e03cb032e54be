"""How well a model reads corrected fields and symbols that it has not learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from extractor.fields import FieldImage
from extractor.observation import decode
from extractor.options import ReadOptions
from extractor.reading import make_reader
from extractor.recognizer import load_recognizer
from extractor.recognizer.choice import Recognizers
from extractor.template import TemplateField
from extractor.values import Box
from training.data.samples import Samples
from training.symbols.accuracy import measure

REPLAY_LOSS = 0.001
"""Share of the held-out symbols of the replay that may be lost."""


@dataclass(frozen=True)
class Usable:
    """A corrected field that can be learned from: its picture, the `cells` of its comb (None for a free string), the
    ways in which its value may be written there, and whether it is held out."""

    image: FieldImage
    cells: int | None
    texts: tuple[str, ...]
    held_out: bool


@dataclass(frozen=True)
class Standing:
    """Corrected fields that were held out, wholly right of how many, and symbols of the replay."""

    fields_right: int
    fields: int
    symbols_right: int
    symbols: int

    def worse_than(self, before: Standing) -> bool:
        """Whether corrected fields are lost, or more symbols than chance explains."""
        lost = (before.symbols_right - self.symbols_right) / max(1, before.symbols)
        return self.fields_right < before.fields_right or lost > REPLAY_LOSS


def standing(model: Path, fields: Sequence[Usable], symbols: Samples) -> Standing:
    """How well the model in the folder `model` reads `fields`, as the product reads them, and `symbols`."""
    reader = make_reader((), Recognizers(), ReadOptions.of(single_field=True, model=model))
    asked = [(TemplateField(name="corrected", box=Box(0, 0, 1, 1), cells=field.cells), field.image) for field in fields]
    values = [decode(seen).meaning.value for seen in reader.observe(asked)]
    right = sum(value in field.texts for value, field in zip(values, fields, strict=True))
    found = measure(load_recognizer(model), symbols, "replay")
    return Standing(right, len(fields), found.right, found.count)
