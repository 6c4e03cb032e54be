"""Fine-tuning of the network that reads strings whole on free strings that people corrected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from extractor.decoding.ctc_search import best_transcripts
from extractor.fields import FieldImage
from extractor.recognizer.card import checked_copy, read_ctc_card
from extractor.recognizer.ctc import CTC_FOLDER, CtcRecognizer
from extractor.segmentation.text_line import text_line_of
from extractor.values import Gray
from training.corrections.sample_hands import writers_of
from training.corrections.settings import TuneSettings
from training.corrections.standing import Usable
from training.ctc.compose import EASY
from training.ctc.ctc_model import write_ctc_model
from training.ctc.text_lines import TextLines, fits, make_text_lines, packed
from training.ctc.texts import STRING_MARKS
from training.data.samples import Samples
from training.loop import Progress, learn_epochs
from training.model_folder import Origin, write_card

if TYPE_CHECKING:
    from training.learner import Pair

TUNE_BATCH = 32
REPLAYED = 512
"""Composed text lines that are replayed in each epoch."""

COMPARED = 500
"""Composed text lines that a model is compared on before and after."""

SHOWN_TIMES = 6
"""How often an epoch shows each corrected string, each time as another view."""

CTC_RATE_TIMES, CTC_EPOCHS_TIMES, TUNE_AVERAGE = 2.5, 1.5, 0.99
"""How much higher a rate, and how many more epochs, `tune_ctc` is given than symbols are learned with, and what stays
of the average at each of the few steps."""


@dataclass(frozen=True)
class LabelledTextLine:
    """A free string and what its ink says, delimiters with it."""

    image: FieldImage
    text: str


def labelled_text_lines(fields: Sequence[Usable], recognizer: CtcRecognizer) -> list[LabelledTextLine]:
    """The free strings among `fields` whose ink can say their value. The delimiters, which a value does not have, are
    those that the network sees."""
    lines = [(field, text_line_of(field.image)) for field in fields if field.cells is None]
    seen = [(field, line) for field, line in lines if line is not None]
    scores = recognizer.log_probabilities([image for _, image in seen])
    found = []
    for (field, image), options in zip(seen, best_transcripts(scores, recognizer.classes), strict=True):
        said = [option.text for option in options]
        text = next((one for one in said if _digits(one) in field.texts), None)
        if text is None:
            text = with_delimiters(field.texts[0], said[0] if said else "")
        if fits(image.shape[1], text):
            found.append(LabelledTextLine(field.image, text))
    return found


def with_delimiters(value: str, said: str) -> str:
    """The symbols of `value` with the delimiters of `said`: each in its place where both have as many symbols, else
    those before the first and after the last."""
    symbols = [c for c in said if c not in STRING_MARKS]
    if len(symbols) == len(value):
        rest = iter(value)
        return "".join(c if c in STRING_MARKS else next(rest) for c in said)
    if not symbols:
        return value
    before = said[: len(said) - len(said.lstrip(STRING_MARKS))]
    return before + value + said[len(said.rstrip(STRING_MARKS)) :]


def _digits(text: str) -> str:
    return "".join(c for c in text if c not in STRING_MARKS)


def tune_ctc(
    found: Sequence[LabelledTextLine],
    *,
    replay: Samples,
    aside: Samples,
    settings: TuneSettings,
    origin: Origin,
    draft: Path,
    name: str,
    progress: Callable[[Progress], None] | None,
) -> None:
    """Learn `found` among composed text lines of the digits of `replay`, and write the CTC network `name` into
    `draft`.

    Only the layers learn that see the string as a row: from where its rows are folded into one. What the layers before
    see in strokes is worked out once, which makes learning several times as fast, and stays as it was.
    """
    from training.ctc.ctc_network import ctc_learner, ctc_network_in, halves

    old, out = settings.start / name, settings.out / name
    out.mkdir(parents=True, exist_ok=True)
    card = read_ctc_card(old)
    with checked_copy(old, card, "keras") as file:
        network = ctc_network_in(file, card.classes)
    strokes, row = halves(network)
    replayed = make_text_lines(writers_of(replay), REPLAYED, (settings.seed, 0, 0), EASY, card.classes)
    rng = np.random.default_rng(settings.seed)
    own = _from_other_views(found, rng, card.classes)
    lines = TextLines((*own.images, *replayed.images), (*own.texts, *replayed.texts), card.classes)
    seen = [
        (np.asarray(strokes.predict_on_batch(pictures.astype(np.float32)), np.float16), answers)
        for pictures, answers in packed(lines, TUNE_BATCH, rng)
    ]
    learner = ctc_learner(
        out,
        row,
        rate=settings.rate,
        steps=len(seen) * settings.epochs,
        average=TUNE_AVERAGE,
        leave_out=False,
    )

    def pairs(epoch: int) -> Iterator[Pair]:
        order = np.random.default_rng((settings.seed, epoch)).permutation(len(seen))
        return (seen[i] for i in order)

    learn_epochs(learner, settings.epochs, len(seen), pairs, progress)
    # Its layers are those of the whole network.
    row.set_weights(learner.best().get_weights())
    held_out = make_text_lines(writers_of(aside), 300, (settings.seed, 99, 0), classes=card.classes)
    written = write_ctc_model(draft / name, network, held_out=held_out, origin=origin)
    # It is much like the model that it came from, and so is its confidence.
    curve = {key: value for key, value in card.about["calibration"].items() if key in ("slope", "offset")}
    written["calibration"].update(curve)
    write_card(draft / name, written)


def compared_lines(aside: Samples, model: Path) -> TextLines:
    """Composed text lines of digits that are not replayed, which the networks of `model` are compared on."""
    classes = read_ctc_card(model / CTC_FOLDER).classes
    return make_text_lines(writers_of(aside), COMPARED, (1, 98, 0), EASY, classes)


def _from_other_views(
    found: Sequence[LabelledTextLine], rng: np.random.Generator, classes: tuple[str, ...]
) -> TextLines:
    """Each text line SHOWN_TIMES times, a little larger or smaller, and leaning a little."""
    images: list[Gray] = []
    texts: list[str] = []
    for one in (*found,) * SHOWN_TIMES:
        line = text_line_of(one.image, size=float(rng.uniform(0.75, 1.2)), lean=float(rng.normal(0, 0.15)))
        if line is not None and fits(line.shape[1], one.text):
            images.append(line)
            texts.append(one.text)
    return TextLines(tuple(images), tuple(texts), classes)
