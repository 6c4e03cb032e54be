"""The Python API: quick to import, the same readings as the command line's, and documented by examples that run."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import formdigits
from extractor.export import open_sink
from tests.conftest import ROOT

HEAVY = ("cv2", "numpy", "pandas", "PIL", "pydantic", "sqlalchemy", "ai_edge_litert", "rich", "click")


def test_importing_it_loads_nothing_heavy_and_an_error_little() -> None:
    code = f"""
import sys, formdigits
loaded = [name for name in {HEAVY} if name in sys.modules]
assert not loaded, loaded
assert "read" in dir(formdigits)
formdigits.InputError
loaded = [name for name in {HEAVY} if name in sys.modules]
assert not loaded, loaded
assert all(hasattr(formdigits, name) for name in formdigits.__all__)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_name_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(AttributeError, match="reed"):
        formdigits.reed  # noqa: B018


def test_every_room_says_that_it_is_typed() -> None:
    for room in ("extractor", "workers", "training", "formdigits"):
        assert (ROOT / room / "py.typed").is_file()


def test_the_guide_s_examples_run(samples: Path, tmp_path: Path) -> None:
    (tmp_path / "samples").symlink_to(samples)
    examples = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(examples) > 5
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(examples)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "samples/scans/tally_01.jpg polling-tally" in done.stdout
    assert "There is no file or folder no such folder" in done.stdout


def test_a_frame_has_the_columns_and_values_of_the_csv(samples: Path, tmp_path: Path) -> None:
    given = [samples / "scans" / name for name in ("tally_01.jpg", "expenses_02.jpg")]
    results = list(formdigits.read(given, templates=[samples / "templates"]))
    assert [page.file for page in results] == sorted(map(str, given))
    fields = {one.field: (one.field, one.kind) for page in results for one in page.readings}
    for long in (False, True):
        with open_sink(tmp_path / "t.csv", fields=list(fields.values()), long=long) as sink:
            for page in results:
                sink.write(page)
        written = pd.read_csv(tmp_path / "t.csv", dtype=str, keep_default_na=False)
        frame = formdigits.to_frame(iter(results), long=long)
        assert list(frame.columns) == list(written.columns)
        assert len(frame) == len(written)
        text = [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]
        again = pd.read_csv(io.StringIO(frame[text].to_csv(index=False)), dtype=str, keep_default_na=False)
        pd.testing.assert_frame_equal(again, written[text])
        for name in set(frame.columns) - set(text):
            pd.testing.assert_series_equal(
                frame[name].astype("Float64"), pd.to_numeric(written[name]).astype("Float64"), check_names=False
            )
    page = results[0]
    assert all(page[reading.field] is reading for reading in page.readings)
    with pytest.raises(KeyError, match="no field 'nothing'"):
        page["nothing"]


def test_what_is_wrong_is_said_before_the_first_page(tmp_path: Path) -> None:
    with pytest.raises(formdigits.InputError, match="not both"):
        formdigits.read(tmp_path, templates=["form.yaml"], single_field=True)
    with pytest.raises(formdigits.InputError, match="holds no documents"):
        formdigits.read(tmp_path, single_field=True)
