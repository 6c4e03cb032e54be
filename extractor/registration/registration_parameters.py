"""The numbers by which a form is found on a page; grey levels are those of paper with even illumination.

They were chosen on the samples and on the data sets of `benchmarks/`, which tell what a change does.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PageParameters:
    work_side: int = 1100  # pixels of the long side of the reduced page on which forms are found
    closer_side: int = 3000  # the same where rulings are too thin or pale for that
    edge: float = 1.04  # a sheet is drawn so many times as large as its outline, which is not exact
    finest: int = 4  # times as finely as it is needed the sheet is drawn at most, to be averaged
    least_side: int = 8  # pixels of a drawn sheet
    reach: float = 0.004  # of the long side, by which a ruling may lie off where a mapping puts it,
    least_reach: float = 3.0  # and pixels, where that would be less


@dataclass(frozen=True)
class SheetParameters:
    """The outline of a sheet of paper; shares are of the picture unless something else is said."""

    side: int = 400  # pixels of the long side on which it is looked for
    least_side: float = 40  # pixels of the short side there
    lettering: int = 7  # pixels: what is thinner vanishes in the paper around it
    darker: float = 0.8  # of Otsu's threshold, that is tried too: a sheet may lie in the shade
    area: tuple[float, float] = (0.12, 0.96)  # that a sheet takes at least and at most
    loose: tuple[float, ...] = (0.01, 0.02, 0.03, 0.05)  # of its length, by which an outline may leave its four sides
    filled: float = 0.88  # of the outline, that lies within the four corners at least
    apart: float = 0.03  # of the long side: outlines whose corners differ by less are one
    contrast: float = 30  # grey levels by which the background is darker; shadows on one sheet make less
    least_perspective: float = 0.02  # weaker perspective does not tell the sheet's true shape
    focal: tuple[float, float] = (0.4, 8.0)  # long sides, between which the focal length of a camera lies
    stretch: tuple[float, float] = (0.5, 2.0)  # times as long for its width as it looks a sheet may be


@dataclass(frozen=True)
class MarkParameters:
    """Solid squares; shares are of the long side unless something else is said."""

    illumination_reach: int = 16  # part of the long side: what is larger and dark is shadow
    dark: int = 128  # grey level below which a mark is
    most: int = 48  # dark squares on a page; the squarest are kept
    size: tuple[float, float] = (0.005, 0.06)  # of a mark at least and at most
    turned: float = 1.5  # times as wide and high a mark is that lies at a slant
    oblong: float = 1.6  # times as long as wide a mark may look,
    oblong_upright: float = 2  # and the upright box around it
    filled: float = 0.78  # of the rectangle around a mark, that is dark at least
    paper: float = 95  # percentile of the grey levels around a mark that is paper
    pairs: int = 2  # of marks, the farthest apart, that are tried; of three marks all are
    alike: tuple[float, float] = (0.55, 1.6)  # times as large as the larger of a pair another mark may be
    expected: tuple[float, float] = (0.5, 1.8)  # times as large as the template says a mark may be
    off: float = 0.12  # of the pair's distance, by which another mark may lie off its place
    stretch: float = 1.8  # times as much as the other one side of the form may be enlarged
    enough: int = 3  # marks that tell a mapping, all but one of more


@dataclass(frozen=True)
class FeatureParameters:
    side: int = 900  # pixels of the long side on which they are looked for: lettering tells, handwriting counts little
    least_side: int = 64  # pixels of the short side there
    most: int = 800
    fast: int = 12  # grey levels by which a corner differs from what is around it
    kept_above: float = 0.95  # a larger scale is left as it is,
    linear_above: float = 0.6  # one above this is interpolated: many times faster than averaging, and enough to go by
    ratio: float = 0.82  # of the next best distance, that a pair's is less than
    distance: int = 80  # bits, of 256, by which a pair differs at most
    first: int = 300  # the page's strongest, which are matched first
    clear: int = 50  # where more pairs than this, and the next share of them, agree, no others are asked
    clear_share: float = 0.5
    fewest: int = 10  # fewer pairs that agree on a mapping are chance
    tolerance: float = 0.004  # of the long side, within which they agree
    likened: tuple[int, int] = (150, 400)  # strongest of the page and of a reference by which forms are likened to it


@dataclass(frozen=True)
class BoxParameters:
    """Printed boxes; shares are of the long side unless something else is said."""

    illumination_reach: int = 60  # part of the long side: what is larger and dark is shadow
    dark: int = 200  # grey level below which something is a ruling,
    pale: int = 226  # and where fewer boxes than the next are found so
    few: int = 20
    most: int = 600  # boxes, the largest
    size: tuple[float, float] = (0.007, 0.6)  # of a box at least and at most
    least_side: float = 6.0  # pixels
    oblong: float = 40  # times as long as wide a box may be
    filled: float = 0.8  # of the rectangle around a box, that is paper at least
    stretch: float = 1.3  # times as much as the other one side of a box may be enlarged: perspective, thick rulings
    turns: int = 48  # bins of a full turn
    scale: float = 0.35  # octaves in a bin
    place: float = 0.1  # of the form as it would lie there, in a bin
    voting: int = 200  # boxes of a template that vote, about
    chance: int = 3  # votes that any place gets by chance
    witnesses: int = 2  # boxes that must vote for a bin
    tried: int = 10  # bins
    dense: int = 400  # votes of a bin that are held against each other
    together: float = 0.3  # of a box's shorter side, within which votes lie together
    fewest: int = 5  # fewer boxes that agree on a mapping are chance
    least_agreeing: float = 0.1  # share of a template's boxes; handwriting and poor scans hide most of them
    settled: float = 0.9  # share of a template's boxes: if more agree, nothing else is tried
    same: float = 3.0  # pixels: mappings that put every box nearer to the other's place are one
    widths: int = 3  # of cells, the most frequent, by which a form may lie a cell aside
    rounds: int = 6  # a mapping is fitted to the boxes that it puts on boxes at most so often
    flat_rounds: int = 2  # without perspective
    near: tuple[float, float] = (0.8, 0.4)  # of its shorter side, a box may lie off: at first, after the next rounds
    wide_rounds: int = 3
    alike: float = 1.4  # times as large as expected a side may be
    perspective: int = 8  # boxes that tell it
    slack: float = 0.3  # of the shorter side, by which a box may lie off the first mapping with perspective
    skewed: float = 1.8  # times as much as the other one side of the form may be enlarged


@dataclass(frozen=True)
class PatchParameters:
    """Pieces of the blank form; pixels are those of its reference picture."""

    reach: int = 9  # pixels by which a piece may lie off where it should
    grid: int = 7  # pieces down and across that are spread over the form
    blur: float = 1.5  # pixels, before corners are looked for
    faintest: float = 0.02  # of the strongest corner, that any other has
    inside: int = 3  # pixels from its border within which people write in a box
    beside: int = 5  # pixels around boxes in which nothing is taken for print beside them
    borders: int = 32  # boxes of which a piece of the border is looked for
    fewest: int = 6  # fewer pieces tell nothing
    in_picture: float = 0.4  # of the pieces, that lie in it at least
    alike: float = 0.6  # correlation of a piece with the page; handwriting over rulings takes a part of it away
    pale: int = 170  # grey levels: print that differs less from paper is pale,
    pen: float = 1.3  # and what is so many times as dark is pen
    agree: float = 2.5  # pixels by which a piece may lie off a mapping
    again: int = 2  # pixels within which it is looked for again


@dataclass(frozen=True)
class RulingFitParameters:
    samples: int = 24  # points looked at along each ruling,
    end: float = 0.06  # but not on so much of it at either end
    contrast: float = 0.1  # of the paper's brightness, in the illumination that there is, by which a ruling is darker,
    least_contrast: int = 8  # and grey levels
    seen: float = 0.6  # of its points, that must be dark in one place across
    distance: float = 1e-4  # share of a ruling's points that a pixel nearer to its place outweighs
    fewest: int = 8  # rulings that can move a mapping
    rounds: int = 2  # of moving it,
    steps: int = 4  # each of so many steps that hold outliers down
    held: tuple[float, float, float] = (1e-3, 1e-2, 1e-1)  # how shift, turn and scale, and perspective are held back,
    holding: float = 0.1  # each times this and the rulings


@dataclass(frozen=True)
class FormParameters:
    most_rulings: int = 400  # that are looked for; a form of a thousand cells is known by some of them
    few_rulings: int = 12  # that are looked at first,
    few_points: int = 12  # and points of each
    reach: float = 3.0  # pixels by which a ruling may lie off in the reference picture


@dataclass(frozen=True)
class HypothesisParameters:
    by_marks: int = 8  # ways in which the marks of one form may lie that are looked at, the likeliest
    compared: int = 6  # forms whose features are compared in full, those most like the page by the strongest
    evident: float = 0.4  # a form that is less like the page than the likeliest, times this, waits until that failed
    mark_size: float = 0.01  # of the page's width, where the template does not say how large marks are
    mark_part: float = 0.5  # of a mark's side: so much of it must be dark
    mark_dark: float = 0.65  # of the paper's brightness, below which it is
    mark_paper: float = 85  # percentile of the grey levels around a mark that is paper
    missing: float = 0.3  # of the marks in the picture, that may be missing, and always one


@dataclass(frozen=True)
class SearchParameters:
    """Fits are shares of what a form shows, 0 to 1."""

    doubtful: float = 0.35  # from here on a form that does not fit surely is looked for once more, closer
    closer: float = 1.4  # times as many pixels, without which it is not
    sure: float = 0.8  # from here on nothing else is tried
    unsure: float = 0.79  # just below
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
    known: float = 0.6  # of the print beside the boxes: with less it is another form, unless all else fits `wholly`
    alike: float = 0.8  # of the print beside the boxes: pieces of boxes may be missing, no table lies a row aside
    wholly: float = 0.95  # the print beside the boxes may be another: another issue of the form
    alone: float = 0.05  # by which a form must fit better than elsewhere on the page
    room: float = 1.5  # reaches, of a cell's side at least: in smaller ones any lettering passes for rulings
    aligned: float = 3  # a cell's side divided by this: rulings are not moved further, or one is taken for the next
    least_aligned: float = 2.0  # pixels, where that would be less
    likened: int = 3  # rounds of likening a form's other print to the page: far from its boxes it lies only nearly


@dataclass(frozen=True)
class RegistrationParameters:
    page: PageParameters = PageParameters()
    sheet: SheetParameters = SheetParameters()
    marks: MarkParameters = MarkParameters()
    features: FeatureParameters = FeatureParameters()
    boxes: BoxParameters = BoxParameters()
    patches: PatchParameters = PatchParameters()
    ruling_fit: RulingFitParameters = RulingFitParameters()
    form: FormParameters = FormParameters()
    hypotheses: HypothesisParameters = HypothesisParameters()
    search: SearchParameters = SearchParameters()


REGISTRATION = RegistrationParameters()
