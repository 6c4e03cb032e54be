"""How well a model reads corrected fields, and what is no form's, that it has not learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from extractor.decoding.ctc_search import best_text
from extractor.fields import FieldImage
from extractor.observation import decode
from extractor.options import ReadOptions
from extractor.reading import make_reader
from extractor.recognizer import load_ctc, load_recognizer
from extractor.recognizer.choice import Recognizers
from extractor.recognizer.ctc import CTC_FOLDER, SECOND_CTC_FOLDER
from extractor.template import TemplateField
from extractor.values import Box
from training.ctc.text_lines import TextLines
from training.data.samples import Samples
from training.symbols.accuracy import measure

REPLAY_LOSS, LINE_LOSS = 0.001, 0.002
"""Share of the held-out symbols of the replay, and of composed text lines, that may be lost."""


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
    """Corrected fields that were held out, wholly right of how many, symbols of the replay, and text lines composed
    of them, each read by each network for strings."""

    fields_right: int
    fields: int
    symbols_right: int
    symbols: int
    lines_right: int = 0
    lines: int = 0

    def worse_than(self, before: Standing) -> bool:
        """Whether corrected fields are lost, or more symbols or text lines than may be."""
        lost = (before.symbols_right - self.symbols_right) / max(1, before.symbols)
        lines_lost = (before.lines_right - self.lines_right) / max(1, before.lines)
        return self.fields_right < before.fields_right or lost > REPLAY_LOSS or lines_lost > LINE_LOSS


def standing(model: Path, fields: Sequence[Usable], symbols: Samples, lines: TextLines | None = None) -> Standing:
    """How well the model in the folder `model` reads `fields`, as the product reads them without another reader,
    `symbols`, and text `lines`."""
    reader = make_reader((), Recognizers(), ReadOptions.of(single_field=True, model=model))
    asked = [(TemplateField(name="corrected", box=Box(0, 0, 1, 1), cells=field.cells), field.image) for field in fields]
    values = [decode(seen).meaning.value for seen in reader.observe(asked)]
    right = sum(value in field.texts for value, field in zip(values, fields, strict=True))
    found = measure(load_recognizer(model), symbols, "replay")
    networks = [load_ctc(model, name=name) for name in (CTC_FOLDER, SECOND_CTC_FOLDER)] if lines else []
    said = [
        _digits(best_text(rows, network.classes)) == _digits(text)
        for network in networks
        if network is not None and lines is not None
        for rows, text in zip(network.log_probabilities(lines.images), lines.texts, strict=True)
    ]
    return Standing(right, len(fields), found.right, found.count, sum(said), len(said))


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())
