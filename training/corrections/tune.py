"""Fine-tuning a model on people's corrections, without losing what it knew."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from extractor.alphabet import short
from extractor.errors import InputError, ModelError
from extractor.recognizer import load_ctc, load_recognizer
from extractor.recognizer.card import Card, read_card
from extractor.recognizer.ctc import CTC_FOLDER, SECOND_CTC_FOLDER
from training.corrections.fields import cut_fields
from training.corrections.rows import Correction
from training.corrections.sample_hands import SAMPLES_HELD_OUT, has_digit_sets, sample_digits
from training.corrections.settings import TuneSettings
from training.corrections.spelling import spellings
from training.corrections.standing import Standing, Usable, standing
from training.data.hands import digits_to_train_on
from training.data.samples import Samples, joined
from training.data.selection import only
from training.data.sources import load_samples
from training.loop import Progress
from training.model_folder import Origin
from training.run import claim
from training.symbols.symbol_training import TrainSettings, data_of

FEWEST = 10
"""Corrected fields with which it makes sense to begin."""


@dataclass(frozen=True)
class TuneResult:
    """`folder` is None where the model got worse and was thrown away. `used` corrections were learned from; `unusable`
    had no value, or ink that does not spell it; `troubles` are sentences about pages that could not be opened."""

    folder: Path | None
    before: Standing
    after: Standing
    used: int
    unusable: int
    troubles: tuple[str, ...]


def tune(
    rows: Sequence[Correction], settings: TuneSettings, progress: Callable[[Progress], None] | None = None
) -> TuneResult:
    """Learn from `rows`, compare on corrections and symbols that were not learned from, and write the new model into
    `settings.out / "model"` unless it is worse in either.

    Free strings teach the CTC networks, where the model has one; all other fields that for single symbols. Each is
    taken over as it is where there is too little to teach it. Raises InputError for corrections or data that cannot be
    used, ModelError for a model that cannot.
    """
    try:
        import keras
    except ImportError:
        raise ModelError("Training needs TensorFlow; run 'pip install formdigits[tensorflow]'.") from None
    from training.corrections.tune_ctc import (
        CTC_EPOCHS_TIMES,
        CTC_RATE_TIMES,
        LabelledTextLine,
        compared_lines,
        labelled_text_lines,
        tune_ctc,
    )
    from training.corrections.tune_symbols import labelled, tune_symbols

    card = read_card(settings.start)
    replay, aside = _known_hands(settings, card)
    cut = cut_fields(rows)
    chosen = held_out_pages(rows, settings)
    fields = [
        Usable(
            one.image,
            one.correction.cells,
            spellings(one.correction.value, one.correction.cells, card.alphabet),
            (one.correction.file, one.correction.page) in chosen,
        )
        for one in cut.fields
    ]
    kept_back = [field for field in fields if field.held_out and field.texts]
    teaching = [field for field in fields if not field.held_out and field.texts]
    lines = load_ctc(settings.start)
    strings: list[LabelledTextLine] = labelled_text_lines(teaching, lines) if lines else []
    symbols = labelled(
        [field for field in teaching if field.cells is not None or lines is None], load_recognizer(settings.start)
    )
    used = sum(len(some) for some in (strings, symbols) if len(some) >= FEWEST)
    if not used or not kept_back:
        first = f" ({cut.troubles[0]})" if cut.troubles else ""
        raise InputError(
            f"Of {len(rows)} corrections {len(strings) + len(symbols)} can be learned from{first}; {FEWEST} or more "
            "are needed, from several pages, whose values are in symbols of the model."
        )
    claim(settings.out, {"corrections": len(rows), "used": used, **settings.told()})
    keras.utils.set_random_seed(settings.seed)
    draft = settings.out / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(settings.start, draft)
    if len(symbols) >= FEWEST:
        tune_symbols(
            symbols,
            replay=replay,
            aside=aside,
            settings=settings,
            card=card,
            origin=_origin(settings, replay, card, len(symbols)),
            draft=draft,
            progress=progress,
        )
    epochs = round(CTC_EPOCHS_TIMES * settings.epochs)
    faster = replace(settings, rate=CTC_RATE_TIMES * settings.rate, epochs=epochs)
    for name in (CTC_FOLDER, SECOND_CTC_FOLDER):
        if len(strings) >= FEWEST and (settings.start / name).is_dir():
            tune_ctc(
                strings,
                replay=replay,
                aside=aside,
                settings=faster,
                origin=_origin(faster, replay, card, len(strings)),
                draft=draft,
                name=name,
                progress=progress,
            )
    composed = compared_lines(aside, settings.start) if len(strings) >= FEWEST else None
    before, after = (standing(model, kept_back, aside, composed) for model in (settings.start, draft))
    unusable = len(fields) - used - len(kept_back)
    if after.worse_than(before):
        shutil.rmtree(draft)
        return TuneResult(None, before, after, used, unusable, cut.troubles)
    model = settings.out / "model"
    shutil.rmtree(model, ignore_errors=True)
    draft.rename(model)
    return TuneResult(model, before, after, used, unusable, cut.troubles)


def _known_hands(settings: TuneSettings, card: Card) -> tuple[Samples, Samples]:
    """Symbols to be replayed, so that none is forgotten, and those of other hands to be compared on: those at `data`,
    those that the shipped digits were trained on, or where these are not there, those of the sample pages."""
    alphabet = short(card.alphabet)
    if settings.data:
        parts = [only(load_samples(path), alphabet, path) for path in settings.data]
        samples = joined(parts) if len(parts) > 1 else parts[0]
        learned, aside = samples.split(TrainSettings.held_out)
    elif has_digit_sets():
        learned, aside = digits_to_train_on(TrainSettings.held_out)
    else:
        learned, aside = sample_digits().split(SAMPLES_HELD_OUT)
    if learned.alphabet != tuple(sorted(card.alphabet)):
        raise InputError(
            f"The model in {settings.start} reads {alphabet}; give the symbols that it was trained on as DATA, so that "
            "it forgets none."
        )
    return learned, aside


def held_out_pages(rows: Sequence[Correction], settings: TuneSettings) -> set[tuple[str, int]]:
    """Pages whose corrections are not learned from: a share of them, at random."""
    pages = sorted({(row.file, row.page) for row in rows})
    order = np.random.default_rng(settings.seed).permutation(len(pages))
    return {pages[i] for i in order[: max(1, round(settings.held_out * len(pages)))]}


def _origin(settings: TuneSettings, replay: Samples, card: Card, used: int) -> Origin:
    own = {"name": f"{used} fields that people corrected", "licence": "the user's own"}
    told = {**settings.told(), "start": card.about.get("training"), "corrections": used, "replayed": len(replay)}
    return Origin((own, *data_of(settings.data, settings.start, replay.alphabet)), told)
