"""The folder of a training run: which run it is, so that no other goes on in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from extractor.errors import InputError, OutputError
from extractor.export.draft import write_whole

RUN = "run.json"
CHECKPOINT = "checkpoint.npz"


def claim(folder: Path, about: Mapping[str, Any]) -> None:
    """Make `folder` that of the run that `about` describes, in plain values. A run that has not yet kept anything gives
    way to another.

    Raises InputError where it holds another run, OutputError where it cannot be written.
    """
    path = folder / RUN
    wanted = json.loads(json.dumps(about))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        begun = path.exists() and any(folder.rglob(CHECKPOINT))
        known = json.loads(path.read_text(encoding="utf-8")) if begun else None
        if known is None:
            write_whole(path, (json.dumps(wanted, indent=1) + "\n").encode())
    except (OSError, json.JSONDecodeError) as error:
        why = getattr(error, "strerror", None) or f"{RUN} in it is damaged"
        raise OutputError(f"The run cannot be kept in {folder} ({why}); give another folder with -o.") from None
    if known is not None and known != wanted:
        other = sorted(key for key in {*known, *wanted} if known.get(key) != wanted.get(key))
        raise InputError(
            f"{folder} holds another run (with other {', '.join(other)}); give its options again to go on with it, or "
            "another folder with -o."
        )
