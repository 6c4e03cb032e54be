"""What finding gives: one field of a page that no template describes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from extractor.finding.cells.enclosed_cells import Cell
from extractor.finding.quad import upright_box
from extractor.values import Box, Doubt, Points

Shape = Literal["comb", "box", "ruling", "string"]
"""What makes the place: cells in a row, a box, a printed ruling to write on, or nothing but the writing itself."""


@dataclass(frozen=True, eq=False)
class Place:
    """A field in pixels of the work page, before it has a name: its `corners`, shape (4, 2), the `cells` of a comb or a
    box, left to right, and the `gaps` between cells that stand apart."""

    corners: Points
    shape: Shape
    cells: tuple[Cell, ...] = ()
    gaps: tuple[float, ...] = ()

    @cached_property
    def box(self) -> Box:
        return upright_box(self.corners)

    @property
    def count(self) -> int | None:
        """The cells of a comb; None for everything else."""
        return len(self.cells) if self.shape == "comb" else None


@dataclass(frozen=True)
class FoundField:
    """A place to write in, in pixels of the page as it was given.

    `box` is the inside of the printed box, of the whole row of cells, the room above a ruling to write on, or that
    around a string; `quad` are its corners, clockwise from its own top left (on a skewed page `box` is their bounds,
    brought upright about their middle). `cells` counts the cells of a comb and is None for everything else.
    `cell_gaps`, for cells that stand apart, are the widths of the gaps between them, left to right; empty for joined
    cells. `doubts` say what looks like no place that somebody wrote in.
    """

    box: Box
    quad: tuple[tuple[float, float], ...]
    cells: int | None
    shape: Shape
    name: str
    cell_gaps: tuple[float, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @staticmethod
    def at(
        corners: Points,
        shape: Shape,
        name: str,
        cells: int | None = None,
        *,
        gaps: tuple[float, ...] = (),
        doubts: tuple[Doubt, ...] = (),
    ) -> FoundField:
        """The field between `corners`, shape (4, 2)."""
        quad = tuple((round(float(x), 1), round(float(y), 1)) for x, y in corners)
        return FoundField(upright_box(corners), quad, cells, shape, name, tuple(round(gap, 1) for gap in gaps), doubts)

    @property
    def gap(self) -> float:
        """The usual gap between the cells; 0 for joined ones. Cells whose gaps differ much are no one field."""
        return float(np.mean(self.cell_gaps)) if self.cell_gaps else 0.0
