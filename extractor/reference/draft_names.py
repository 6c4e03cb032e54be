"""Names that a template allows."""

from __future__ import annotations

import re
from collections.abc import Iterable

from extractor.finding.naming import numbered
from extractor.table_lines import LINE_COLUMN
from extractor.template.model import RESERVED


def field_names(labels: Iterable[str]) -> list[str]:
    """Each label as a name that a template allows, each once."""
    names: list[str] = []
    for number, label in enumerate(labels, 1):
        name = re.sub(r"[^A-Za-z0-9]+", "_", label).strip("_").lower()[:40].strip("_") or f"field_{number:02d}"
        if name[0].isdigit() or name in {*RESERVED, LINE_COLUMN}:
            name = f"field_{name}"
        names.append(numbered(name, names))
    return names
