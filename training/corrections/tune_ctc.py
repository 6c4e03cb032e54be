"""Fine-tuning of the network that reads strings whole on free strings that people corrected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from extractor.decoding.ctc_search import best_transcripts
from extractor.fields import FieldImage
from extractor.recognizer.card import checked_copy, read_ctc_card
from extractor.recognizer.ctc import CtcRecognizer
from extractor.segmentation.text_line import text_line_of
from extractor.values import Gray
from training.corrections.settings import TuneSettings
from training.corrections.standing import Usable
from training.ctc.compose import by_writer
from training.ctc.ctc_model import write_ctc_model
from training.ctc.ctc_training import letters_to_train_on
from training.ctc.text_lines import (
    TEXT_LINE_CHUNK,
    Batch,
    TextLineEpochs,
    TextLines,
    fits,
    make_text_lines,
    packed,
)
from training.ctc.texts import STRING_MARKS
from training.data.hands import what_is_beside
from training.data.samples import Samples
from training.loop import Progress, learn_epochs
from training.model_folder import Origin, write_card

TUNE_BATCH = 32
REPLAYED_CHUNKS = 4
"""Chunks of composed text lines that are replayed in an epoch."""

SHOWN_TIMES = 10
"""How often an epoch shows each corrected string, each time as another view."""

CTC_RATE_TIMES, TUNE_AVERAGE = 1.5, 0.99
"""How much higher a rate `tune_ctc` is given than symbols are learned at, and what stays of the average at each of
the few steps. All of these were chosen on a third of the strings that `benchmarks.corrections` learns from, not on
those that it reads."""


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
    `draft`."""
    from training.ctc.ctc_network import ctc_learner, ctc_network_in

    old, out = settings.start / name, settings.out / name
    out.mkdir(parents=True, exist_ok=True)
    card = read_ctc_card(old)
    letters = letters_to_train_on()
    batches = REPLAYED_CHUNKS * (TEXT_LINE_CHUNK // TUNE_BATCH) + -(-SHOWN_TIMES * len(found) // TUNE_BATCH)
    with checked_copy(old, card, "keras") as file:
        network = ctc_network_in(file, card.classes)
    learner = ctc_learner(
        out,
        network,
        rate=settings.rate,
        steps=batches * settings.epochs,
        average=TUNE_AVERAGE,
        leave_out=False,
    )
    beside = what_is_beside()
    writers = by_writer(replay, letters, beside)
    with TextLineEpochs(
        writers, settings.seed, REPLAYED_CHUNKS, settle=1, classes=card.classes, processes=settings.processes
    ) as made:

        def pairs(epoch: int) -> Iterator[Batch]:
            rng = np.random.default_rng((settings.seed, epoch))
            own = list(packed(_from_other_views(found, rng, card.classes), TUNE_BATCH, rng))
            return _mixed(made.get(epoch, TUNE_BATCH), own)

        learn_epochs(learner, settings.epochs, batches, pairs, progress)
    held_out = make_text_lines(by_writer(aside, letters, beside), 300, (settings.seed, 99, 0), classes=card.classes)
    written = write_ctc_model(draft / name, learner.best(), held_out=held_out, origin=origin)
    # It is much like the model that it came from, and so is its confidence.
    curve = {key: value for key, value in card.about["calibration"].items() if key in ("slope", "offset")}
    written["calibration"].update(curve)
    write_card(draft / name, written)


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


def _mixed(replayed: Iterator[Batch], own: Sequence[Batch]) -> Iterator[Batch]:
    """The batches of `own` spread evenly among `replayed`."""
    whole = REPLAYED_CHUNKS * (TEXT_LINE_CHUNK // TUNE_BATCH)
    taken = 0
    for count, batch in enumerate(replayed, 1):
        yield batch
        while taken < len(own) and taken * whole < count * len(own):
            yield own[taken]
            taken += 1
    yield from own[taken:]
