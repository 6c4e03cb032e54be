"""Paper that numbers are written on: security print, grain, ruled lines, boxes, shadows."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.values import Floats, Gray

TILES, TILE_HEIGHT, TILE_WIDTH = 160, 160, 640


@lru_cache(maxsize=1)
def _tiles() -> NDArray[np.uint8]:
    """Patterns as banks print them under amounts, 255 = darkest, shape (TILES, TILE_HEIGHT, TILE_WIDTH)."""
    rng = np.random.default_rng(62)
    return np.stack([_pattern(rng) for _ in range(TILES)])


def _pattern(rng: np.random.Generator) -> Gray:
    ys, xs = np.mgrid[0:TILE_HEIGHT, 0:TILE_WIDTH].astype(np.float32)
    out = np.zeros((TILE_HEIGHT, TILE_WIDTH), np.float32)
    kind = rng.random()
    if kind < 0.15:  # a screen of dots
        step = rng.uniform(3, 7)
        out = (np.sin(xs * 2 * np.pi / step) * np.sin(ys * 2 * np.pi / step)).clip(0, 1)
    else:
        for _ in range(1 if kind < 0.5 else int(rng.integers(2, 4))):  # families of waving lines
            turn = rng.normal(0, 0.25) if rng.random() < 0.6 else rng.uniform(-1.5, 1.5)
            along = xs * np.cos(turn) + ys * np.sin(turn)
            across = ys * np.cos(turn) - xs * np.sin(turn)
            wave = rng.uniform(0, 9) * np.sin(along * 2 * np.pi / rng.uniform(25, 160) + rng.uniform(0, 6))
            wave += rng.uniform(0, 4) * np.sin(along * 2 * np.pi / rng.uniform(12, 60))
            phase = (across + wave) / rng.uniform(3, 12)
            line = np.abs(phase - np.round(phase)) < rng.uniform(0.08, 0.3)
            out = np.maximum(out, line * rng.uniform(0.5, 1))
    return (cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 0.9)) * 255).clip(0, 255).astype(np.uint8)


def paper(shape: tuple[int, int], tall: float, pen: float, rng: np.random.Generator) -> Floats:
    """Bare paper, shape `shape`, 1 = white, for writing `tall` pixels high that takes the share `pen` of its light:
    what is printed on it leaves that legible."""
    sheet = np.full(shape, rng.uniform(0.45, 1.0), np.float32)
    if rng.random() < 0.6:
        tile = _tiles()[rng.integers(TILES)]
        zoom = tall / rng.uniform(22, 60)
        rows, columns = (
            max(1, min(TILE_HEIGHT, round(shape[0] / zoom))),
            max(1, min(TILE_WIDTH, round(shape[1] / zoom))),
        )
        y, x = rng.integers(TILE_HEIGHT - rows + 1), rng.integers(TILE_WIDTH - columns + 1)
        print_ = cv2.resize(tile[y : y + rows, x : x + columns], shape[::-1], interpolation=cv2.INTER_AREA)
        sheet *= 1 - print_.astype(np.float32) * (rng.uniform(0.05, min(0.4, 0.7 * pen)) / 255)
    if rng.random() < 0.4:  # grain of the paper or of the sensor, coarse or fine
        coarse = rng.uniform(1, 5)
        size = max(2, round(shape[1] / coarse)), max(2, round(shape[0] / coarse))
        grain = rng.normal(0, rng.uniform(0.01, 0.06), size[::-1]).astype(np.float32)
        sheet *= 1 + cv2.resize(grain, shape[::-1], interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        _ruled(sheet, tall, pen, rng)
    if rng.random() < 0.3:  # light from one side
        ramp = np.linspace(0, rng.uniform(-0.45, 0.45), shape[1], dtype=np.float32)[None]
        fall = np.linspace(0, rng.uniform(-0.3, 0.3), shape[0], dtype=np.float32)[:, None]
        sheet *= (1 + ramp + fall).clip(0.4, 1.3)
    if rng.random() < 0.12:
        _shadow(sheet, rng)
    return sheet.clip(0, 1.05)


def _ruled(sheet: Floats, tall: float, pen: float, rng: np.random.Generator) -> None:
    """Lines above or below the writing, which stands in the middle, or both, or the edges of its box."""
    height, width = sheet.shape
    # Most are thinner and fainter than the writing.
    dark = 1 - rng.uniform(0.1, min(0.95, (1.3 if rng.random() < 0.15 else 0.9) * pen))
    thick = max(1, round((rng.uniform(0.02, 0.06) if rng.random() < 0.8 else rng.uniform(0.06, 0.12)) * tall))
    rise = rng.normal(0, 0.02) * width
    middle = height / 2
    kind = rng.random()
    places = []
    # Where nothing is seen of the paper above and below the writing, a box's side is a 1.
    box = kind > 0.9 and height > 1.5 * tall
    if kind < 0.75 or box:
        places.append(middle + tall * rng.uniform(0.38, 0.85))
    if kind > 0.5:
        places.append(middle - tall * rng.uniform(0.48, 0.9))
    for y in places:
        ends = (0, round(y + rise / 2)), (width, round(y - rise / 2))
        _darken(sheet, ends, dark, thick)
    if box:
        for x in (rng.uniform(0, 0.3) * tall, width - 1 - rng.uniform(0, 0.3) * tall):
            if rng.random() < 0.3:
                _darken(sheet, ((round(x), 0), (round(x + rng.normal(0, 2)), height)), dark, thick)


def _darken(sheet: Floats, ends: tuple[tuple[int, int], tuple[int, int]], dark: float, thick: int) -> None:
    mask = np.zeros(sheet.shape, np.uint8)
    cv2.line(mask, ends[0], ends[1], 255, thick, cv2.LINE_AA)
    sheet *= 1 - mask.astype(np.float32) * ((1 - dark) / 255)


def _shadow(sheet: Floats, rng: np.random.Generator) -> None:
    """The edge of a shadow, or of something dark, over a corner."""
    height, width = sheet.shape
    x, y = (0 if rng.random() < 0.5 else width), (0 if rng.random() < 0.5 else height)
    away_x, away_y = (1 if x == 0 else -1), (1 if y == 0 else -1)
    corner = np.array(
        [(x, y), (x + away_x * rng.uniform(0.1, 0.9) * width, y), (x, y + away_y * rng.uniform(0.15, 0.8) * height)]
    )
    mask = np.zeros(sheet.shape, np.uint8)
    cv2.fillPoly(mask, [corner.round().astype(np.int32)], 255)
    soft = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.6, 6)).astype(np.float32) / 255
    sheet *= 1 - soft * rng.uniform(0.15, 0.6)
