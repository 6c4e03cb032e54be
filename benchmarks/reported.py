"""What was reported of fields of known contents: how sure the reader was, and whether it was right."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.forms import Bench, plain, tally_c1, tally_photos, tally_poses
from benchmarks.strings import strings
from extractor.options import ReadOptions
from extractor.reading import make_reader
from extractor.recognizer.choice import Recognizers, load_model
from extractor.values import PageResult, Reading
from training.ctc.string_sets import STRING_SETS

FORMS = "forms"


@dataclass(frozen=True)
class Reported:
    """Fields of one set, shapes (n,): their `confidence`, and whether they were read `wrong`. Only those are in it that
    hold a value which the form allows, so that they are accepted where they are sure enough."""

    confidence: NDArray[np.float64]
    wrong: NDArray[np.bool_]


class _Listener(Bench):
    """Keeps what is reported of the fields rather than to print it."""

    def report(self, what: str, results: Sequence[PageResult], truth: Sequence[Mapping[str, str]]) -> None:
        # Read with the form's sums, as users are told to give them.
        if not what.endswith("with the sums"):
            return
        for result, values in zip(results, truth, strict=True):
            readings = {reading.field: reading for reading in result.readings}
            for name, value in values.items():
                if name in readings and acceptable(readings[name]):
                    HEARD.append((readings[name].confidence, plain(readings[name].value) != plain(value)))


HEARD: list[tuple[float, bool]] = []


def acceptable(reading: Reading) -> bool:
    """Whether the reading would be accepted if it were sure enough."""
    return bool(reading.value) and not reading.is_forbidden and not reading.rules


def reported(cache: Path | None = None) -> dict[str, Reported]:
    """The fields of `STRING_SETS` and `FORMS`, kept in the file `cache` where one is given: those in it are not read
    again, whatever has changed since."""
    if cache is not None and cache.is_file():
        kept = json.loads(cache.read_text(encoding="utf-8"))
        return {name: _set(rows) for name, rows in kept.items()}
    found: dict[str, list[tuple[float, bool]]] = {}
    reader = make_reader((), Recognizers(), ReadOptions.of(single_field=True))
    for name in STRING_SETS:
        rows = [(one.reading, one.right) for _, one in strings(reader, name)]
        found[name] = [(reading.confidence, not right) for reading, right in rows if acceptable(reading)]
    with tempfile.TemporaryDirectory() as folder:
        bench = _Listener(load_model(), Path(folder), mistakes=False)
        for part in (tally_photos, tally_poses, tally_c1):
            part(bench)
    found[FORMS] = HEARD
    if cache is not None:
        cache.write_text(json.dumps(found), encoding="utf-8")
    return {name: _set(rows) for name, rows in found.items()}


def _set(rows: Sequence[tuple[float, bool]]) -> Reported:
    return Reported(np.array([row[0] for row in rows]), np.array([row[1] for row in rows], bool))
