"""What runs on every system runs without what POSIX alone has, in the process and in those that it starts."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from benchmarks.camera_video import Camera, Shot, load, save
from tests.queue_services import wait_until
from tests.web_site import serving

ROOT = Path(__file__).resolve().parents[1]
TALLY = ROOT / "samples" / "templates" / "tally.yaml"
SCANS = ROOT / "samples" / "scans"
HIDING = '''
"""Run by Python at every start: takes away what Windows has not; libraries have ways of their own for each system."""
import asyncio, multiprocessing.popen_spawn_posix, os, signal, subprocess, sys, types
import filelock, psutil

whole = types.ModuleType("signal")
vars(whole).update(vars(signal))
for module in list(sys.modules.values()):
    if getattr(module, "signal", None) is signal:
        module.signal = whole
sys.modules["fcntl"] = sys.modules["termios"] = sys.modules["resource"] = None
for name in ("fork", "forkpty", "killpg", "setpgid", "getpgrp", "getpgid", "setsid", "sched_getaffinity"):
    delattr(os, name)
for name in ("SIGKILL", "SIGALRM", "SIGHUP", "setitimer", "alarm"):
    delattr(signal, name)
print("hidden", file=open(os.environ["HIDDEN_LOG"], "a"))
'''


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment in which each Python process hides what POSIX alone has, and counts itself in `hidden.log`."""
    (tmp_path / "hiding").mkdir()
    (tmp_path / "hiding" / "sitecustomize.py").write_text(HIDING, encoding="utf-8")
    path = os.pathsep.join([str(tmp_path / "hiding"), str(ROOT)])
    return {
        "PYTHONPATH": path,
        "HIDDEN_LOG": str(tmp_path / "hidden.log"),
        "FORMDIGITS_HOME": str(tmp_path / "state"),
    }


def formdigits(folder: Path, environment: dict[str, str], *words: str | Path) -> None:
    command = [sys.executable, "-m", "formdigits", *map(str, words)]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr


def rows(out: Path) -> list[dict[str, str]]:
    with out.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("processes", ["1", "2"])
def test_pages_are_read(tmp_path: Path, bare: dict[str, str], processes: str) -> None:
    pages = [SCANS / "tally_01.jpg", SCANS / "tally_02.jpg"]
    formdigits(tmp_path, bare, "read", *pages, "-t", TALLY, "-o", "out.csv", "--processes", processes)
    assert [row["votes_4"] for row in rows(tmp_path / "out.csv")][1] == "265"
    hidden = (tmp_path / "hidden.log").read_text(encoding="utf-8").count("hidden")
    assert hidden > 2 if processes == "2" else hidden


@pytest.mark.slow
def test_a_template_is_checked_and_a_video_is_read(tmp_path: Path, bare: dict[str, str]) -> None:
    formdigits(tmp_path, bare, "template", "check", TALLY, SCANS / "tally_02.jpg")
    shot = Shot(load(SCANS / "tally_02.jpg"), rest=3.0, swap=True, stays=True)
    save(tmp_path / "sheet.avi", [shot], Camera(fps=12, shake=2.0))
    words = ["-t", TALLY, "--source", "sheet.avi", "--no-window", "--no-realtime", "-o", "out.csv"]
    formdigits(tmp_path, bare, "camera", *words)
    assert [row["votes_4"] for row in rows(tmp_path / "out.csv")] == ["265"]


@pytest.mark.slow
def test_a_job_is_read_by_the_web_page(tmp_path: Path, bare: dict[str, str]) -> None:
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "one.jpg").write_bytes((SCANS / "tally_02.jpg").read_bytes())
    web = serving(tmp_path / "web", "--folder", tmp_path / "scans", "--templates", TALLY.parent, settings=bare)
    with web as server, server.client() as client:
        asked = {"folder": "scans", "single_field": True}
        job = client.post("/api/jobs", json=asked).raise_for_status().json()["id"]
        wait_until(lambda: client.get(f"/api/jobs/{job}").json()["state"] == "finished", "the job's end")
        with (SCANS / "tally_02.jpg").open("rb") as page:
            tried = client.post("/api/read", files={"file": page})
        assert tried.status_code == httpx.codes.OK, tried.text
        server.stop()
