"""A camera that is missing, in use, forbidden or unplugged: one plain sentence, and pictures again once it is there."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from formdigits.camera import devices

ROOT = Path(__file__).resolve().parents[1]
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="cameras are files on Linux only")


@pytest.fixture
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What stands for /dev/video3, in a folder that stands for /dev."""
    monkeypatch.setattr(devices, "DEVICES", tmp_path)
    path = tmp_path / "video3"
    path.touch()
    return path


@LINUX
def test_the_program_that_has_the_camera_is_named(device: Path) -> None:
    with device.open("rb") as stream, subprocess.Popen(["sleep", "60"], stdin=stream) as other:
        told = devices.why_not(3)
        other.kill()
    assert f"Camera 3 is in use by 'sleep' (process {other.pid})" in told
    assert "is in use by" not in devices.why_not(3)
    assert "plug it in again" in devices.why_not(3)


@LINUX
def test_a_camera_that_is_not_there_is_not_called_busy(device: Path) -> None:
    device.unlink()
    assert "There is no camera 3: plug it in" in devices.why_not(3)


@LINUX
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may use every camera")
def test_a_camera_that_the_user_may_not_open_names_the_group(device: Path) -> None:
    device.chmod(0)
    assert "may not be used by this user: join the group" in devices.why_not(3)


class Told:
    """What a process says, line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process, self.lines = process, list[str]()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        self.lines.extend(line for line in self._process.stderr)

    def wait_for(self, words: str, seconds: float = 200) -> None:
        """Waits for a line with these words that was not waited for before."""
        ends = time.monotonic() + seconds
        while True:
            while self.lines:
                if words in self.lines.pop(0):
                    return
            assert self._process.poll() is None, f"it ended before it said '{words}'"
            assert time.monotonic() < ends, f"'{words}' was never said"
            time.sleep(0.05)


@pytest.fixture
def plug(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """The file that says how camera 97 is, and the environment in which that camera is."""
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("a camera is played by a library that a C compiler on Linux makes")
    library, state = tmp_path / "fake_camera.so", tmp_path / "camera"
    source = str(Path(__file__).parent / "fake_camera.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), source, "-ldl"], check=True)
    return state, {**os.environ, "LD_PRELOAD": str(library), "FAKE_CAMERA": str(state)}


@pytest.mark.slow
def test_a_camera_may_be_plugged_in_and_out_and_be_busy_while_it_is_watched(
    plug: tuple[Path, dict[str, str]],
) -> None:
    state, environment = plug
    state.write_text("gone")
    command = [sys.executable, "-m", "formdigits", "camera", "--source", "97", "--no-window"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    try:
        told = Told(process)
        told.wait_for("There is no camera 97")
        # It is there, but another program has it.
        state.write_text("busy")
        time.sleep(2.5)
        state.write_text("here")
        told.wait_for("Pictures are coming again")
        state.write_text("gone")
        told.wait_for("No more pictures come from camera 97")
        told.wait_for("There is no camera 97")
        state.write_text("here")
        told.wait_for("Pictures are coming again")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=120) == 0
        assert "Traceback" not in "".join(told.lines)
    finally:
        process.kill()
