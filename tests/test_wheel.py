"""The wheel as somebody who has no checkout gets it: whole, and reading pages from any folder."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

ROOMS = ("extractor", "workers", "training", "formdigits")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built by the locked hatchling, without a network."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of a fresh environment that has the wheel, and the packages that these tests run with."""
    home = str(tmp_path_factory.mktemp("environment"))
    venv.create(home, with_pip=True)
    folders = sysconfig.get_paths("venv", {"base": home, "platbase": home})
    scripts = Path(folders["scripts"])
    install = [scripts / "python", "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True, env=_alone())
    # A folder that a .pth names comes after the wheel's own; the .pth files in it, such as this checkout's, do not.
    (Path(folders["purelib"]) / "locked.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return scripts


def _alone() -> dict[str, str]:
    """The environment without what leads to this checkout."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def test_the_wheel_has_every_file_of_the_rooms_and_the_samples(wheel: Path) -> None:
    files = (path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*") if path.is_file())
    expected = {path.as_posix() for path in files if "__pycache__" not in path.parts}
    samples = ("truth.csv", "templates/tally.yaml", "templates/register.yaml", "scans/tally_01.jpg", "README.md")
    expected |= {f"formdigits/samples/{name}" for name in samples}
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert not expected - inside
    assert {name.partition("/")[0] for name in inside if ".dist-info/" not in name} == set(ROOMS)


def test_what_is_installed_is_the_wheel(scripts: Path, tmp_path: Path) -> None:
    code = "import extractor, formdigits, training, workers; print(extractor.__file__, workers.__file__)"
    ran = subprocess.run(
        [scripts / "python", "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True, env=_alone()
    )
    assert str(ROOT) not in ran.stdout


def test_the_wheel_reads_a_page_away_from_the_checkout(scripts: Path, samples: Path, tmp_path: Path) -> None:
    scan, template = samples / "scans" / "tally_01.jpg", samples / "templates" / "tally.yaml"
    read = [scripts / "formdigits", "read", scan, "-t", template, "-o", "numbers.csv"]
    subprocess.run(read, cwd=tmp_path, check=True, capture_output=True, env=_alone())
    [row] = _rows(tmp_path / "numbers.csv")
    assert (row["form"], row["status"]) == ("polling-tally", "read")


def test_the_demo_runs_from_the_wheel(scripts: Path, tmp_path: Path) -> None:
    demo = [scripts / "formdigits", "demo"]
    ran = subprocess.run(demo, cwd=tmp_path, check=False, capture_output=True, text=True, env=_alone())
    assert ran.returncode == 0, ran.stderr
    assert "Pages: 41 of 41 found their form" in ran.stdout
    assert "Accepted and wrong: 0 fields." in ran.stdout
    assert len(_rows(tmp_path / "demo-out" / "numbers.csv")) == 41


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as table:
        return list(csv.DictReader(table))
