"""Marks as people make them: ticks, crosses, fills and dots, by pen and pencil, and those that they take back."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from extractor.values import Box, Gray, Points

MARK_STYLES = ("fill", "tick", "cross", "dot", "half")
"""How people mark."""

TOOLS = ("pen", "pencil", "faint")

DARK = {"pen": (0.7, 0.92), "pencil": (0.4, 0.65), "faint": (0.2, 0.38)}
"""How much of the light each takes."""


@dataclass(frozen=True)
class Hand:
    """One person with a `tool`, who marks in a `style` on a page of `scale` pixels per unit."""

    style: str
    tool: str
    rng: Generator
    scale: float

    def draw(self, page: Gray, box: Box, kind: str) -> None:
        """Marks the bubble in `box`."""
        ink, start = self._layer(box)
        self._strokes(ink, box, kind, start)
        self._lay(page, ink, start)

    def withdraw(self, page: Gray, box: Box, kind: str) -> None:
        """Leaves a mark that was taken back: `rubbed` out or `struck` out."""
        rng, scale = self.rng, self.scale
        if kind == "rubbed":
            ink, start = self._layer(box)
            self._strokes(ink, box, self.style if self.style in ("tick", "cross", "half") else "fill", start)
            size = max(3, round(float(rng.uniform(4, 12)) * scale)) | 1
            smeared = np.maximum(cv2.GaussianBlur(ink, (size, size), 0), (0.5 * ink).astype(np.uint8))
            self._lay(page, np.asarray(smeared, np.uint8), start, float(rng.uniform(0.05, 0.3)))
            return
        self.draw(page, box, "half" if self.style == "half" else "fill")
        ink, start = self._layer(box)
        middle = np.array((box.left + box.width / 2, box.top + box.height / 2))
        half = np.array((box.width, box.height)) / 2
        thick, twice = self._thick(), rng.random() < 0.25
        crossed = rng.random() < 0.5
        for turn in (0.8, -0.8) if crossed else (float(rng.uniform(-0.6, 0.6)),):
            # It goes on where the fill ends, or nobody would see it.
            long = float(rng.uniform(2.0, 2.7) if crossed else rng.uniform(1.6, 2.2))
            way = np.array((np.cos(turn), np.sin(turn))) * long
            aside = np.array((-np.sin(turn), np.cos(turn))) * half
            for far in (-0.25, 0.25) if twice else (0.0,):
                ends = np.stack([middle - way * half, middle + way * half]) + far * aside
                self._line(ink, ends + rng.normal(0, 0.05, ends.shape) * half, start, thick)
        self._lay(page, ink, start)

    def _thick(self) -> int:
        return max(1, round(float(self.rng.uniform(3.5, 7)) * self.scale))

    def _layer(self, box: Box) -> tuple[Gray, tuple[int, int]]:
        """An empty sheet of ink around `box`, and where it begins on the page."""
        margin, scale = 0.8 * max(box.width, box.height), self.scale
        left, top = round((box.left - margin) * scale), round((box.top - margin) * scale)
        wide, high = round((box.width + 2 * margin) * scale), round((box.height + 2 * margin) * scale)
        return np.zeros((high, wide), np.uint8), (left, top)

    def _line(self, ink: Gray, points: Points, start: tuple[int, int], thick: int) -> None:
        there = np.round((points * self.scale - start) * 16).astype(np.int32)
        cv2.polylines(ink, [there], False, 255, thick, cv2.LINE_AA, 4)

    def _lay(self, page: Gray, ink: Gray, start: tuple[int, int], share: float = 1.0) -> None:
        """Lays `ink` on the page as the tool does; `share` of it is left."""
        left, top = start
        x0, y0 = max(0, left), max(0, top)
        high, wide = ink.shape
        x1, y1 = min(page.shape[1], left + wide), min(page.shape[0], top + high)
        part = ink[y0 - top : y1 - top, x0 - left : x1 - left].astype(np.float32) / 255
        dark = float(self.rng.uniform(*DARK[self.tool]))
        if self.tool != "pen":
            grain = self.rng.normal(0.85, 0.18, part.shape).astype(np.float32)
            part = part * np.clip(cv2.blur(grain, (2, 2)), 0.3, 1)
        under = page[y0:y1, x0:x1].astype(np.float32)
        page[y0:y1, x0:x1] = (under * (1 - dark * share * part)).astype(np.uint8)

    def _strokes(self, ink: Gray, box: Box, kind: str, start: tuple[int, int]) -> None:
        """Draws a mark into `ink`, which begins at `start` on the page."""
        rng, scale, thick = self.rng, self.scale, self._thick()
        off = rng.normal(0, 0.06, 2) * (box.width, box.height)
        middle = np.array((box.left + box.width / 2, box.top + box.height / 2)) + off
        half = np.array((box.width, box.height)) / 2

        def line(points: Points) -> None:
            self._line(ink, middle + (points + rng.normal(0, 0.06, points.shape)) * half, start, thick)

        match kind:
            case "tick":
                far = rng.uniform(0.9, 1.5)
                line(np.array(((-0.7, -0.05), (-0.2, 0.6), (far * 0.8, -far))))
            case "cross":
                far = float(rng.uniform(0.65, 1.15))
                line(np.array(((-far, -far), (far, far))))
                line(np.array(((far, -far), (-far, far))))
            case "dot":
                size = float(rng.uniform(0.28, 0.5))
                x, y = (int(v) for v in np.round((middle * scale - start) * 16))
                cv2.circle(ink, (x, y), round(size * float(half.min()) * scale * 16), 255, -1, cv2.LINE_AA, 4)
            case _:
                # Pencils are moved to and fro with paper left between.
                loose = 1.15 if self.tool == "pen" else 1.8
                low = float(rng.uniform(-0.15, 0.15)) if kind == "half" else -0.85
                gap = thick / scale / float(half[1]) * float(rng.uniform(0.7, loose))
                points = []
                for number, down in enumerate(np.arange(low, 0.86, max(0.05, gap)).tolist()):
                    across = float(np.sqrt(max(0.05, 0.9 - down * down))) * float(rng.uniform(0.85, 1.1))
                    points += [(-across, down), (across, down)] if number % 2 else [(across, down), (-across, down)]
                if points:
                    line(np.array(points))
