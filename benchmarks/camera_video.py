"""Synthetic video of sheets held under a camera, with what is written on them: hand shake, perspective, motion blur,
changing exposure, noise, one sheet after another.

python -m benchmarks.camera_video OUT.avi [PAGE…]     writes a video (MJPG) of sample pages
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]
SAMPLES = Path(__file__).resolve().parents[1] / "samples"
WIDTH, HEIGHT = 1280, 720
DESK = (52, 66, 84)
EXPOSED = 0.4
"""The part of the time between two frames in which the shutter is open."""


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
    light: float = 0.25
    size: tuple[int, int] = (WIDTH, HEIGHT)
    seed: int = 1


def film(shots: Sequence[Shot], camera: Camera | None = None) -> Iterator[Moment]:
    """The frames of a video of these sheets, one after another."""
    camera = camera or Camera()
    rng = np.random.default_rng(camera.seed)
    desk = _desk(camera.size, rng)
    hand = [_wander(rng, 8) for _ in range(8)]
    exposure = _wander(rng, 3)
    begins = 0.0
    for index, shot in enumerate(shots):
        page, matrix, corners = _reduced(shot, camera.size)
        before, after = (0.0 if shot.swap else shot.slide), (0.0 if shot.stays else shot.slide)
        length = before + shot.rest + after
        for number in range(round(length * camera.fps)):
            local = number / camera.fps
            at = begins + local
            light = float(np.exp(camera.light * exposure(0.4 * at)))
            layers = []
            for part in np.linspace(0, EXPOSED / camera.fps, 4):
                away = _away(local + part, before, shot.rest, after)
                shaken = corners + camera.shake * np.array([h(at + part) for h in hand]).reshape(4, 2) * (0.3, 0.3)
                shaken += camera.shake * np.array((hand[0](at + part), hand[1](at + part)))
                shaken += np.array((0.0, 1.25 * camera.size[1] * away))
                layers.append(_seen(page, matrix, shaken, desk))
            flow = np.mean(layers, axis=0, dtype=np.float32) * light
            flow += rng.standard_normal((camera.size[1] // 2, camera.size[0] // 2)).astype(np.float32).repeat(
                2, 0
            ).repeat(2, 1)[: camera.size[1], : camera.size[0], None] * (0.5 * camera.noise)
            flow += rng.standard_normal(flow.shape[:2], np.float32)[..., None] * camera.noise
            rests = before <= local < before + shot.rest
            yield Moment(np.clip(flow, 0, 255).astype(np.uint8), at, index, rests)
        begins += round(length * camera.fps) / camera.fps


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


def _wander(rng: np.random.Generator, waves: int):  # type: ignore[no-untyped-def]
    """A smooth function of time with mean 0 and standard deviation 1: a hand's tremor and drift, 0.3 to 6 Hz."""
    frequency = np.exp(rng.uniform(np.log(0.3), np.log(6), waves))
    phase = rng.uniform(0, 2 * np.pi, waves)
    strength = 1 / frequency
    strength *= np.sqrt(2 / (strength**2).sum())

    def value(at: float) -> float:
        return float((strength * np.sin(2 * np.pi * frequency * at + phase)).sum())

    return value


def _desk(size: tuple[int, int], rng: np.random.Generator) -> Frame:
    grain = cv2.resize(rng.standard_normal((size[1] // 3, 8)).astype(np.float32), size)
    return np.clip(np.array(DESK, np.float32) * (1 + 0.1 * grain)[..., None], 0, 255).astype(np.uint8)


def _reduced(shot: Shot, size: tuple[int, int]) -> tuple[Frame, NDArray[np.float32], NDArray[np.float64]]:
    """The page averaged down to near the size that it has in the frame, its own corners, and theirs at rest."""
    corners = np.array(shot.corners, np.float64) * size
    across = max(np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[2] - corners[3]))
    shrink = max(1.0, shot.page.shape[1] / across / 1.05)
    page = shot.page
    if shrink > 1:
        page = cv2.resize(page, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
    height, width = page.shape
    return page, np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32), corners


def _seen(page: Frame, own: NDArray[np.float32], corners: NDArray[np.float64], desk: Frame) -> Frame:
    matrix = cv2.getPerspectiveTransform(own, corners.astype(np.float32))
    colour = cv2.cvtColor(page, cv2.COLOR_GRAY2BGR)
    # Paper under a lamp is not the full white of a scanner.
    colour = cv2.multiply(colour, (0.78, 0.8, 0.82, 1.0))
    out = desk.copy()
    cv2.warpPerspective(
        colour,
        matrix,
        (desk.shape[1], desk.shape[0]),
        dst=out,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_TRANSPARENT,
    )
    return out


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    pages = sys.argv[2:] or [str(SAMPLES / "scans" / f"tally_0{n}.jpg") for n in (1, 2, 3)]
    save(Path(sys.argv[1]), [Shot(load(Path(page))) for page in pages])


if __name__ == "__main__":
    main()
