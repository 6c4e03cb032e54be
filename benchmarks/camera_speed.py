"""How fast the live camera is, and whether its memory stays flat: 1280x720, one form of 20 fields, reading on.

python -m benchmarks.camera_speed [--seconds S] [--frames N]

A video of the sample tally, sheets swapped every few seconds, is played at 30 frames a second by the clock through the
grabber, the session and the drawing of the overlay, as `formdigits camera` does. Then the frames are looped as fast as
they are read, N of them (0: none), and resident memory is watched.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import numpy as np
import psutil

from benchmarks.camera import TEMPLATES
from benchmarks.camera_video import SAMPLES, Camera, Shot, film, load
from extractor.options import ReadOptions
from extractor.reading import open_reader
from extractor.video import Session
from formdigits.camera.grabber import Grabber
from formdigits.camera.overlay import Status, draw

PAGES = [SAMPLES / "scans" / f"tally_0{number}.jpg" for number in (1, 2, 4)]
FPS = 30.0


class Loop:
    """The frames of a short video again and again, as a live source does: one that is not taken in time is gone."""

    name, live = "loop", True

    def __init__(self, frames: list[np.ndarray], seconds: float) -> None:
        self._frames, self._seconds = frames, seconds
        self._begun = 0.0
        self._count = 0

    def open(self) -> None:
        self._begun = time.monotonic()

    def read(self) -> tuple[np.ndarray, float] | None:
        due = self._begun + self._count / FPS
        time.sleep(max(0.0, due - time.monotonic()))
        self._count += 1
        if due - self._begun > self._seconds:
            return None
        return self._frames[self._count % len(self._frames)], due

    def close(self) -> None:
        pass


def live(frames: list[np.ndarray], seconds: float) -> None:
    session = Session(open_reader(ReadOptions.of(TEMPLATES[:1])))
    session.see(frames[0], -100.0)
    late, spent = [], []
    source = Loop(frames, seconds)
    begun, used = time.monotonic(), time.process_time()
    with Grabber(source) as grabber:
        while not grabber.ended:
            frame = grabber.take(0.2)
            if frame is None:
                continue
            before = time.thread_time()
            draw(frame.image, session.see(frame.image, frame.at), Status())
            spent.append(time.thread_time() - before)
            late.append(time.monotonic() - frame.taken)
    took, used = time.monotonic() - begun, time.process_time() - used
    ordered = 1000 * np.sort(late)
    print(
        f"Live: {len(late) / took:.1f} frames/s of {FPS:.0f} ({grabber.dropped} dropped of {grabber.grabbed}); "
        f"from frame to overlay {np.median(ordered):.0f} ms median, {np.percentile(ordered, 99):.0f} ms for 99 of 100, "
        f"{ordered[-1]:.0f} ms at most."
    )
    cpu = 1000 * np.sort(spent)
    print(
        f"Processor time of a frame: {cpu.mean():.0f} ms mean, {np.percentile(cpu, 99):.0f} ms for 99 of 100, "
        f"{cpu[-1]:.0f} ms at most; the process had {100 * used / took:.0f} % of one processor."
    )


def soak(frames: list[np.ndarray], count: int) -> None:
    session = Session(open_reader(ReadOptions.of(TEMPLATES[:1])))
    process = psutil.Process()
    sizes, rows, begun = [], 0, time.monotonic()
    for number in range(count):
        sight = session.see(frames[number % len(frames)], number / 15)
        rows += sight.row is not None
        if number % 200 == 199:
            sizes.append(process.memory_info().rss / 2**20)
    tenth = max(1, len(sizes) // 10)
    early, end = max(sizes[tenth : 2 * tenth] or sizes), max(sizes[-tenth:])
    speed = count / (time.monotonic() - begun)
    print(
        f"Memory over {count:,} frames ({rows} rows, {speed:.1f} frames/s): {early:.0f} MiB in the "
        f"second tenth, {end:.0f} MiB in the last ({100 * (end / early - 1):+.1f} %); peak "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10:.0f} MiB."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--frames", type=int, default=20_000)
    asked = parser.parse_args()
    shots = [Shot(load(Path(page)), rest=2.5) for page in PAGES]
    frames = [moment.frame for moment in film(shots, Camera(fps=15.0))]
    if asked.seconds:
        live(frames, asked.seconds)
    if asked.frames:
        soak(frames, asked.frames)


if __name__ == "__main__":
    main()
