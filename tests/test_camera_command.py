"""`formdigits camera` as a person starts it: rows in a file, the window on a screen, keys, and plain sentences."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ImageGrab

from benchmarks.camera_video import Camera, Shot, film, load, save
from tests.camera_stream import Stream
from tests.virtual_screen import Keyboard

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = str(ROOT / "samples" / "templates" / "tally.yaml")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One sheet that lies still for three seconds."""
    path = tmp_path_factory.mktemp("video") / "sheet.avi"
    shot = Shot(load(ROOT / "samples" / "scans" / "tally_02.jpg"), rest=3.0, swap=True, stays=True)
    save(path, [shot], Camera(fps=12, shake=2.0))
    return path


def start(*words: str, **how: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "formdigits", "camera", *words]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **how)  # type: ignore[call-overload, no-any-return]


def rows_of(out: Path) -> list[dict[str, str]]:
    if not out.exists():
        return []
    with out.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def wait_for(condition: object, process: subprocess.Popen[str], seconds: float = 300) -> None:
    ends = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < ends
        time.sleep(0.1)


def test_a_video_becomes_rows_with_the_frame_of_each(video: Path, tmp_path: Path) -> None:
    out, frames = tmp_path / "rows.csv", tmp_path / "frames"
    words = ["-t", TEMPLATE, "--source", str(video), "--no-window", "--no-realtime", "-o", str(out)]
    process = start(*words, "--save-frames", str(frames))
    _, said = process.communicate(timeout=600)
    assert process.returncode == 0
    (row,) = rows_of(out)
    assert (row["votes_4"], row["total"], row["status"]) == ("265", "1086", "read")
    assert Path(row["file"]).is_file()
    assert "1 row from 36 frames" in said
    assert "Traceback" not in said


@pytest.fixture
def stream() -> Iterator[Stream]:
    """A camera before which a sheet lies for ever."""
    shot = Shot(load(ROOT / "samples" / "scans" / "tally_02.jpg"), rest=1.0, swap=True, stays=True)
    made = Stream(next(film([shot], Camera(light=0))).frame)
    yield made
    made.close()


@pytest.fixture
def screen() -> Iterator[str]:
    """An X server without a screen, on a free number."""
    if shutil.which("Xvfb") is None:
        if os.environ.get("CI"):
            pytest.fail("Xvfb is missing")
        pytest.skip("Xvfb is not installed: apt-get install xvfb")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x900x24"], pass_fds=[write], stderr=subprocess.DEVNULL
    )
    os.close(write)
    with os.fdopen(read) as answer:
        yield f":{answer.readline().strip()}"
    server.terminate()
    server.wait()


def test_the_window_shows_the_sheet_in_green_and_obeys_its_keys(stream: Stream, tmp_path: Path, screen: str) -> None:
    out = tmp_path / "rows.csv"
    environment = {**os.environ, "DISPLAY": screen}
    process = start("-t", TEMPLATE, "--source", stream.address, "-o", str(out), env=environment)
    try:
        wait_for(lambda: len(rows_of(out)) == 1, process)
        wait_for(lambda: green_in(screen) > 1000, process)  # fields and outline
        picture = np.asarray(ImageGrab.grab(xdisplay=screen).convert("RGB"))
        assert int((picture > 180).all(axis=2).sum()) > 5000, "labels are on white"
        keys = keyboard(screen)
        keys.press("u")
        wait_for(lambda: len(rows_of(out)) == 0, process)
        keys.press("space")
        wait_for(lambda: len(rows_of(out)) == 1, process)
        before = amber_in(screen)
        keys.press("p")
        wait_for(lambda: amber_in(screen) > before + 100, process)  # it says that it is paused
        stream.image = np.full_like(stream.image, 255)
        time.sleep(1.0)
        assert green_in(screen) > 1000, "paused, the window keeps the sheet"
        keys.press("p")
        wait_for(lambda: green_in(screen) < 1000, process)
        keys.press("q")
        _, said = process.communicate(timeout=600)
        keys.close()
        assert process.returncode == 0
        assert "1 row from" in said
    finally:
        process.kill()


def keyboard(screen: str) -> Keyboard:
    try:
        return Keyboard(screen, (600, 400))
    except OSError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no keyboard can be played: {missing} (apt-get install libxtst6)")


def green_in(screen: str) -> int:
    """How many pixels of the screen are green."""
    red, green, blue = colours_of(screen)
    return int(((green > red + 60) & (green > blue + 60)).sum())


def amber_in(screen: str) -> int:
    """How many pixels of the screen are amber."""
    red, green, blue = colours_of(screen)
    return int(((red > green + 60) & (green > blue + 60)).sum())


def colours_of(screen: str) -> tuple[NDArray[np.int64], ...]:
    """Red, green and blue of the screen, each (height, width)."""
    picture = np.asarray(ImageGrab.grab(xdisplay=screen).convert("RGB")).astype(np.int64)
    return picture[..., 0], picture[..., 1], picture[..., 2]


def test_without_a_screen_the_way_out_is_told(video: Path) -> None:
    process = start("--source", str(video), env={k: v for k, v in os.environ.items() if k != "DISPLAY"})
    _, said = process.communicate(timeout=600)
    assert process.returncode == 2
    assert "--no-window" in said
    assert "Traceback" not in said


def test_keys_in_the_terminal_take_a_row_back_and_quit(stream: Stream, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    process = start("-t", TEMPLATE, "--source", stream.address, "--no-window", "-o", str(out), stdin=slave)
    try:
        wait_for(lambda: len(rows_of(out)) == 1, process)
        os.write(master, b"u")
        wait_for(lambda: len(rows_of(out)) == 0, process)
        time.sleep(1.5)
        assert len(rows_of(out)) == 0, "the sheet still lies there, and was taken back"
        os.write(master, b"q")
        _, said = process.communicate(timeout=600)
        assert process.returncode == 0
        assert "Row 1 has been taken back" in said
    finally:
        process.kill()
        os.close(master)
        os.close(slave)


def test_list_says_what_is_there_or_what_to_do() -> None:
    process = start("--list")
    told, _ = process.communicate(timeout=600)
    assert process.returncode == 0
    assert told.strip()
    assert "0: " in told or "No camera is there" in told
