"""Synthetic video of sheets held under a camera, with what is written on them: hand shake, perspective, motion blur,
changing exposure, noise, one sheet after another.

python -m benchmarks.camera_video OUT.avi [PAGE…]     writes a video (MJPG) of sample pages
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.ink import as_gray

Frame = NDArray[np.uint8]
SAMPLES = Path(__file__).resolve().parents[1] / "samples"
WIDTH, HEIGHT = 1280, 720
DESK, PAPER = 60, 0.72
"""Grey of the desk, and what of a scanner's full white paper under a lamp is."""
TINTS = [np.clip(np.arange(256) * share, 0, 255).astype(np.uint8) for share in (0.95, 1.0, 1.04)]
LAYERS = 3
"""Pictures that motion blur is made of."""
SHUTTER_S = 0.012
"""How long the shutter is open for each frame."""


@dataclass(frozen=True)
class Shot:
    """One sheet before the camera: `page`, its picture (grey, shape (height, width)); it slides in, rests (as far as a
    hand does) for `rest` seconds, and slides out. `corners` are where its corners lie at rest, clockwise from its own
    top left, as shares of the frame. With `swap` it lies there at once, in the place of the sheet before, and with
    `stays` the next one does so."""

    page: Frame
    rest: float = 3.0
    corners: tuple[tuple[float, float], ...] = ((0.95, 0.05), (0.955, 0.95), (0.05, 0.96), (0.06, 0.03))
    slide: float = 0.5
    swap: bool = False
    stays: bool = False


@dataclass(frozen=True)
class Moment:
    """One frame of shape (height, width, 3), its time in seconds, which of the shots it shows and whether that one
    rests."""

    frame: Frame
    at: float
    shot: int
    rests: bool


@dataclass(frozen=True)
class Camera:
    """How it is held: `shake` in pixels of the frame (its standard deviation), `noise` in grey levels, `light`, by how
    much exposure wanders (0 to 1), `fps`, frames a second."""

    fps: float = 30.0
    shake: float = 5.0
    noise: float = 3.0
    light: float = 0.15
    size: tuple[int, int] = (WIDTH, HEIGHT)
    seed: int = 1


def film(shots: Sequence[Shot], camera: Camera | None = None) -> Iterator[Moment]:
    """The frames of a video of these sheets, one after another."""
    camera = camera or Camera()
    rng = np.random.default_rng(camera.seed)
    width, height = camera.size
    desk = _desk(camera.size, rng)
    hand = [_wander(rng, 10) for _ in range(8)]
    exposure = _wander(rng, 3)
    grains = _grains(camera, rng)
    begins = 0.0
    for index, shot in enumerate(shots):
        page, own, corners = _reduced(shot, camera.size)
        before, after = (0.0 if shot.swap else shot.slide), (0.0 if shot.stays else shot.slide)
        count = round((before + shot.rest + after) * camera.fps)
        for number in range(count):
            local = number / camera.fps
            at = begins + local
            flow = np.zeros((height, width), np.float32)
            for part in np.linspace(0, SHUTTER_S, LAYERS):
                tremor = np.array([h(at + part) for h in hand]).reshape(4, 2)
                # All corners together, and each a little by itself: turning and tilting.
                shaken = corners + camera.shake * (tremor[0] + 0.3 * tremor)
                shaken += (0.0, 1.25 * height * _away(local + part, before, shot.rest, after))
                cv2.accumulate(_seen(page, own, shaken, desk), flow)
            light = float(np.exp(camera.light * exposure(0.4 * at)))
            x, y = rng.integers(0, 64, 2)
            flow = flow * (light / LAYERS) + grains[number % len(grains)][y : y + height, x : x + width]
            grey = np.clip(flow, 0, 255).astype(np.uint8)
            frame = cv2.merge([cv2.LUT(grey, tint) for tint in TINTS])
            yield Moment(frame.astype(np.uint8, copy=False), at, index, before <= local < before + shot.rest)
        begins += count / camera.fps


def save(out: Path, shots: Sequence[Shot], camera: Camera | None = None) -> None:
    """Writes the video to `out` (AVI with MJPG, which every OpenCV writes and reads)."""
    camera = camera or Camera()
    writer = cv2.VideoWriter(str(out), cv2.VideoWriter.fourcc(*"MJPG"), camera.fps, camera.size)
    if not writer.isOpened():
        raise OSError(f"cannot write {out}")
    for moment in film(shots, camera):
        writer.write(moment.frame)
    writer.release()


def load(path: Path) -> Frame:
    """A page's picture, grey, upright."""
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise OSError(f"cannot read {path}")
    return image.astype(np.uint8, copy=False)


def _away(local: float, before: float, rest: float, after: float) -> float:
    """How far off its place the sheet is: 1 is out of the picture, 0 at rest; slowing down as a hand does."""
    if local < before:
        return (1 - local / before) ** 2
    if local > before + rest and after:
        return min(1.0, (local - before - rest) / after) ** 2
    return 0.0


def _wander(rng: np.random.Generator, waves: int) -> Callable[[float], float]:
    """A smooth function of time with mean 0 and standard deviation 1: a hand's tremor and drift, 0.3 to 6 Hz."""
    frequency = np.exp(rng.uniform(np.log(0.3), np.log(6), waves))
    phase = rng.uniform(0, 2 * np.pi, waves)
    strength = frequency**-0.8
    strength *= np.sqrt(2 / (strength**2).sum())

    def value(at: float) -> float:
        return float((strength * np.sin(2 * np.pi * frequency * at + phase)).sum())

    return value


def _desk(size: tuple[int, int], rng: np.random.Generator) -> Frame:
    """Wood, its grain running along the picture."""
    grain = cv2.resize(rng.standard_normal((size[1] // 3, 8)).astype(np.float32), size)
    return as_gray(np.clip(DESK * (1 + 0.1 * grain), 0, 255))


def _grains(camera: Camera, rng: np.random.Generator) -> list[NDArray[np.float32]]:
    """The noise of a few frames, fine and (as a cheap sensor's is) coarse, with room to be shifted about in."""
    width, height = (side + 64 for side in camera.size)
    fine = [rng.standard_normal((height, width), np.float32) * camera.noise for _ in range(4)]
    coarse = [rng.standard_normal((height // 2, width // 2), np.float32) * 0.5 * camera.noise for _ in range(4)]
    return [f + cv2.resize(c, (width, height)) for f, c in zip(fine, coarse, strict=True)]


def _reduced(shot: Shot, size: tuple[int, int]) -> tuple[Frame, NDArray[np.float32], NDArray[np.float64]]:
    """The page averaged down to near the size that it has in the frame, its own corners, and theirs at rest."""
    corners = np.array(shot.corners, np.float64) * size
    across = max(np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[2] - corners[3]))
    shrink = max(1.0, shot.page.shape[1] / across / 1.05)
    page = shot.page
    if shrink > 1:
        page = as_gray(cv2.resize(page, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA))
    page = np.clip(page * PAPER, 0, 255).astype(np.uint8)
    height, width = page.shape
    return page, np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32), corners


def _seen(page: Frame, own: NDArray[np.float32], corners: NDArray[np.float64], desk: Frame) -> Frame:
    matrix = cv2.getPerspectiveTransform(own, corners.astype(np.float32))
    out = desk.copy()
    size = (desk.shape[1], desk.shape[0])
    cv2.warpPerspective(page, matrix, size, dst=out, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT)
    return out


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    pages = sys.argv[2:] or [str(SAMPLES / "scans" / f"tally_0{n}.jpg") for n in (1, 2, 3)]
    save(Path(sys.argv[1]), [Shot(load(Path(page))) for page in pages])


if __name__ == "__main__":
    main()
