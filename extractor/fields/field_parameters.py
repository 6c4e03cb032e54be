"""The numbers by which fields are cut out and cleaned; grey levels are those of paper with even illumination.

They were chosen on the samples and on the data sets of `benchmarks/`, which tell what a change does.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldParameters:
    """The room of a comb is the smaller side of its cells, that of a free string the height of its box."""

    # Cutting a field out; shares are of the room.
    smallest_room: float = 56  # pixels: a smaller room is enlarged to this, or a crop of 20 pixels would be coarse
    largest_room: float = 112  # pixels: a larger room is reduced to this, for a crop needs no more
    margin: float = 0.3  # share of the room that is cut out around the box
    illumination_reach: float = 0.25  # share: what is larger, and dark, is shadow
    ruling_reach: float = 0.24  # share by which rulings may lie off where the form's place puts them
    second_reach: float = 0.25  # of that reach, 3 pixels at least, once the other rulings are known
    inset: float = 0.12  # share: so far from the rulings only paper and writing are
    thickest: float = 0.12  # share, 5 pixels at least: what is thicker is no ruling
    thickest_on_page: float = 3.5  # pixels of the page, where that is more: where they are coarse, so are its rulings
    steepest_lean: float = 0.06  # slope up to which leaning rulings are put right
    least_lean: float = 0.8  # pixels over a field's whole side that may stay
    smooth_below: float = 0.9  # pixels of the page per pixel of the cut: finer ones are interpolated by cubics

    # Rulings of a field.
    ruling_seen: float = 0.4  # least share of a ruling's length that must be dark
    ruling_own: float = 3  # one ruling may lie off the shift common to all by the reach divided by this
    ruling_unseen: float = 0.2  # what a ruling that is not seen counts of its own score for a common shift
    ruling_far: float = 0.4  # share of rulings, seen in addition, that a shift by the whole reach needs
    ruling_distance: float = 0.02  # share of a ruling's length that a pixel nearer to its place outweighs
    ruling_clear: int = 24  # grey levels by which a clear ruling is darker than the paper
    ruling_dark: int = 190  # grey level below which all is dark
    ruling_rows: int = 48  # rows looked at, about, evenly spread: more say nothing more about where a ruling is
    ruling_over: float = 1.6  # what is so many times as dark as a ruling is pen over it,
    ruling_pen: float = 110  # if it is darker than this grey level
    ruling_palest: float = 0.95  # share of a ruling's rows that a digit may cover
    ruling_fewest_rows: int = 6  # rows without pen that are enough to tell a ruling's width
    ruling_wide: float = 0.75  # of `ruling_seen`: least length over which each column of a ruling is half as dark
    ruling_fewest_lean_rows: int = 8  # rows in half of a field; with fewer no lean is told
    ruling_soft: float = 0.6  # share of a ruling's length along which its soft edge is dark, where that is ink at all
    ruling_edge: float = 0.4  # of its thickness, 2 pixels at least: the soft edge on either side

    # What is printed in all cells of one size.
    guide_fewest_cells: int = 12  # fewer may have the same written in the same place by chance
    guide_nearly_all: int = 88  # percentile, from the darkest cell, at which a place must be dark to be print
    guide_even: float = 45  # grey levels by which print differs from cell to cell; writing that meets differs by more
    guide_same_size: float = 0.08  # share of their size by which cells of one kind differ
    guide_paper: int = 235  # the darkest grey level that is still paper
    guide_darkest: int = 90  # the darkest guide under which ink can still be told
    guide_least_side: float = 8  # pixels: smaller cells are not looked into

    # What the fields of a page have in common.
    page_pen: float = 110  # grey level: writing that is darker is a pen's
    page_share: float = 25  # percentile of the fields, from the darkest, whose writing tells that of the page
    stroke_share: float = 1  # percentile of a field's pixels that is full stroke
    paper_share: float = 75  # percentile up to which paper is measured: blurred strokes are darker than its middle
    grain_of_sigma: float = 1.35  # the quartiles of a normal distribution lie so many standard deviations apart
    grains: float = 3  # standard deviations of the paper's grain by which pencil is darker,
    pencil_contrast: float = 14  # and at least so many grey levels
    written_contrast: float = 45  # grey levels by which what is written somewhere on a page is darker than its paper
    written_paler: float = 0.65  # of the way from that to the paper: a field whose darkest is paler is empty

    # Writing too faint to be ink; lengths are rooms. Chosen on the faint digits of `benchmarks.unexpected`, and on the
    # samples, `tally_c1`, `tally_photos` and `tally_poses`, where nobody wrote faintly.
    faint_contrast: float = 20  # grey levels by which it is darker than the paper at least,
    faint_grains: float = 3.5  # and so many times as far as the grain of the paper spreads
    faint_step: int = 2  # pixels of a cut that become one: less grain
    faint_inset: float = 0.13  # so far from the rulings it is looked for
    faint_beside: float = 0.12  # so near to ink it is the edge of that
    faint_high: float = 0.3  # that a digit is at least
    faint_ink: float = 0.015  # of the room squared, that it has at least
    faint_thin: float = 0.2  # what is no wider, along a side, is of a ruling
    faint_few: int = 2  # cells of a page: so many faint ones may be written
    faint_printed: float = 0.5  # of a page's cells: what more of them show is a watermark, or shines through

    # Something over a field. Chosen on the covered pages of `benchmarks.unexpected`, and on the samples, `tally_c1` and
    # `tally_photos`, over whose fields nothing lies.
    cover_samples: int = 13  # places along each ruling that are looked at,
    cover_span: tuple[float, float] = (0.06, 0.94)  # from here to there of its length
    cover_step: int = 3  # of these places every so many is looked at for paper
    cover_reach: int = 3  # pixels by which a ruling may lie off its place
    cover_least: float = 10  # grey levels by which a ruling is darker than paper at least
    cover_faint: float = 0.35  # of how dark the page's rulings usually are, that one is at least
    cover_gap: float = 0.5  # of a room: so long a part that is not seen is a gap
    cover_long: float = 1.0  # rooms along the top or the foot of a field: a gap so long counts twice
    cover_paper: float = 80  # percentile of a place's pixels that is its paper
    cover_near: int = 12  # places by whose paper the paper of one is judged
    cover_tone: float = 8  # grey levels by which paper differs from that around it,
    cover_spread: float = 4  # or so many times as much as places usually do
    cover_unseen: float = 0.5  # of the page's places: where more have several gaps, its rulings are just not seen

    # Lines that a scanner makes across the whole page.
    streak_rows: int = 220  # rows of the page that are looked at, about
    streak_thickest: int = 5  # pixels: what is thicker is no thin line
    streak_dark: int = 12  # grey levels by which it is darker than what lies on both sides
    streak_whole: float = 0.8  # of the rows, in which it is seen,
    streak_ends: float = 0.04  # and as many of this share of them at either end of the page

    # Rulings through a picture; shares are of its height.
    lined_faint: int = 64  # ink: from here on it may be a ruling
    lined_shortest: float = 1.2  # of the height, that rulings run at least, 12 pixels at least,
    lined_shortest_across: float = 0.3  # and of the width
    lined_thickest: float = 0.08  # share, 3 pixels at least: what is thicker is writing
    lined_gap: float = 0.25  # share, 3 pixels at least, over which a broken ruling goes on
    lined_across: float = 0.5  # of the width, that the whole of a ruling takes at least
    lined_steepest: float = 0.35  # share that it may rise or fall over its length
    lined_unbroken: float = 0.6  # of its columns, that are ink at least

    # A picture that is one field.
    single_lowest: int = 64  # pixels: lower pictures are enlarged to this height
    single_highest: int = 128  # pixels: higher ones are reduced to this
    single_widest: int = 4096  # pixels: wider ones are reduced to this width
    single_illumination_reach: float = 0.2  # share of the height: what is larger and dark is shadow

    # Fields side by side.
    beside: float = 0.3  # of a field's height: the most between two fields side by side,
    beside_comb: float = 1.0  # and between a comb and what stands beside it
    level: float = 0.5  # of a field's height: the least that two fields side by side have in common


FIELDS = FieldParameters()
