"""A model's folder as a whole: the files that identify a model and travel with it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from extractor.recognizer.card import CARD, Card, CtcCard, model_bytes, read_card, read_ctc_card
from extractor.recognizer.ctc import CTC_FOLDER, SECOND_CTC_FOLDER
from extractor.recognizer.learned import LEARNED


def cards_of(folder: Path) -> tuple[Path, ...]:
    """What describes the model in `folder`: its card, those of its CTC networks, and what was learned of a form."""
    inside = (folder / name / CARD for name in (CTC_FOLDER, SECOND_CTC_FOLDER))
    return (folder / CARD, *(path for path in (*inside, folder / LEARNED) if path.is_file()))


def fingerprint(folder: Path) -> str:
    """What identifies the model in `folder`: a digest of its cards, which hold the digests of its files."""
    digest = hashlib.sha256()
    for card in cards_of(folder):
        digest.update(hashlib.sha256(card.read_bytes()).digest())
    return digest.hexdigest()


def model_files(folder: Path) -> dict[str, bytes]:
    """All files of the model in `folder`, checked, by their paths in it. Raises ModelError."""
    found: dict[str, bytes] = {}
    for path in cards_of(folder):
        part = path.parent
        if path.name == LEARNED:
            found[LEARNED] = path.read_bytes()
            continue
        card: Card | CtcCard = read_card(part) if part == folder else read_ctc_card(part)
        found[path.relative_to(folder).as_posix()] = path.read_bytes()
        for engine, file in card.files.items():
            found[(part / file.name).relative_to(folder).as_posix()] = model_bytes(part, card, engine)
    return found
