"""The numbers by which ink is parted into symbols, and drawn as a text line.

They were chosen on the samples and on the data sets of `benchmarks/`, which tell what a change does.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cutting:
    """How finely ink is parted; lengths are shares of the height of the digits. No seam is nearer than `edge` to either
    side of the ink, `apart` is between two of them, `most` are tried for a piece as wide as it is high, by `reach` a
    seam may leave its column, and `joined` pieces are at most one symbol."""

    edge: float
    apart: float
    most: float
    reach: float
    joined: int


@dataclass(frozen=True)
class SegmentationParameters:
    # What belongs to a box; shares of its height.
    inside_least: float = 0.4  # of a piece of ink that lies in its box or cell; of what is printed around it less does
    inside_edge: float = 0.1  # so near to a side of the box the middle of a remnant of rulings is,
    inside_small: float = 0.2  # if it is no larger than this in any direction,
    inside_flat: float = 0.14  # or, near to the top or foot, no higher than this

    # Digits across the side of a box; lengths are shares of the box's height unless something else is said.
    edge_high: float = 0.3  # that a digit has at least
    edge_thin: float = 0.06  # what is less wide is left of a ruling
    edge_ruling: float = 0.16  # what is less wide, along a side and beyond its end, is left of a ruling as well
    edge_touches: float = 0.1  # of a digit: with less of it inside the box it merely touches the side
    edge_reaches: float = 0.85  # of a digit: with more of it inside it is this field's, also where another begins,
    edge_wide: float = 0.2  # unless more than this share of its width lies there
    edge_part: float = 0.12  # that a part of a digit outside has at least,
    edge_written: float = 0.012  # of that squared: so much ink, farther inside than such a part, is writing
    edge_small: float = 0.06  # that a point outside has, or a piece of a broken digit,
    edge_level: float = 0.4  # and so far from the middle of the box its own middle lies at most
    edge_near: float = 0.3  # a digit outside so near to the last one inside goes on with it
    edge_close: float = 0.25  # from the side to that last one at most
    edge_same_row: float = 0.6  # of the rows that digits take: what takes so many of these stands beside them
    edge_beyond: float = 0.25  # by which a digit may hang over above or below

    # Crumbs of a digit beside a string that has it not; shares are of the height of the digits.
    beside_ink: float = 0.015  # of that squared, that they have together at least
    beside_high: float = 0.45  # that they are high together
    beside_wide: float = 1.2  # and wide at most

    # Digits across an end of a comb, or beyond it; lengths are shares of its height unless something else is said.
    end_inside: float = 0.5  # of a digit: with less of it inside it lies across a side
    end_high: float = 0.6  # of the digits in the comb, that one beyond has: most print is lower
    end_solid: float = 0.2  # a square of ink as large is print
    end_printed: float = 0.34  # of a page's combs: what more of them have beside them, and more than one, is print

    # The same farther away; lengths are shares of a comb's height, heights and widths those of its own last digit.
    beyond_inset: float = 0.1  # nearer to a ruling it may be that what is seen
    beyond_pen: float = 0.04  # of the last cell's pixels, the darkest, that are pen at least
    beyond_paper: float = 0.85  # of the paper's brightness, below which it is
    beyond_dark: float = 0.6  # of the way from paper to pen, from which on something is ink
    beyond_high: float = 0.7  # that a digit is at least,
    beyond_wide: float = 1.2  # and that it is wide at most
    beyond_solid: float = 0.75  # of the box around it: what fills more is no stroke,
    beyond_thin: float = 0.35  # unless it is no wider than this

    # A stroke through a number. Chosen on drawn ones (`benchmarks.unexpected`), and on what runs through the strings of
    # `cheque_amounts`, `photo_strings` and `pen_strings` that nobody struck out.
    stroke_ink: int = 90  # what counts as ink in a text line
    stroke_tall: float = 20  # rows of a text line that its digits take
    # Columns from one look to the next and rows between the ends that are tried, first few and then all.
    stroke_steps: tuple[tuple[int, float], ...] = ((2, 1.5), (1, 1.0))
    stroke_fewest: int = 8  # columns of ink
    stroke_steepest: float = 1.2  # rise: a 1 alone is a straight stroke too
    stroke_between: tuple[float, float] = (0.15, 0.85)  # of the digits' height, where the middle of the stroke lies
    stroke_most: float = 0.75  # of the writing's width, for a stroke
    stroke_whole: float = 1.15  # times as long as the digits are high; or
    stroke_half: float = 0.6  # of the width, for one
    stroke_long: float = 2.2  # times as long
    stroke_thick: int = 3  # rows above and below it that are its own ink
    stroke_parts: float = 0.12  # of its length at least have ink above, and as much below
    stroke_around: float = 0.2  # of a comb's height: so much of the cells beside its digits is looked at with them

    # Combs; shares are of a cell's smaller side.
    comb_within: float = 0.2  # so far inside a cell ink is no ruling
    comb_written: float = 0.012  # of that squared: so much ink is writing, even if it hangs on to print outside
    comb_own: float = 0.75  # of a piece of ink: the cell that holds so much has it wholly; else it is parted
    comb_large: float = 0.2  # what is smaller is never parted: it is dirt in either cell
    comb_speck: float = 0.12  # what is smaller in any direction is dirt,
    comb_speck_area: float = 0.004  # and so is what has less ink than this share of that squared
    comb_edge: float = 0.12  # so near to a side of the cell the middle of a remnant of rulings is,
    comb_thin: float = 0.1  # if it is no thicker than this,
    comb_small: float = 0.3  # or no larger than this
    # Dirt is a piece with less than the first share of the main one's ink that is farther from it than the second.
    comb_dirt: tuple[tuple[float, float], ...] = ((0.12, 0.12), (0.3, 0.25))

    # Seams between touching symbols; shares are of the height of the digits.
    seam_extent: float = 0.5  # what ink from top to bottom costs, where a stroke's width of it costs 1
    seam_smooth: float = 0.03  # over so much to either side costs are averaged
    seam_sideways: float = 0.02  # for a step to the next column, where a row of ink costs 1

    # The slant of writing.
    slant_steepest: float = 0.9  # columns per row: the greatest shear that is looked for, about 42 degrees
    slant_ink: int = 100  # ink that counts as stroke where writing is reduced
    slant_fewest: int = 12  # pixels of stroke that tell a slant
    slant_doubt: float = 0.06  # share by which a shear of 1 must gather strokes better than none

    # Usually, and where it is known what the symbols are. The second was chosen on strings composed of held-out digits.
    cutting: Cutting = Cutting(edge=0.14, apart=0.13, most=4.5, reach=0.16, joined=5)
    fine_cutting: Cutting = Cutting(edge=0.1, apart=0.06, most=16, reach=0.13, joined=12)

    # Free strings; shares are of the height of the digits unless something else is said.
    string_lowest: float = 0.25  # of the box's height, that digits have at least
    string_smallest: float = 0.14  # of the box's height: if nothing is as large, all is dirt
    string_speck: float = 0.08  # what is smaller in any direction is dirt,
    string_speck_area: float = 0.004  # and so is what has less ink than this share of the height squared
    string_whole: float = 0.6  # what is smaller may be a part of a broken digit
    string_closed: float = 0.12  # over so much gaps between crumbs are closed
    string_tall: float = 0.5  # of the tallest piece: those as tall tell the height of the digits
    string_large: float = 0.3  # of that height: pieces as large span the writing
    string_broken: float = 0.6  # of that span: if the digits seem lower, they are broken,
    string_of_span: float = 0.85  # and this share of it tells their height
    string_flat: float = 0.3  # ink that is lower is not parted,
    string_dash: float = 0.5  # nor is ink that is lower than this and twice as wide as high
    string_widest: float = 1.7  # that a symbol is
    string_most_pieces: int = 120  # more in one field are no string of digits
    string_fewest: int = 2  # pixels that a part has
    string_point: float = 0.36  # a point is no wider and higher than this
    string_point_rises: float = 0.4  # its middle is no higher above the baseline than this
    string_comma: float = 0.5  # a comma is no higher than this,
    string_comma_hangs: float = 0.1  # and hangs further below the baseline than this
    string_under: float = 0.5  # how likely either is one under a digit, since digits break
    string_covered: float = 0.8  # of its width, that is under a digit
    string_below: float = 0.35  # of its height, by which one that a digit leans over reaches lower than the digit

    # Symbols of a string that was read whole; shares are of the height of the digits.
    symbol_lowest: float = 0.6  # of the height that digits have in a text line, that they have at least
    symbol_above: float = 0.6  # of that height: so much above and below a text line is looked at
    symbol_crumb: float = 0.6  # what is smaller and no part of a symbol is a crumb,
    symbol_near: float = 0.2  # of the symbol that is so near to it

    # Text lines; shares are of the height of the digits unless something else is said.
    text_margin: float = 0.45  # paper kept before the first and after the last digit
    picture_margin: float = 0.25  # paper kept around a string that another reader reads
    text_outliers: float = 0.1  # of the ink, above and below, that measures no digits: one long 1 makes none small
    text_whole: float = 1.29  # so many times as high as what is left digits usually are
    text_small_outliers: float = 0.02  # of the ink, left out above and below to find small digits
    text_room: float = 1.04  # digits are drawn as if so many times as high
    text_steepest: float = 0.16  # rise of the steepest baseline that is levelled
    text_rise_outliers: float = 0.03  # of the ink, left out above and below for that
    text_doubt: float = 0.8  # share by which a rise of 1 must take fewer rows than none
    text_upright: float = 0.85  # of the slant, that is taken away: all would be too much where the estimate goes wrong
    text_least_contrast: float = 12.0  # grey levels between paper and stroke that become full ink
    text_dash: tuple[float, float] = (4, 0.2)  # so many times as wide as high, and lower than this share of the picture
    text_dash_wide: float = 0.25  # that a dash beside the digits has at least,
    text_dash_flat: float = 2.0  # times as wide as high
    text_dash_below: float = 0.35  # below their feet at most
    text_large: float = 0.4  # of the tallest piece, or of the second tallest if that is so tall, that digits have
    text_least_large: float = 0.07  # of the picture's height, that digits have at least
    text_fewest: int = 3  # pieces among which the tallest may be a long 1
    text_small: tuple[float, float] = (0.2, 0.06)  # height and width that small digits have at least
    text_small_low: float = 0.1  # below the tops of the others the middle of a small digit lies at least,
    text_small_high: float = 0.05  # and below their feet at most
    text_small_wide: float = 6  # times as wide as high: what is wider is a dash
    text_reduced_below: float = 0.75  # a smaller scale is reached in two steps,
    text_first_step: float = 1.3  # the first to so many times the size
    text_enlarged_above: float = 1.2  # a larger scale is interpolated by cubics


SEGMENTATION = SegmentationParameters()
