"""Corrections as JSON Lines: one corrected field a line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extractor.errors import InputError


@dataclass(frozen=True)
class Correction:
    """A field that a person looked at: where it is, and the `value` that they say it has (`was`: what was read).

    `quad` are its corners in pixels of page `page` of `file`, clockwise from the form's top left; `cells` counts the
    cells of a comb, None for a free string. `form` is empty where no template was used; `dpi` is the resolution at
    which a PDF page is drawn that is no scan. What else a line may say (who, when, how it was read) is not needed.
    """

    file: str
    page: int
    form: str
    field: str
    cells: int | None
    quad: tuple[tuple[float, float], ...]
    was: str
    value: str
    dpi: int = 200


def read_corrections(path: Path) -> list[Correction]:
    """The corrections in the JSON Lines file `path`; of several of one field the last. Raises InputError."""
    try:
        return parsed(path.read_text(encoding="utf-8").splitlines(), str(path))
    except FileNotFoundError:
        raise InputError(f"There are no corrections at {path}; give a JSON Lines file of them.") from None
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path} cannot be read as text; give a JSON Lines file of corrections.") from None


def parsed(lines: Iterable[str], where: str) -> list[Correction]:
    """The corrections in JSON `lines` of `where`; of several of one field the last. Raises InputError."""
    found: dict[tuple[str, int, str], Correction] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = _correction(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise InputError(
                f"{where}, line {number}: this is no correction; each line is a JSON object with file, page, form, "
                "field, cells, quad (four corners), was and value."
            ) from None
        found[row.file, row.page, row.field] = row
    if not found:
        raise InputError(f"{where} holds no corrections; give a JSON Lines file with at least one.")
    return list(found.values())


def _correction(tree: dict[str, Any]) -> Correction:
    quad = tuple((float(x), float(y)) for x, y in tree["quad"])
    cells = tree["cells"]
    page = tree["page"]
    texts = [tree[name] for name in ("file", "form", "field", "value")]
    bad_cells = cells is not None and (not isinstance(cells, int) or not 1 <= cells <= 64)
    if len(quad) != 4 or not isinstance(page, int) or page < 1 or bad_cells:
        raise ValueError
    if not all(isinstance(text, str) for text in texts):
        raise TypeError
    file, form, field, value = texts
    return Correction(
        file, page, form, field, cells, quad, str(tree.get("was") or ""), value, int(tree.get("dpi", 200))
    )
