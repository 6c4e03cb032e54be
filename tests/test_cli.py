"""The command line's frame: quick help, one sentence for every error, and what doctor and demo say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from extractor.errors import InputError, ServiceError
from formdigits import cli
from formdigits.actions.doctor import Check, all_checks

ROOT = Path(__file__).resolve().parents[1]
HEAVY = (
    "numpy",
    "cv2",
    "rich",
    "sqlalchemy",
    "pandas",
    "pydantic",
    "ai_edge_litert",
    "tensorflow",
    "workers",
    "extractor.values",
)


def formdigits(*arguments: str, folder: Path = ROOT, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | settings
    return subprocess.run(
        [sys.executable, "-m", "formdigits", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.alone
def test_help_costs_less_than_half_a_second() -> None:
    times = []
    for _ in range(5):
        before = spent_in_children()
        done = formdigits("--help")
        times.append(spent_in_children() - before)
        assert done.returncode == 0
    assert "read" in done.stdout
    # The processor's time, and the best of several: what is measured is the program, not what else the machine does.
    assert min(times) < 0.5


def spent_in_children() -> float:
    """Seconds of processor that ended children of this process have had."""
    spent = os.times()
    return spent.children_user + spent.children_system


@pytest.mark.parametrize(
    "arguments", [["--help"], ["read", "--help"], ["doctor", "--help"], ["demo", "--help"], ["train", "--help"]]
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys\nfrom formdigits.cli import cli\n"
        f"cli.main({arguments!r}, standalone_mode=False)\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\nassert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


READS_A_PAGE = """
from formdigits.cli import cli
try:
    page, form = "samples/scans/tally_01.jpg", "samples/templates/tally.yaml"
    cli.main(["read", page, "-t", form, "-o", OUT, "--processes", "1"])
except SystemExit as end:
    assert end.code == 0, end.code
"""
ONLY_FOR_OTHERS = (
    *("pandas", "openpyxl", "xlsxwriter", "rich", "pikepdf", "pillow_heif", "extractor.finding", "extractor.overlay"),
    *("celery", "redis", "fsspec", "s3fs", "alembic", "fastapi", "tensorflow", "keras"),
)
"""What no small page needs that becomes a CSV."""


@pytest.mark.parametrize(
    ("script", "unwanted"),
    [
        (READS_A_PAGE, ONLY_FOR_OTHERS),
        # What is started before anything else is read.
        ("import formdigits.commands.read, workers.early", ("numpy", "cv2", "pydantic", "sqlalchemy")),
        # The process that hands out pages reads none, and those that read keep nothing.
        ("import formdigits.actions.read", (*ONLY_FOR_OTHERS, "extractor.reading", "ai_edge_litert", "onnxruntime")),
        ("import workers.child, extractor.reading", (*ONLY_FOR_OTHERS, "sqlalchemy", "onnxruntime")),
    ],
)
def test_reading_a_page_loads_only_what_it_uses(script: str, unwanted: tuple[str, ...], tmp_path: Path) -> None:
    script = (
        f"OUT = {str(tmp_path / 'out.csv')!r}\n{script}\nimport sys\n"
        f"loaded = [name for name in {unwanted!r} if name in sys.modules]\nassert not loaded, loaded"
    )
    environment = os.environ | {"FORMDIGITS_HOME": str(tmp_path)}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_command_that_is_listed_exists() -> None:
    context = click.Context(cli.cli)
    for name, (_, line) in cli.COMMANDS.items():
        command = cli.cli.get_command(context, name)
        assert command is not None
        assert command.help
        assert line.endswith(".")


def test_the_version_is_told() -> None:
    done = formdigits("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("formdigits 0.")


@pytest.mark.parametrize("arguments", [["raed"], ["--bogus"], ["read"]])
def test_a_typing_error_is_one_sentence(arguments: list[str]) -> None:
    done = formdigits(*arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "--help" in done.stderr


def test_without_a_command_the_help_is_shown() -> None:
    done = formdigits()
    assert done.returncode == 2
    assert "Commands:" in done.stderr


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (InputError("There is no file x; check its spelling."), 2, "There is no file x; check its spelling.\n"),
        (ServiceError("The database is away; start it."), 3, "The database is away; start it.\n"),
        (RuntimeError("oops"), 70, "Something went wrong that should not have (RuntimeError: oops)"),
    ],
)
def test_errors_become_a_sentence_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, code: int, said: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(cli.cli, "main", fail)
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == code
    shown = capsys.readouterr().err
    assert shown.startswith(said)
    assert "Traceback" not in shown


def test_debug_shows_where_an_unexpected_error_came_from(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("oops")

    monkeypatch.setattr(cli.cli, "main", fail)
    monkeypatch.setenv("FORMDIGITS_DEBUG", "1")
    with pytest.raises(SystemExit):
        cli.main()
    assert "in fail" in capsys.readouterr().err


def test_doctor_names_what_is_there() -> None:
    checks = {check.name: check for check in all_checks()}
    assert checks["Python"].ok
    assert checks["numpy"].ok
    assert checks["import cv2"].ok
    assert checks["folder for jobs"].ok
    assert checks["job database"].ok


def test_doctor_says_what_mends_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = formdigits("doctor", PATH="/nowhere", FORMDIGITS_HOME=str(tmp_path / "file" / "home"))
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    absent = next(number for number, line in enumerate(lines) if line.startswith("absent  poppler"))
    assert "apt-get install poppler-utils" in lines[absent + 1]
    missing = next(number for number, line in enumerate(lines) if line.startswith("missing folder for jobs"))
    assert "FORMDIGITS_HOME" in lines[missing + 1]


def test_doctor_tells_when_a_package_of_ours_is_another_s(tmp_path: Path) -> None:
    for name in ("workers", "training"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    code = "from formdigits.actions.doctor import _rooms; print([(c.name, c.ok, c.found) for c in _rooms()])"
    said = _printed(code, tmp_path, str(tmp_path), str(ROOT))
    assert "'package workers', False" in said
    assert "'package training', False" in said
    assert "extractor'" not in said
    assert str(tmp_path) in said
    said = _printed(code, tmp_path / "workers", str(ROOT))
    assert said == "[]\n"


def _printed(code: str, folder: Path, *paths: str) -> str:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    run = [sys.executable, "-c", code]
    return subprocess.run(run, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout


def test_doctor_finds_a_package_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("formdigits.actions.doctor.version", lambda name: "1.0" if name == "numpy" else "999")
    found = {check.name: check for check in all_checks() if check.name in ("numpy", "click")}
    assert found["numpy"] == Check("numpy", False, "1.0", "pip install 'numpy>=2.2'")
    assert found["click"].ok
