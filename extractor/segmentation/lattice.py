"""The lattice: every plausible way to part a field's ink into symbols, for the decoder to choose from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from extractor.values import Box, Crops


@dataclass(frozen=True)
class Candidate:
    """Ink between two nodes of the lattice that may be one symbol.

    `crop` is its row in the lattice's crops, or None where there is no ink (a blank cell). `pieces` counts the
    smallest parts that it joins, `box` is in pixels of the field image, `ink` is its area in those pixels.
    `whole` says that it is connected ink that no cut has touched; `points` adds up how much its parts look like points
    or commas of their own (small and low), each from 0 to 1.
    `crossed` is how much ink was cut at its sides, in widths of the stroke.
    `residue` is the size of the largest piece of ink in a blank cell that was taken for dirt, as a share of the cell.
    """

    start: int
    end: int
    crop: int | None
    box: Box
    pieces: int = 1
    ink: float = 0.0
    whole: bool = False
    points: float = 0.0
    residue: float = 0.0
    crossed: float = 0.0


@dataclass(frozen=True)
class Lattice:
    """Nodes 0 .. `nodes` - 1 from left to right; every path of candidates from the first to the last reads all ink.

    `crops` has shape (n, 28, 28). `comb` says that each candidate is one printed cell. `line_height`, in
    pixels of the field image, is that of the string's digits (0 for a comb). `doubts` are plain words for
    a person: what about this ink makes any reading of it unsure.
    """

    nodes: int
    candidates: tuple[Candidate, ...]
    crops: Crops
    comb: bool
    line_height: float = 0.0
    doubts: tuple[str, ...] = ()


def stack_crops(crops: list[np.ndarray]) -> Crops:
    """A list of (28, 28) crops as one array, shape (n, 28, 28), also when there is none."""
    return np.stack(crops).astype(np.uint8) if crops else np.zeros((0, 28, 28), np.uint8)
