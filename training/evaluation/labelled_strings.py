"""Labelled strings: pictures of one number (or word) each, read as the product reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2

from extractor.documents import open_pages
from extractor.errors import InputError
from extractor.ink import as_gray
from extractor.reading import Reader
from extractor.values import FailedPage, FieldStatus, Gray, Page
from training.data.sources import LABELS, label_rows
from training.evaluation.outcomes import Outcome, Outcomes

READ_TOGETHER = 50
SHOWN_HEIGHT = 64


def read_strings(reader: Reader, folder: Path, progress: Callable[[int, int], None] | None = None) -> Outcomes:
    """What `reader`, which takes every picture as one field, reads in the pictures that `labels.csv` in `folder` names.

    Its columns are `file` (relative to the folder, or the name of a file somewhere below it) and `label`. `progress` is
    told how many are done, and of how many. Raises InputError with one sentence for a table that cannot be used.
    """
    rows = labelled(folder)
    outcomes: list[Outcome] = []
    unreadable: list[str] = []
    for start in range(0, len(rows), READ_TOGETHER):
        part = rows[start : start + READ_TOGETHER]
        pages = [_page(path) for path, _, _ in part]
        for (_, name, label), page, result in zip(part, pages, reader.read(pages), strict=True):
            if isinstance(page, FailedPage) or not result.readings:
                unreadable.append(f"{name}: {result.reason}")
                outcomes.append(Outcome(name, label, "", 0.0, False))
                continue
            reading = result.readings[0]
            outcomes.append(
                Outcome(
                    name,
                    label,
                    reading.value,
                    reading.confidence,
                    reading.status is FieldStatus.ACCEPTED,
                    reading.written,
                    None if reading.value == label else _shown(page.image),
                )
            )
        if progress:
            progress(len(outcomes), len(rows))
    return Outcomes(folder.name, tuple(outcomes), "string", tuple(unreadable))


def labelled(folder: Path) -> list[tuple[Path, str, str]]:
    """The pictures that `labels.csv` in `folder` names: where each is, its name there, its label. Raises InputError."""
    table = folder / LABELS
    rows = [(row["file"], row["label"]) for row in label_rows(folder)]
    if not rows:
        raise InputError(f"{table} names no picture; give it one row for each, with the columns 'file' and 'label'.")
    below: dict[str, Path] = {}
    if not all((folder / name).is_file() for name, _ in rows):
        below = {path.name: path for path in sorted(folder.rglob("*")) if path.is_file()}
    found: list[tuple[Path, str, str]] = []
    missing: list[str] = []
    for name, label in rows:
        path = folder / name if (folder / name).is_file() else below.get(name)
        if path is None:
            missing.append(name)
        else:
            found.append((path, name, label.strip()))
    if missing:
        others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise InputError(f"{table} names {missing[0]}{others}, which is not in {folder}; add it or take out its row.")
    return found


def _page(path: Path) -> Page | FailedPage:
    return next(iter(open_pages(str(path), first=1, last=1)))


def _shown(image: Gray) -> Gray:
    """`image` no higher than it is shown."""
    scale = SHOWN_HEIGHT / image.shape[0]
    if scale >= 1:
        return image
    size = max(1, round(image.shape[1] * scale)), SHOWN_HEIGHT
    return as_gray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
