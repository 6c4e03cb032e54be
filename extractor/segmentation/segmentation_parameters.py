"""The numbers by which ink is parted into symbols, and drawn as a text line.

They were chosen on the samples and on the data sets of `benchmarks/`, which tell what a change does.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class InsideParameters:
    """What belongs to a box; shares of its height."""

    least: float = 0.4  # of a piece of ink that lies in its box or cell; of what is printed around it less does
    edge: float = 0.1  # so near to a side of the box the middle of a remnant of rulings is,
    small: float = 0.2  # if it is no larger than this in any direction,
    flat: float = 0.14  # or, near to the top or foot, no higher than this


@dataclass(frozen=True)
class AstrayParameters:
    """Digits across the side of a box."""

    high: float = 0.3  # of the box's height, that a digit has at least
    thin: float = 0.06  # of the box's height: what is less wide is left of a ruling
    touches: float = 0.1  # of a digit: with less of it inside the box it merely touches the side
    reaches: float = 0.85  # of a digit: with more of it inside it is this field's, even where another begins there


@dataclass(frozen=True)
class CombParameters:
    """Shares are of a cell's room, its smaller side, unless something else is said."""

    within: float = 0.2  # so far inside a cell ink is no ruling
    written: float = 0.012  # of the room squared: so much ink there is writing, even if it hangs on to print outside
    own: float = 0.75  # of a piece of ink: the cell with so much of it has it wholly; else it is parted at the rulings
    large: float = 0.2  # what is smaller is never parted: it is dirt in either cell
    speck: float = 0.12  # what is smaller in any direction is dirt,
    speck_area: float = 0.004  # and so is what has less ink than this share of the room squared
    edge: float = 0.12  # so near to a side of the cell the middle of a remnant of rulings is,
    thin: float = 0.1  # if it is no thicker than this,
    small: float = 0.3  # or no larger than this
    dirt: tuple[tuple[float, float], ...] = ((0.12, 0.12), (0.3, 0.25))
    """A piece with less than the first share of the main one's ink, and farther from it than the second, is dirt."""


@dataclass(frozen=True)
class SeamParameters:
    """Shares are of the height of the digits."""

    edge: float = 0.14  # no seam is nearer to either side of the ink
    least_edge: int = 2  # pixels
    extent: float = 0.5  # what ink from top to bottom costs, where a stroke's width of it costs 1
    smooth: float = 0.03  # over so much to either side costs are averaged
    apart: float = 0.13  # between two seams
    least_apart: int = 2  # pixels
    most: float = 4.5  # seams for a piece as wide as it is high
    sideways: float = 0.02  # for a step to the next column, where a row of ink costs 1
    paper: float = 0.002  # for a row of paper
    off: float = 0.01  # for a row as far from the seam's column as it may be
    outside: float = 9.0  # for a row outside the picture


@dataclass(frozen=True)
class SlantParameters:
    steepest: float = 0.9  # columns per row: the greatest shear that is looked for, about 42 degrees
    steps: int = 37  # shears that are tried
    rows: int = 32  # to which higher writing is reduced
    ink: int = 100  # what counts as stroke there
    fewest: int = 12  # pixels of stroke that tell a slant
    doubt: float = 0.06  # share by which a shear of 1 must gather strokes better than none


@dataclass(frozen=True)
class StringParameters:
    """Shares are of the height of the digits unless something else is said."""

    lowest: float = 0.25  # of the box's height, that digits have at least
    smallest: float = 0.14  # of the box's height: if nothing is as large, all is dirt
    speck: float = 0.08  # what is smaller in any direction is dirt,
    speck_area: float = 0.004  # and so is what has less ink than this share of the height squared
    whole: float = 0.6  # what is smaller may be a part of a broken digit
    closed: float = 0.12  # over so much gaps between crumbs are closed
    least_closed: int = 3  # pixels
    tall: float = 0.5  # of the tallest piece: those as tall tell the height of the digits
    large: float = 0.3  # of that height: pieces as large span the writing
    broken: float = 0.6  # of that span: if the digits seem lower, they are broken,
    of_span: float = 0.85  # and this share of it tells their height
    least_height: float = 4.0  # pixels
    level: tuple[float, float, float] = (0.3, 2, 0.5)  # ink is not parted: lower than the first, or so many times as
    # wide as high and lower than the last
    most_joined: int = 5  # pieces in a symbol
    widest: float = 1.7  # a symbol
    most_pieces: int = 120  # in one field; more are no string of digits
    reach: float = 0.16  # by which a seam may leave its column
    fewest: int = 2  # pixels of a part
    point: float = 0.36  # a point is no wider and higher than this
    point_rises: float = 0.4  # its middle is no higher above the baseline than this
    comma: float = 0.5  # a comma is no higher than this,
    comma_hangs: float = 0.1  # and hangs further below the baseline than this
    under: float = 0.5  # how likely either is one under a digit, since digits break
    covered: float = 0.8  # of its width, that is under a digit
    below: float = 0.35  # of its height, by which one that a digit leans over reaches lower than the digit


@dataclass(frozen=True)
class TextLineParameters:
    """Shares are of the height of the digits unless something else is said."""

    margin: float = 0.45  # paper kept before the first and after the last digit
    outliers: float = 0.1  # of the ink, left out above and below to measure digits: one long 1 makes no others small
    whole: float = 1.29  # so many times as high as what is left digits usually are
    small_outliers: float = 0.02  # of the ink, left out above and below to find small digits
    room: float = 1.04  # digits are drawn as if so many times as high
    least_height: float = 4.0  # pixels
    least_width: int = 8  # columns
    steepest: float = 0.16  # rise of the steepest baseline that is levelled
    rises: int = 17  # that are tried
    points: int = 500  # of ink by which they are tried
    rise_outliers: float = 0.03  # of the ink, left out above and below for that
    doubt: float = 0.8  # share by which a rise of 1 must take fewer rows than none
    upright: float = 0.85  # of the slant, that is taken away: all would be too much where the estimate goes wrong
    least_contrast: float = 12.0  # grey levels between paper and stroke that become full ink
    dash: tuple[float, float] = (4, 0.2)  # so many times as wide as high, and lower than this share of the picture
    large: float = 0.4  # of the tallest piece, that digits have at least; the second tallest, where it is less high
    least_large: float = 0.07  # of the picture's height, that digits have at least
    fewest: int = 3  # pieces among which the tallest may be a long 1
    small: tuple[float, float] = (0.2, 0.06)  # height and width that small digits have at least
    small_low: float = 0.1  # below the tops of the others the middle of a small digit lies at least,
    small_high: float = 0.05  # and below their feet at most
    small_wide: float = 6  # times as wide as high: what is wider is a dash
    reduced_below: float = 0.75  # a smaller scale is reached in two steps,
    first_step: float = 1.3  # the first to so many times the size
    enlarged_above: float = 1.2  # a larger scale is interpolated by cubics


@dataclass(frozen=True)
class SegmentationParameters:
    inside: InsideParameters = InsideParameters()
    astray: AstrayParameters = AstrayParameters()
    comb: CombParameters = CombParameters()
    seams: SeamParameters = SeamParameters()
    slant: SlantParameters = SlantParameters()
    string: StringParameters = StringParameters()
    text_line: TextLineParameters = TextLineParameters()


SEGMENTATION = SegmentationParameters()
