"""Cameras, files and streams: the newest frame, whatever happens to the source."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

from extractor.errors import InputError
from formdigits.camera.devices import devices
from formdigits.camera.grabber import EveryFrame, Grabber
from formdigits.camera.sources import Frame, VideoFile, open_source
from tests.camera_stream import Stream


def write_video(path: Path, frames: int, fps: float = 20.0, size: tuple[int, int] = (160, 120)) -> Path:
    """A video whose frames are grey, each brighter than the last."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, size)
    for number in range(frames):
        writer.write(np.full((size[1], size[0], 3), 10 + 4 * number, np.uint8))
    writer.release()
    return path


def take(frames: Grabber, seconds: float = 100.0) -> Frame:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        frame = frames.take(0.1)
        if frame is not None:
            return frame
    raise AssertionError(f"no frame came: {frames.trouble}")


def wait_for_trouble(frames: Grabber, word: str, seconds: float = 100.0) -> str:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        frames.take(0.05)
        if word in frames.trouble:
            return frames.trouble
    raise AssertionError(f"'{word}' was never said; last: {frames.trouble!r}")


def test_every_frame_of_a_file_comes_once_with_its_own_time(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.avi", 12)
    times = []
    with EveryFrame(open_source(str(path))) as frames:
        while (frame := frames.take(1.0)) is not None:
            times.append(frame.at)
            time.sleep(0.02)
        assert frames.ended
    assert times == pytest.approx([n / 20 for n in range(12)])


def test_a_file_plays_at_its_own_speed_and_the_slow_get_the_newest_frame(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.avi", 24)
    begun, seen = time.monotonic(), []
    with Grabber(open_source(str(path))) as frames:
        while not frames.ended:
            there = frames.grabbed
            frame = frames.take(0.5)
            if frame is not None:
                seen.append(frame)
                assert frame.number >= there - 1, "an older one than was there already"
                while not frames.ended and frames.grabbed < min(24, frame.number + 4):
                    time.sleep(0.01)
    assert time.monotonic() - begun >= 23 / 20
    numbers = [frame.number for frame in seen]
    assert numbers == sorted(set(numbers))
    assert len(numbers) < 12
    assert frames.grabbed == 24
    assert frames.dropped == 24 - len(numbers)


@pytest.mark.parametrize("content", [b"", b"no video at all", b"RIFF\x00\x00\x00\x00AVI LIST"])
def test_a_file_that_is_no_video_is_told_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "v.avi"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"video|picture"), EveryFrame(VideoFile(path)) as frames:
        frames.take(1.0)
    with Grabber(VideoFile(path)) as grabber, pytest.raises(InputError, match=r"video|picture"):
        take(grabber)


def test_what_is_no_source_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no video at"):
        open_source(str(tmp_path / "absent.mp4"))
    with pytest.raises(InputError, match="folder"):
        open_source(str(tmp_path))


def test_a_missing_camera_is_told_and_looked_for_again() -> None:
    with Grabber(open_source("97")) as frames:
        assert "There is no camera 97" in wait_for_trouble(frames, "camera 97")
        assert not frames.ended


def test_a_named_pipe_is_a_stream(tmp_path: Path) -> None:
    video, pipe = write_video(tmp_path / "v.avi", 40), tmp_path / "pipe"
    os.mkfifo(pipe)

    def pour() -> None:
        with pipe.open("wb") as out:
            out.write(video.read_bytes())

    threading.Thread(target=pour, daemon=True).start()
    with Grabber(open_source(str(pipe))) as frames:
        assert take(frames).image.shape == (120, 160, 3)


@pytest.fixture
def stream() -> Iterator[Stream]:
    made = Stream(np.zeros((120, 160, 3), np.uint8))
    yield made
    made.close()


def test_a_stream_that_stalls_is_told_and_goes_on(stream: Stream) -> None:
    with Grabber(open_source(stream.address)) as frames:
        take(frames)
        stream.going.clear()
        assert "has given no picture for" in wait_for_trouble(frames, "no picture for")
        stream.going.set()
        take(frames)
        assert frames.trouble == ""


def test_a_stream_that_breaks_off_is_opened_again_also_with_another_size(stream: Stream) -> None:
    with Grabber(open_source(stream.address)) as frames:
        assert take(frames).image.shape == (120, 160, 3)
        stream.cut = True
        wait_for_trouble(frames, "No more pictures")
        stream.image, stream.cut = np.zeros((200, 320, 3), np.uint8), False
        ends = time.monotonic() + 100
        while take(frames).image.shape != (200, 320, 3):
            assert time.monotonic() < ends


def test_cameras_that_the_system_lists_are_named(tmp_path: Path) -> None:
    (tmp_path / "video93").mkdir()
    (tmp_path / "video93" / "name").write_text("Desk camera\n")
    (found,) = devices(tmp_path)
    assert (found.number, found.name) == (93, "Desk camera")
    assert "cannot be used" in found.gives


def test_a_device_that_is_no_camera_is_told_in_a_sentence() -> None:
    with pytest.raises(InputError, match=r"/dev/null is no camera; 'formdigits camera --list'"):
        open_source(os.devnull)


def test_a_camera_by_its_lasting_name_is_the_numbered_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lasting = tmp_path / "usb-desk-camera"
    lasting.symlink_to(os.devnull)
    monkeypatch.setattr(Path, "resolve", lambda path: Path("/dev/video3") if path == lasting else path)
    assert open_source(str(lasting)).name == "camera 3"


def test_a_pipe_that_nobody_fills_is_waited_for_and_let_go(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # It would hang for ever, and does not hold up the end.
    with Grabber(open_source(str(pipe))) as frames:
        assert "waiting for it" in wait_for_trouble(frames, "no picture for")
    # The thread that waits inside FFmpeg keeps others out of it.
    pipe.open("wb").close()


def test_a_pipe_whose_program_ends_goes_on_with_the_next(tmp_path: Path) -> None:
    video, pipe = write_video(tmp_path / "v.avi", 40), tmp_path / "pipe"
    os.mkfifo(pipe)
    with Grabber(open_source(str(pipe))) as frames:
        for _ in range(2):
            with subprocess.Popen(f"cat {video} > {pipe}", shell=True):
                take(frames)
                wait_for_trouble(frames, "No more pictures")


def test_an_address_where_nothing_is_yet_is_asked_again(stream: Stream) -> None:
    stream.close()
    with Grabber(open_source(stream.address)) as frames:
        assert "check the address" in wait_for_trouble(frames, "No pictures come from")
        later = Stream(np.zeros((120, 160, 3), np.uint8), port=stream.port)
        take(frames)
        assert frames.trouble == ""
        later.close()


def test_an_address_that_gives_a_web_page_is_told_in_a_sentence() -> None:
    page = ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    threading.Thread(target=page.serve_forever, daemon=True).start()
    with Grabber(open_source(f"http://127.0.0.1:{page.server_port}/")) as frames:
        assert "check the address" in wait_for_trouble(frames, "No pictures come from")
    page.shutdown()
    page.server_close()


def test_an_address_that_takes_the_call_and_says_nothing_holds_nothing_up() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as mute,
        Grabber(open_source(f"http://127.0.0.1:{mute.getsockname()[1]}/")) as frames,
    ):
        wait_for_trouble(frames, "no picture for")
        assert "check the address" in wait_for_trouble(frames, "No pictures come from")
