"""The numbers by which fields are cut out and cleaned; grey levels are those of paper with even illumination.

They were chosen on the samples and on the data sets of `benchmarks/`, which tell what a change does.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CutParameters:
    """Shares are of a cell's room: its smaller side; of a free string, its box's height."""

    smallest_room: float = 56  # pixels: a smaller room is enlarged to this, or a crop of 20 pixels would be coarse
    largest_room: float = 112  # pixels: a larger room is reduced to this, for a crop needs no more
    margin: float = 0.3  # share of the page around the box that is cut out with it
    illumination_reach: float = 0.25  # share: what is larger and dark is shadow
    ruling_reach: float = 0.24  # share by which rulings may lie off where the form's place puts them
    second_reach: float = 0.25  # of that reach, once the other rulings are known
    least_second_reach: float = 3.0  # pixels, where that would be less
    inset: float = 0.12  # share: so far from the rulings only paper and writing are
    thickest: float = 0.12  # share: what is thicker is no ruling
    least_thickest: float = 5.0  # pixels, where that would be less
    thickest_on_page: float = 3.5  # pixels of the page, where that is more: where they are coarse, so are its rulings
    steepest_lean: float = 0.06  # slope up to which leaning rulings are put right
    least_lean: float = 0.8  # pixels over a field's whole side that may stay
    least_lean_reach: float = 2.0  # pixels by which one half of a ruling may at least lie off the other
    smooth_below: float = 0.9  # pixels of the page per pixel of the cut: finer ones are interpolated by cubics


@dataclass(frozen=True)
class RulingParameters:
    seen: float = 0.4  # least share of a ruling's length that must be dark
    own: float = 3  # one ruling may lie off the shift common to all by the reach divided by this
    unseen_score: float = 0.2  # what a ruling that is not seen adds to the score of a shift, as a share of its own
    far: float = 0.4  # share of rulings, seen in addition, that a shift as far as the reach needs: forms seldom lie so
    distance: float = 0.02  # share of a ruling's length that a pixel nearer to its place outweighs
    clear: int = 24  # grey levels by which a clear ruling is darker than the paper
    dark: int = 190  # grey level below which all is dark
    rows: int = 48  # rows looked at, about, evenly spread: more say nothing more about where a ruling is
    over: float = 1.6  # what is so many times as dark as a ruling is pen over it,
    pen: float = 110  # if it is darker than this grey level
    palest: float = 0.95  # share of a ruling's rows that a digit may cover
    fewest_rows: int = 6  # rows without pen that are enough to tell a ruling's width
    wide: float = 0.75  # of `seen`: along so much of its length a ruling is half as dark in each column that it takes
    fewest_lean_rows: int = 8  # rows in half of a field; with fewer no lean is told
    soft: float = 0.6  # share of a ruling's length along which its soft edge is dark, where that is ink at all
    edge: float = 0.4  # of its thickness: the soft edge on either side, at most
    least_edge: int = 2  # pixels, where that would be less


@dataclass(frozen=True)
class GuideParameters:
    fewest_cells: int = 12  # fewer may have the same written in the same place by chance
    nearly_all: int = 88  # percentile, from the darkest cell, at which a place must be dark to be print
    even: float = 45  # grey levels by which print differs from cell to cell; writing that meets differs by more
    same_size: float = 0.08  # share of their size by which cells of one kind differ
    paper: int = 235  # the darkest grey level that is still paper
    darkest: int = 90  # the darkest guide under which ink can still be told
    least_side: float = 8  # pixels: smaller cells are not looked into


@dataclass(frozen=True)
class PageInkParameters:
    pen: float = 110  # grey level: writing that is darker is a pen's
    page_share: float = 25  # percentile of the fields, from the darkest, whose writing tells that of the page
    stroke_share: float = 1  # percentile of a field's pixels that is full stroke
    palest_share: float = 75  # percentile up to which paper is measured: blurred strokes are darker than its middle
    grain_of_sigma: float = 1.35  # the quartiles of a normal distribution lie so many standard deviations apart
    grains: float = 3  # standard deviations of the paper's grain by which pencil is darker,
    least_contrast: float = 14  # and at least so many grey levels


@dataclass(frozen=True)
class LinedPaperParameters:
    """Shares are of the picture's height unless its width is named."""

    faint: int = 64  # ink: from here on it may be a ruling
    shortest: tuple[float, float, int] = (1.2, 0.3, 12)  # a ruling runs this share, that of the width, so many pixels
    thickest: float = 0.08  # share, 3 pixels at least: what is thicker is writing
    least_thickest: int = 3
    gap: float = 0.25  # share, 3 pixels at least, over which a broken ruling goes on
    least_gap: int = 3
    across: float = 0.5  # of the width, that the whole of a ruling takes at least
    steepest: float = 0.35  # share that it may rise or fall over its length
    unbroken: float = 0.6  # of its columns, that are ink at least


@dataclass(frozen=True)
class SingleFieldParameters:
    lowest: int = 64  # pixels: lower pictures are enlarged to this height
    highest: int = 128  # pixels: higher ones are reduced to this
    widest: int = 4096  # pixels: wider ones are reduced to this width
    illumination_reach: float = 0.2  # share of the height: what is larger and dark is shadow


@dataclass(frozen=True)
class FieldParameters:
    beside: float = 0.3  # of a field's height: the most between two fields side by side
    level: float = 0.5  # of a field's height: the least that two fields side by side have in common
    least_illumination_reach: int = 4  # pixels
    cut: CutParameters = CutParameters()
    rulings: RulingParameters = RulingParameters()
    guides: GuideParameters = GuideParameters()
    page_ink: PageInkParameters = PageInkParameters()
    lined_paper: LinedPaperParameters = LinedPaperParameters()
    single_field: SingleFieldParameters = SingleFieldParameters()


FIELDS = FieldParameters()
