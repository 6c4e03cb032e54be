"""The four rooms import in one direction and never in a circle, and in each a name stands for one thing."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from graphlib import TopologicalSorter
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
SAME_EVERYWHERE = {"HELP"}
"""Constants that every file of a kind has: what a command says of itself."""


def imports_of(path: Path, *, late: bool = True) -> set[str]:
    """The packages that a file imports; without `late` those alone that it imports at its top."""
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if late else tree.body:
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
        # The one engine that is TensorFlow imports it when a network is loaded with it.
        wrong = imports_of(path, late=path.name != "keras.py") & HEAVY["extractor"]
        assert not wrong, f"{path.relative_to(ROOT)} imports {wrong}"


def test_sql_is_spoken_in_one_folder() -> None:
    for room in sorted(ROOMS):
        for path in sorted((ROOT / room).rglob("*.py")):
            if path.is_relative_to(ROOT / "workers" / "database"):
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            spoken = "sqlalchemy" in imports_of(path) or any(
                isinstance(node, ast.Attribute) and node.attr == "engine" and "store" in ast.unparse(node.value)
                for node in ast.walk(tree)
            )
            assert not spoken, f"{path.relative_to(ROOT)} speaks SQL: workers/database does"


def test_one_module_starts_and_ends_child_processes() -> None:
    for room in ("extractor", "workers", "formdigits"):
        for path in sorted((ROOT / room).rglob("*.py")):
            code = path.read_text(encoding="utf-8")
            found = [word for word in ("get_context", "killpg", "SIGKILL", "psutil", "SpawnProcess") if word in code]
            assert not found or path == ROOT / "workers" / "process.py", f"{path.relative_to(ROOT)}: {found}"


def test_no_file_grows_past_what_one_reader_takes_in() -> None:
    for room in sorted(ROOMS):
        for path in sorted((ROOT / room).rglob("*.py")):
            lines = len(path.read_text(encoding="utf-8").splitlines())
            assert lines <= 420, f"{path.relative_to(ROOT)} has {lines} lines: it is two files"


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules_imported(path: Path, modules: dict[str, Path]) -> Iterator[str]:
    """The modules of ours that a file names in imports, be they at its top or in a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = (f"{node.module}.{alias.name}" for alias in node.names)
            names = [name if name in modules else node.module for name in inner]
        yield from (name for name in names if name in modules)


def test_no_modules_import_each_other_in_a_circle() -> None:
    modules = {module_of(path): path for room in sorted(ROOMS) for path in sorted((ROOT / room).rglob("*.py"))}
    assert len(modules) > 100
    # Raises CycleError, which names the circle.
    TopologicalSorter({name: set(modules_imported(path, modules)) for name, path in modules.items()}).prepare()


def test_no_two_files_of_a_room_share_a_name_but_a_command_and_what_it_does() -> None:
    for room in sorted(ROOMS):
        named = defaultdict(list)
        for path in sorted((ROOT / room).rglob("*.py")):
            if path.name != "__init__.py":
                named[path.name].append(path.relative_to(ROOT / room))
        for paths in named.values():
            shared = [path for path in paths if path.parts[0] not in ("commands", "actions")]
            floors = {path.parts[0]: path.parts[1:] for path in paths if path not in shared}
            alone = len(paths) == 1 or (not shared and len(floors) == len(paths) and len(set(floors.values())) == 1)
            assert alone, f"{room}: {', '.join(map(str, paths))}"


def constants_of(path: Path) -> Iterator[str]:
    """The names in capitals that a module assigns; type variables aside."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(one, ast.Name) and one.id.isupper() and len(one.id) > 1:
                    yield one.id


def test_no_constant_of_a_room_has_the_name_of_another() -> None:
    for room in sorted(ROOMS):
        places = defaultdict(list)
        for path in sorted((ROOT / room).rglob("*.py")):
            for name in constants_of(path):
                places[name].append(str(path.relative_to(ROOT)))
        shared = {name: paths for name, paths in places.items() if len(paths) > 1 and name not in SAME_EVERYWHERE}
        assert not shared, shared
