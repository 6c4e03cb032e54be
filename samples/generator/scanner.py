"""From a filled sheet to what a scanner or a phone makes of it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from samples.generator.glyph import DPI, MM

Picture = NDArray[np.uint8]
Flow = NDArray[np.float32]


@dataclass(frozen=True)
class Scan:
    """How one sheet was scanned.

    `dpi`; `skew` in degrees; `margin` millimetres of scanner glass around the sheet; `lid` its grey, 0 to 255;
    `quarters` turns of 90 degrees against the clock; `light` the drop of brightness across the sheet, 0 to 1;
    `noise` grey levels; `blur` pixels; `specks` a sheet; `through` how much of the back shows; `fold` whether the
    sheet was folded; `mode` is colour, grey or bilevel; `threshold` is where bilevel cuts.
    """

    dpi: int = 200
    skew: float = 0.0
    margin: float = 0.0
    lid: int = 246
    quarters: int = 0
    light: float = 0.03
    noise: float = 2.0
    blur: float = 0.5
    specks: int = 12
    through: float = 0.0
    fold: bool = False
    mode: str = "grey"
    threshold: int = 150


def scan(sheet: Picture, how: Scan, rng: np.random.Generator) -> Picture:
    """The filled `sheet`, shape (height, width, 3), as scanned: shape (h, w, 3), or (h, w) if grey or bilevel."""
    sheet = _aged(sheet, how, rng)
    scale = how.dpi / DPI
    height, width = (round((side / MM + 2 * how.margin) * how.dpi / 25.4) for side in sheet.shape[:2])
    middle = np.array((sheet.shape[1] / 2, sheet.shape[0] / 2))
    shift = rng.uniform(-0.3, 0.3, 2) * max(how.margin, 1.0) * how.dpi / 25.4
    turn = cv2.getRotationMatrix2D(middle.tolist(), how.skew, scale)
    turn[:, 2] += np.array((width / 2, height / 2)) + shift - middle
    small = cv2.GaussianBlur(sheet, (0, 0), max(0.3, 0.42 / scale))
    out = cv2.warpAffine(small, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=(how.lid,) * 3)
    if how.margin:
        out = _edge_shadow(out, cv2.warpAffine(np.full(sheet.shape[:2], 255, np.uint8), turn, (width, height)), how)
    flow = _lit(out.astype(np.float32), how.light, rng)
    return _sensor(flow, how, rng)


@dataclass(frozen=True)
class Photo:
    """How one sheet was photographed: `corners`, the sheet's corners clockwise from top left as shares of the
    picture; `size` width and height in pixels; `desk` its colour; `shadow` how deep the hand's shadow is, 0 to 1."""

    corners: tuple[tuple[float, float], ...]
    size: tuple[int, int] = (1440, 1920)
    desk: tuple[int, int, int] = (118, 84, 58)
    shadow: float = 0.28
    light: float = 0.25
    noise: float = 3.0
    blur: float = 0.7


def photograph(sheet: Picture, how: Photo, rng: np.random.Generator) -> Picture:
    """The filled `sheet` as a phone sees it on a desk, shape (h, w, 3)."""
    sheet = _aged(sheet, Scan(specks=4, fold=True), rng)
    width, height = how.size
    corners = np.array(how.corners, np.float32) * np.array(how.size, np.float32)
    h, w = sheet.shape[:2]
    matrix = cv2.getPerspectiveTransform(np.array(((0, 0), (w, 0), (w, h), (0, h)), np.float32), corners)
    shrink = float(np.linalg.norm(corners[1] - corners[0])) / w
    small = cv2.GaussianBlur(sheet, (0, 0), max(0.3, 0.42 / shrink))
    seen = cv2.warpPerspective(small, matrix, how.size, flags=cv2.INTER_LINEAR)
    where = cv2.warpPerspective(np.full((h, w), 255, np.uint8), matrix, how.size).astype(np.float32)[..., None] / 255
    drop = cv2.GaussianBlur(np.roll(where[..., 0], (10, 8), (0, 1)), (0, 0), 9)[..., None]
    flow = _desk(height, width, how.desk, rng) * (1 - 0.45 * drop) * (1 - where) + seen * where
    x, y = np.meshgrid(np.linspace(0, 1, width, dtype=np.float32), np.linspace(0, 1, height, dtype=np.float32))
    # The phone and the hand that holds it stand between the lamp and the foot of the sheet.
    edge = y + 0.35 * x + 0.05 * np.sin(5 * x) - rng.uniform(0.95, 1.1)
    flow *= (1 - how.shadow / (1 + np.exp(-edge / 0.045)))[..., None]
    warm = _lit(flow, how.light, rng) * np.array((1.0, 0.975, 0.92), np.float32)
    return _sensor(warm, Scan(mode="colour", noise=how.noise, blur=how.blur), rng)


def _aged(sheet: Picture, how: Scan, rng: np.random.Generator) -> Picture:
    """Paper that is not quite white, the back showing through, a fold, and specks of dirt."""
    flow = sheet.astype(np.float32)
    h, w = sheet.shape[:2]
    coarse = cv2.resize(rng.standard_normal((h // 120, w // 120)).astype(np.float32), (w, h))
    flow *= (0.955 + 0.008 * coarse)[..., None]
    if how.through:
        back = cv2.GaussianBlur(sheet[:, ::-1], (0, 0), 4).astype(np.float32)
        flow *= 1 - how.through * (1 - back / 255)
    if how.fold:
        at = h * rng.uniform(0.47, 0.53)
        y = np.arange(h, dtype=np.float32) - at
        flow *= (1 - 0.16 * np.exp(-((y / 5) ** 2)) + 0.03 * np.tanh(y / 60))[:, None, None]
    out = np.clip(flow, 0, 255).astype(np.uint8)
    for _ in range(how.specks):
        centre = (int(rng.integers(0, w)), int(rng.integers(0, h)))
        grey = int(rng.integers(40, 150))
        cv2.circle(out, centre, int(rng.integers(1, 4)), (grey, grey, grey), cv2.FILLED, cv2.LINE_AA)
    return out


def _edge_shadow(out: cv2.typing.MatLike, where: cv2.typing.MatLike, how: Scan) -> Picture:
    """The thin shadow of the sheet's edge on the scanner's lid."""
    soft = cv2.GaussianBlur(where, (0, 0), how.dpi / 60).astype(np.float32) / 255
    shade = np.where(where < 128, 1 - 0.35 * soft, 1.0)
    return (out * shade[..., None]).astype(np.uint8)


def _lit(flow: cv2.typing.MatLike, drop: float, rng: np.random.Generator) -> Flow:
    """Light that falls off smoothly towards one side."""
    h, w = flow.shape[:2]
    angle = rng.uniform(0, 2 * np.pi)
    x, y = np.meshgrid(np.linspace(-1, 1, w, dtype=np.float32), np.linspace(-1, 1, h, dtype=np.float32))
    side = (np.cos(angle) * x + np.sin(angle) * y + 1.42) / 2.84
    return np.asarray(flow * (1 - drop * side**1.5)[..., None], np.float32)


def _desk(height: int, width: int, colour: tuple[int, int, int], rng: np.random.Generator) -> Flow:
    """Wood: a grain that runs along the picture."""
    along = cv2.resize(rng.standard_normal((height // 3, 8)).astype(np.float32), (width, height))
    fine = cv2.resize(rng.standard_normal((height, width // 24)).astype(np.float32), (width, height))
    return np.clip(np.array(colour, np.float32) * (1 + 0.07 * along + 0.04 * fine)[..., None], 0, 255)


def _sensor(flow: cv2.typing.MatLike, how: Scan, rng: np.random.Generator) -> Picture:
    """Blur, noise, and the levels that the file keeps."""
    if how.blur:
        flow = cv2.GaussianBlur(flow, (0, 0), how.blur)
    if how.mode != "colour":
        flow = cv2.cvtColor(flow, cv2.COLOR_RGB2GRAY)
    # Sensor noise is seen after the camera's own smoothing, so neighbours share some of it.
    grain = cv2.GaussianBlur(np.asarray(rng.standard_normal(flow.shape, np.float32)), (0, 0), 0.6) * 1.9
    out = np.clip(flow + how.noise * grain, 0, 255).round().astype(np.uint8)
    if how.mode == "bilevel":
        out = ((out > how.threshold) * 255).astype(np.uint8)
    return np.ascontiguousarray(np.rot90(out, how.quarters))
