"""The four rooms import in one direction, and what is asked for often starts quickly."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = {"extractor", "workers", "training", "formdigits"}
MAY_IMPORT = {
    "extractor": set(),
    "workers": {"extractor"},
    "training": {"extractor"},
    "formdigits": {"extractor", "workers", "training"},
}
HEAVY = {"extractor": {"tensorflow", "keras", "celery", "sqlalchemy", "matplotlib"}}


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_imports_only_rooms_below_it(room: str) -> None:
    files = sorted((ROOT / room).rglob("*.py"))
    assert files
    for path in files:
        wrong = imports_of(path) & (ROOMS - MAY_IMPORT[room] - {room})
        assert not wrong, f"{path.relative_to(ROOT)} imports {wrong}"


def test_the_extractor_needs_neither_tensorflow_nor_queue_nor_database() -> None:
    for path in sorted((ROOT / "extractor").rglob("*.py")):
        if path.name == "keras.py":
            continue  # The one engine that is TensorFlow; the test below holds that it imports it late.
        wrong = imports_of(path) & HEAVY["extractor"]
        assert not wrong, f"{path.relative_to(ROOT)} imports {wrong}"


def test_no_file_grows_past_what_one_reader_takes_in() -> None:
    for room in sorted(ROOMS):
        for path in sorted((ROOT / room).rglob("*.py")):
            lines = len(path.read_text(encoding="utf-8").splitlines())
            assert lines <= 420, f"{path.relative_to(ROOT)} has {lines} lines: it is two files"
