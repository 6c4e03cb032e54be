"""Files that were damaged at random: whatever they are, somebody is told, and nothing ends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.mutated.__main__ import SEED
from benchmarks.mutated.mutations import MUTATIONS, mutated
from benchmarks.mutated.push import READ, UPLOAD, Damaged, Found, damaged, push
from tests.web_site import WebServer

FEW = 24
"""Files; `python -m benchmarks.mutated` takes 1,500."""


@pytest.mark.slow
def test_damaged_files_end_nothing_and_no_page_is_lost_without_a_word(web: WebServer, tmp_path: Path) -> None:
    found = push(damaged(FEW, SEED), web, tmp_path / "files")
    assert found.faults == []
    assert found.counts[UPLOAD]["pages failed"] > 0 < found.counts[READ]["pages failed"]
    assert found.counts[UPLOAD]["pages read"] > 0 < found.counts[READ]["pages read"]


def test_the_same_seed_damages_alike_and_every_way_changes_a_file() -> None:
    assert damaged(12, 1) == damaged(12, 1)
    assert damaged(12, 1) != damaged(12, 2)
    content = bytes(range(1, 256)) * 20 + b"\nsome words\nand others\n"
    for way in MUTATIONS:
        assert any(way(content, np.random.default_rng(seed)) != content for seed in range(9)), way.__name__
    assert all(mutated(b"x", [b"y"], np.random.default_rng(seed)) for seed in range(100))


def test_a_page_that_is_missing_without_a_word_is_a_fault() -> None:
    file = Damaged("a.pdf", "PDF", b"", 3)
    read = {"status": "read", "reason": ""}
    for pages, faults in (
        ([read] * 3, 0),
        ([read] * 2, 1),
        ([], 1),
        ([read, {"status": "failed", "reason": "The file is damaged; copy it again."}], 0),
        ([{"status": "failed", "reason": "Reading this page stopped its process (a crash)."}] * 3, 3),
    ):
        found = Found()
        found.pages(READ, file, pages)
        assert len(found.faults) == faults, pages
