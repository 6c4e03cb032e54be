"""The report and the corrections on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from extractor.values import CheckKind, FieldStatus
from tests.reviewed_job import field, job_of_pages
from workers.database.review.answers import Answer, answer
from workers.database.review.field_claims import claim
from workers.database.review.plans import set_plan
from workers.database.store import open_store
from workers.review.forms import Forms
from workers.review.values import Seat


@pytest.fixture
def job(own_home: Path) -> str:
    """A job of which one doubtful field is typed anew and the one sampled field is right."""
    store = open_store()
    one = job_of_pages(
        store, [[field("a", "1", 0.1), field("b", "2", 0.2), field("c", "3", 0.999, FieldStatus.ACCEPTED)]]
    )
    set_plan(store, one.id, second=False, sample=1)
    ann = Seat("Zoë", "window")
    for item in claim(store, one.id, ann, 3):
        if item.reading.field == "a":
            answer(store, Forms({}), item.key, ann, Answer(CheckKind.TYPE, "7", 0))
        if item.reading.field == "c":
            answer(store, Forms({}), item.key, ann, Answer(CheckKind.ACCEPT, "", 0))
    store.close()
    return one.id


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "formdigits", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)


def test_the_report_is_told_and_drawn(job: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[1]))
    done = run(tmp_path, "report", job)
    assert done.returncode == 0, done.stderr
    assert "Read without a person: 33.3 % (1 of 3 fields); 2 to review." in done.stdout
    assert "Reviewed: 1 of 2 doubtful fields; 0 were right, 1 changed." in done.stdout
    assert "no error among 1 of 1 sampled accepted fields; the true rate is 0.0 % to 79.4 %" in done.stdout
    assert "a: 1 of 1 to review; 1 of 1 checked were changed" in done.stdout
    for name in ("report.pdf", "report.png"):
        assert run(tmp_path, "report", job, "-o", name).returncode == 0
    assert len(pikepdf.open(tmp_path / "report.pdf").pages) == 1
    assert Image.open(tmp_path / "report.png").size[1] > 1000
    refused = run(tmp_path, "report", job, "-o", "report.doc")
    assert (refused.returncode, refused.stderr) == (2, "The output name 'report.doc' must end in .pdf or .png.\n")
    unknown = run(tmp_path, "report", "22222222")
    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)


def test_corrections_are_written_a_line_each(job: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[1]))
    done = run(tmp_path, "corrections", job)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["field"], one["was"], one["value"], one["by"], one["sample"]) for one in found] == [
        ("a", "1", "7", ["Zoë"], False),
        ("c", "3", "3", ["Zoë"], True),
    ]
    assert run(tmp_path, "corrections", job, "-o", "out.jsonl").returncode == 0
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == done.stdout
