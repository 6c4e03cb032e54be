"""The numbers by which a form is found on a page; grey levels are those of paper with even illumination.

They were chosen on the samples and on the data sets of `benchmarks/`, which tell what a change does.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RegistrationParameters:
    # The reduced page, and a sheet of paper drawn flat.
    work_side: int = 1100  # pixels of the long side of the reduced page on which forms are found
    closer_side: int = 3000  # the same where rulings are too thin or pale for that
    sheet_edge: float = 1.04  # a sheet is drawn so many times as large as its outline, which is not exact
    reach: float = 0.004  # of the long side, 3 pixels at least, that a ruling may lie off where a mapping puts it

    # The outline of a sheet of paper; shares are of the picture unless something else is said.
    sheet_side: int = 400  # pixels of the long side on which it is looked for
    sheet_least_side: float = 40  # pixels of the short side there
    sheet_lettering: int = 7  # pixels: what is thinner vanishes in the paper around it
    sheet_area: tuple[float, float] = (0.12, 0.96)  # that a sheet takes at least and at most
    sheet_loose: tuple[float, ...] = (0.01, 0.02, 0.03, 0.05)  # of its length, that four sides may leave an outline
    sheet_filled: float = 0.88  # of the outline, that lies within the four corners at least
    sheet_apart: float = 0.03  # of the long side: outlines whose corners differ by less are one
    sheet_contrast: float = 30  # grey levels by which the background is darker; shadows on one sheet make less
    sheet_least_perspective: float = 0.02  # weaker perspective does not tell the sheet's true shape
    sheet_focal: tuple[float, float] = (0.4, 8.0)  # long sides, between which the focal length of a camera lies
    sheet_stretch: tuple[float, float] = (0.5, 2.0)  # times as long for its width as it looks a sheet may be

    # Solid square marks; shares are of the long side unless something else is said.
    mark_dark: int = 128  # grey level below which a mark is
    ring_dark: tuple[int, ...] = (110, 140, 170, 200)  # the same for rings, which are seen at one of these levels
    ring_off: float = 0.12  # of a ring's width, that those within it lie off its middle at most
    mark_most: int = 48  # dark squares on a page; the squarest are kept
    mark_size: tuple[float, float] = (0.005, 0.06)  # of a mark at least and at most
    mark_turned: float = 1.5  # times as wide and high a mark is that lies at a slant
    mark_oblong: float = 1.6  # times as long as wide a mark may look,
    mark_oblong_upright: float = 2  # and the upright box around it
    mark_filled: float = 0.78  # of the rectangle around a mark, that is dark at least
    mark_alike: tuple[float, float] = (0.55, 1.6)  # sizes of a mark, as shares of the larger one of a pair
    mark_expected: tuple[float, float] = (0.5, 1.8)  # sizes of a mark, as shares of what the template says
    mark_off: float = 0.12  # of the pair's distance, by which another mark may lie off its place
    mark_stretch: float = 1.8  # how much more one side of the form may be enlarged than the other
    mark_enough: int = 3  # marks that tell a mapping, all but one of more

    # Features of the reference picture and of the page.
    feature_side: int = 900  # pixels of the long side where they are looked for: there lettering is told apart
    feature_least_side: int = 64  # pixels of the short side there
    feature_most: int = 800  # of a picture, the strongest
    feature_fast: int = 12  # grey levels by which a corner differs from what is around it
    feature_kept_above: float = 0.95  # a larger scale is left as it is,
    feature_linear_above: float = 0.6  # one above this is interpolated: enough to go by, and much faster than averaging
    feature_ratio: float = 0.82  # of the next best distance, that a pair's is less than
    feature_distance: int = 80  # bits, of 256, by which a pair differs at most
    feature_first: int = 300  # the page's strongest, which are matched first
    feature_clear: int = 50  # where more pairs agree than this,
    feature_clear_share: float = 0.5  # and than this share, no others are asked
    feature_fewest: int = 10  # fewer pairs that agree on a mapping are chance
    feature_tolerance: float = 0.004  # of the long side, within which they agree
    feature_likened: tuple[int, int] = (150, 400)  # strongest of page and reference that say how alike they are

    # Printed boxes; shares are of the long side unless something else is said.
    box_dark: int = 200  # grey level below which something is a ruling
    box_pale: int = 226  # the same where few boxes are found so:
    box_row: float = 0.3  # of its usual height, by which a box of the next row lies lower
    box_few: int = 20  # fewer than this
    box_most: int = 600  # boxes, the largest
    box_size: tuple[float, float] = (0.007, 0.6)  # of a box at least and at most
    box_least_side: float = 6.0  # pixels
    box_oblong: float = 40  # times as long as wide a box may be
    box_filled: float = 0.8  # of the rectangle around a box, that is paper at least
    box_stretch: float = 1.3  # how much more one side of a box may be enlarged than the other, by thick rulings too
    box_turns: int = 48  # bins of a full turn
    box_scale: float = 0.35  # octaves in a bin
    box_place: float = 0.1  # of the form as it would lie there, in a bin
    box_voting: int = 200  # boxes of a template that vote, about
    box_chance: int = 3  # votes that any place gets by chance
    box_witnesses: int = 2  # boxes that must vote for a bin
    box_tried: int = 10  # bins
    box_together: float = 0.3  # of a box's shorter side, within which votes lie together
    box_fewest: int = 5  # fewer boxes that agree on a mapping are chance
    box_least_agreeing: float = 0.1  # share of a template's boxes; handwriting and poor scans hide most of them
    box_settled: float = 0.9  # share of a template's boxes: if more agree, nothing else is tried
    box_same: float = 3.0  # pixels: mappings that put every box nearer to the other's place are one
    box_flat_rounds: int = 2  # of fitting a mapping to boxes, that are without perspective
    box_near: tuple[float, float] = (0.8, 0.4)  # of its shorter side, that a box may lie off in these, and later
    box_wide_rounds: int = 3  # of fitting, in which boxes may lie far off
    box_alike: float = 1.4  # times as large as expected a side may be
    box_perspective: int = 8  # boxes that show perspective
    box_slack: float = 0.3  # of the shorter side, by which a box may lie off the first mapping with perspective
    box_skewed: float = 1.8  # how much more one side of the form may be enlarged than the other

    # Pieces of the blank form; pixels are those of its reference picture.
    patch_reach: int = 9  # pixels by which a piece may lie off where it should
    patch_grid: int = 7  # pieces down and across that are spread over the form
    patch_faintest: float = 0.02  # of the strongest corner, that any other has
    patch_beside: int = 5  # pixels around boxes in which nothing is taken for print beside them
    patch_borders: int = 32  # boxes of which a piece of the border is looked for
    patch_fewest: int = 6  # fewer pieces tell nothing
    patch_in_picture: float = 0.4  # of the pieces, that lie in it at least
    patch_alike: float = 0.6  # correlation of a piece with the page; handwriting over rulings takes a part of it away
    patch_pale: int = 170  # grey levels: print that differs less from paper is pale,
    patch_pen: float = 1.3  # and what is so many times as dark is pen
    patch_agree: float = 2.5  # pixels by which a piece may lie off a mapping
    patch_again: int = 2  # pixels within which it is looked for again

    # How well rulings fit.
    ruling_samples: int = 24  # points looked at along each ruling,
    ruling_end: float = 0.06  # but not on so much of it at either end
    ruling_contrast: float = 0.1  # of the brightness of the paper beside it, by which a ruling is darker,
    ruling_least_contrast: int = 8  # and grey levels
    ruling_seen: float = 0.6  # of its points, that must be dark in one place across
    ruling_distance: float = 1e-4  # share of a ruling's points that a pixel nearer to its place outweighs
    ruling_fewest: int = 8  # rulings that can move a mapping
    ruling_held: tuple[float, ...] = (1e-3, 1e-2, 1e-1)  # how shift, turn and scale, and perspective are held back

    # Rulings of a form.
    most_rulings: int = 400  # that are looked for; a form of a thousand cells is known by some of them
    few_rulings: int = 12  # that are looked at first,
    few_points: int = 12  # and points of each
    form_reach: float = 3.0  # pixels by which a ruling may lie off in the reference picture

    # Hypotheses of how a form lies.
    most_by_marks: int = 8  # hypotheses by the marks of one form, the likeliest
    compared: int = 6  # forms whose features are compared in full, those most like the page by the strongest
    evident: float = 0.4  # a form that is less like the page than the likeliest, times this, waits until that failed
    usual_mark: float = 0.01  # of the page's width, where the template does not say how large marks are
    mark_part: float = 0.5  # of a mark's side: so much of it must be dark
    mark_darkness: float = 0.65  # of the paper's brightness, below which it is
    mark_around: float = 85  # percentile of the grey levels around a mark that is paper
    marks_missing: float = 0.3  # of the marks in the picture, that may be missing, and always one

    # The search; fits are shares, 0 to 1, of what a form shows.
    doubtful: float = 0.35  # from here on a form that does not fit surely is looked for once more, closer
    closer: float = 1.4  # times as many pixels, without which it is not
    sure: float = 0.8  # from here on nothing else is tried
    unsure: float = 0.79  # as sure as a form is at most whose rulings have faded
    behind: float = 0.15  # a hypothesis that shows so much less than what fits surely is not judged
    judged: int = 8  # hypotheses that are judged in full, those that show most of a few of their rulings
    least_seen: float = 0.3  # of a few rulings, that a hypothesis shows at least
    fewest_rulings: int = 8  # a form that shows fewer is judged by its reference picture alone
    well_found: float = 0.7  # of the reference's pieces, that place the form better than its rulings can
    placed: float = 0.6  # of all pieces: they have placed the form and need not do so again
    nearly: float = 0.3  # of all pieces: those that are missing are worth another look
    faded: float = 0.5  # of the rulings: the others may have faded in a photograph
    by_pieces: float = 0.95  # of what the pieces say, that such a form fits
    least_found: float = 0.45  # of the pieces: with fewer the page is another form, whatever rulings it has
    print_known: float = 0.6  # of the print beside the boxes: with less, only what fits `wholly` is the form
    print_alike: float = 0.8  # of the print beside the boxes: pieces of boxes may be missing, no table lies a row aside
    wholly: float = 0.95  # the print beside the boxes may be another: another issue of the form
    alone: float = 0.05  # by which a form must fit better than elsewhere on the page
    print_tells: float = 0.2  # more of the print beside the boxes: then one place is told from another
    near_tie: float = 0.1  # by which a form must fit better than in any place that nothing else tells from its own
    further: float = 0.7  # times as many rulings a row or cell further on a page shows whose table goes on there
    further_few: int = 40  # of these rulings, that are looked at
    further_off: float = 0.2  # of a cell's smaller side, within which a moved ruling lies on another
    second_room: float = 0.4  # times the sheet's own area, that the picture must have beside it for a second one
    second_edge: float = 0.03  # of the sheet's sides, by which what belongs to it may lie outside of it
    second_boxes: int = 3  # printed boxes there, from which on another form is looked for
    least_room: float = 1.5  # reaches, of a cell's side at least: in smaller ones any lettering passes for rulings
    aligned: float = 3  # part of a cell's side, 2 pixels at least, that rulings are moved, or the next is taken for one

    # Boxes to tick and bubbles to fill.
    bubble_side: int = 1700  # pixels of the long side of the page on which they are found
    bubble_dark: tuple[int, ...] = (226, 200, 150)  # grey levels below which an outline is: pale ones, and dark ones
    bubble_least_side: float = 5.0  # pixels of the reduced page
    bubble_shadow: int = 16  # part of the long side: what is larger, and dark, is shadow
    bubble_enlarged: float = 3.0  # times that a small picture is enlarged at most, so that thin outlines close
    bubble_size: float = 0.14  # of the long side, at most
    bubble_corners: int = 4  # corners that a contour has at least
    bubble_oblong: float = 3.0  # times as long as wide an outline may be
    bubble_filled: float = 0.68  # of the upright rectangle around an outline, that is inside of it: of a circle 0.79
    bubble_fewest: int = 4  # bubbles that place a form
    bubble_alike: tuple[float, float] = (0.5, 2.4)  # times as large as the template says an outline may be
    bubble_near: float = 0.35  # of its smaller side, that a bubble may lie off its outline
    bubble_slack: float = 0.12  # the same for those that tell the perspective
    bubble_same_side: float = 1.3  # times as large as the usual one an outline of a bubble is at most
    bubble_placed: float = 0.88  # what fits so well, less by how far it lies off the edges of the sheet, is the place
    bubble_sure: float = 0.95  # how well a form of bubbles fits from which on nothing else is tried
    bubble_tried: int = 8  # mappings that are made exact
    bubble_rounds: int = 6  # of making one exact
    bubble_spread: float = 0.15  # of the other side, over which bubbles are spread that tell a perspective
    bubble_voting: int = 24  # bubbles of a form that vote
    bubble_most: int = 500  # outlines of a page that are voted for, the largest
    bubble_beside: int = 6  # outlines next to another that may be its neighbour on the form
    bubble_bins: int = 8  # places that are tried which most have voted for
    bubble_beside_it: float = 1.2  # of its smaller side, within which an outline beside a bubble is its own, astray,
    bubble_same: float = 1.2  # if it is no more than so many times larger or smaller than those of others
    bubble_against: float = 2.0  # times as much as one that lies on its outline such a bubble counts
    frame_near: float = 0.08  # of the form, within which the corners of the paper lie at those of the form
    frame_tells: float = 0.03  # of the form, by which they then lie farther off where it does not lie


REGISTRATION = RegistrationParameters()
