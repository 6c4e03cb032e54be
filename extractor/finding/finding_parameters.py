"""Every number that finding rests on, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """A length in pixels: `share` of another length, but no less than `least`."""

    share: float
    least: float

    def of(self, length: float) -> float:
        return max(self.least, self.share * length)

    def pixels(self, length: float) -> int:
        return round(self.of(length))

    def odd(self, length: float) -> int:
        """As `pixels`, made odd, as sizes of filters have to be."""
        return self.pixels(length) | 1


@dataclass(frozen=True)
class FindingParameters:
    """What finding goes by. They were set by hand, with the pages in view on which `benchmarks.finding` and
    `benchmarks.unexpected` measure what they give.

    A `Size` and a plain share are of the long side of the work page unless the comment names another length; two
    numbers are the least and the most. What is in pixels (of the work page), grey levels or degrees says so.
    """

    # The page as it is worked on.
    page_least: int = 40  # pixels of the short side: on smaller pictures nothing is found
    work_side: int = 1800  # pixels of the long side that pages are reduced to, by a whole number: some 150 dpi on A4
    work_side_least: int = 1000  # pixels of the long side: smaller pages are doubled
    skew: tuple[float, float] = (0.25, 16.0)  # degrees: less needs no turning, more is not looked for
    skew_steps: tuple[float, float, float] = (0.5, 0.1, 0.05)  # degrees, coarse to fine
    skew_side: int = 900  # pixels of the long side of the picture that skew is measured on
    skew_contrast: int = 40  # grey levels by which a ruling is darker there than what surrounds it
    skew_points: tuple[int, int] = (50, 30_000)  # fewer points tell no skew, more tell nothing new
    skew_gain: float = 1.03  # how much better than level the best skew fits, or the page is taken for level
    paper_reach: Size = Size(0.015, 8)  # the largest dark thing that is no shadow, as illumination is evened out
    dark: int = 165  # grey, under even illumination, below which a pixel is print or writing

    # Rulings: thin, straight, level or upright.
    ruling_thickness: Size = Size(0.005, 5)  # a ruling is thinner
    ruling_length: Size = Size(0.0095, 10)  # and no shorter
    ruling_gap: Size = Size(0.005, 3)  # gaps in one that are closed; in a faint one, twice as long
    ink_noise: int = 60  # the percentile of contrast that stands for the noise of paper
    ink_over_noise: float = 3.0  # contrast of ink, in noises,
    ink_contrast: tuple[int, int] = (14, 40)  # within these grey levels
    faint_run: int = 13  # pixels along a faint ruling over which contrast is averaged,
    faint_cap: int = 50  # no pixel counting for more grey levels than this;
    faint_over_noise: float = 2.0  # the mean's contrast in noises,
    faint_contrast: tuple[int, int] = (7, 30)  # within these grey levels,
    faint_own: float = 0.6  # and of that, what each pixel has itself: the mean reaches beyond the ruling's end
    bend_radius: Size = Size(0.007, 4)  # the largest radius of a rounded corner
    solid_grey: int = 110  # areas darker than this, and thicker than rulings, are solid
    dot_contrast: int = 32  # grey levels by which dots of a ruling are darker than paper: a watermark's specks are pale
    dot_height: Size = Size(0.0035, 3)  # the highest dot; a dash is up to twice as wide
    dot_gap: Size = Size(0.006, 5)  # between the dots of one ruling
    dotted_length: Size = Size(0.025, 15)  # of the shortest dotted ruling

    # Cells: areas that rulings enclose.
    cell_least: Size = Size(0.0065, 8)  # the lowest cell
    cell_least_width: float = 0.8  # of that, the width of the narrowest
    cell_most_height: float = 0.2  # the highest cell
    cell_shape: tuple[float, float] = (0.3, 1.35)  # width over height: the most for what is lower than boxes,
    box_least_height: float = 0.012  # since tables have gaps between rows; boxes are no lower than this
    box_least_shape: float = 0.6  # width over height of the slimmest box that is a field by itself
    cell_solidity: float = 0.4  # paper's share of an area's bounds
    cell_fill: tuple[float, float] = (0.82, 1.1)  # share of its own rectangle that a cell fills
    rounded_overlap: float = 0.05  # cells with bends for corners share less than this of their area with plain ones
    around: float = 0.9  # a cell lies around another one of which it covers more than this share
    faint_overlap: float = 0.1  # a cell of faint rulings that shares more than this of its area with clear ones counts
    faint_growth: float = 1.5  # only where it lies around one and is so many times larger, or parts one into a row
    symbol_cell: tuple[float, float] = (0.035, 1.4)  # height; width over height: less holds one symbol, not two cells
    drawn_height: float = 0.62  # of the cell around it: what is lower may be drawn in, a guide or a loop of writing
    framed_shape: float = 2.0  # width over height from which on a clear rectangle in another is a box in a frame
    row_height: float = 0.8  # of the highest cell in a row: lower ones do not count
    row_width: float = 1.35  # the widest cell of a row over the narrowest
    row_drift: float = 0.25  # of the highest cell: how much higher than its neighbour a cell may stand

    # Quadrilaterals: whether a cell is a rectangle with a ruling along each side.
    edge_trim: int = 12  # one part of so many, at each end of a side, does not count as it is fitted
    edge_points: int = 6  # fewer give no slope
    edge_near: float = 1.5  # pixels off the fitted side that still belong to it
    rectangle_skew: float = 0.2  # the cosine of the sharpest corner
    rectangle_taper: float = 1.25  # the longer of two opposite sides over the shorter
    corner_reach: Size = Size(0.22, 3)  # of the shorter side: how far from a corner there should be paper,
    corner_paper: float = 0.62  # in this share, at three corners: a fold or a stroke may fill the fourth
    side_places: tuple[float, float, int] = (0.04, 0.96, 25)  # where a ruling is looked for: from, to, how many
    side_offsets: tuple[float, ...] = (-0.5, 0.5, 1.5, 2.5)  # pixels outwards
    side_seen: float = 0.75  # the share of them where it is seen,
    side_ends: tuple[int, int] = (2, 4)  # and at each end at so many of so many
    side_bend: int = 6  # places at each end along which a rounded corner may bend;
    side_straight: float = 0.85  # the share of the others where the ruling is then seen,
    bend_reach: float = 0.14  # of the shorter side: how far from the corner its arc may be,
    bends_seen: int = 3  # and at how many corners it is

    # Squared paper, and grids for tally marks.
    square_side: tuple[float, float] = (0.004, 0.035)  # the least side of a square and the highest,
    square_widest: float = 4.5  # its width over height,
    square_filled: float = 0.75  # paper's share of its bounds,
    square_gap: Size = Size(0.3, 5)  # of its shorter side: the thickest ruling between two,
    square_alike: Size = Size(0.12, 2)  # of a side: how much that of a neighbour differs, or lies aside
    square_wider: tuple[float, float] = (1.8, 1.3)  # a neighbour's width over it, beside it, and height, below it
    grid_low: float = 0.016  # cells lower than this are for tally marks,
    grid_cells: tuple[int, int] = (100, 300)  # where so many stand together: low ones, and squares;
    grid_rows: int = 10  # in as many rows and columns at least
    grid_square: float = 1.35  # width over height: the widest square

    # Combs: cells of one size in a row.
    comb_shape: tuple[float, float] = (0.32, 1.35)  # width over height of a cell for one symbol
    comb_gap: tuple[float, float] = (-2, 0.6)  # from one to the next: pixels that they overlap by; of its width
    comb_level: float = 0.8  # of the higher cell: how much of its height its neighbour shares
    comb_width: Size = Size(0.22, 3)  # of the wider cell: how much two neighbours differ in width
    comb_slack: float = 0.0018  # how much gaps differ by chance
    comb_spread: float = 1.7  # the widest gap over the narrowest
    comb_reach: Size = Size(0.006, 6)  # the thickest ruling between two cells that share it
    comb_joined: float = 0.1  # of a cell's width: with no wider gaps, and none twice the slack, cells share rulings

    # Combs above one another, where one shows where the rulings of the next must be.
    column_thickness: int = 5  # pixels that rulings are made thick, across
    column_level: float = 0.6  # the share that is seen of the rulings above and below,
    column_upright: float = 0.62  # of all uprights together,
    column_weakest: float = 0.38  # and of each
    column_step: Size = Size(0.2, 4)  # of a cell's width: combs that differ by less are one column
    column_bar: float = 0.012  # the thickest ruling below a comb
    column_apart: float = 0.3  # of the comb's height: how far another must be away
    column_height: tuple[float, float] = (0.42, 1.6)  # height of another, of the comb's;
    column_low: tuple[float, float] = (0.28, 0.8)  # of a lower one at least, and of the rulings above and below it
    column_pair: float = 0.75  # the least height where it has two cells only: the strokes of letters make lower ones
    column_drift: float = 0.3  # of a cell's width: how far aside it may stand, as photographs are not quite square,
    column_drift_cost: float = 0.05  # and what that costs of the share that is seen
    column_solid: float = 0.2  # the share of a cell that is solid: with more it is part of a bar
    column_free: int = 2  # a comb of no more cells lacks no ruling; a longer one may lack one
    part_size: tuple[float, float] = (1.4, 0.8)  # of a comb's cell: wider or lower is what writing made of several;
    part_slack: float = 0.3  # of a cell's width: how far its sides may be off otherwise

    # Cells that a broken ruling runs together.
    broken_reach: Size = Size(0.008, 6)  # how far off the cells beside may be
    broken_height: tuple[float, float] = (0.3, 0.7)  # of the cell: where the ruling may be
    goes_on_seen: float = 0.6  # the share that is seen of the rulings above and below a cell beside a comb
    broken_seen: float = 0.5  # the share of it that is seen, all along and at each end

    sharper_combs: int = 3  # so many more combs that are alike make a sharpened page the better one

    # Boxes that dashed uprights part into cells.
    dashed_box: tuple[int, int] = (12, 24)  # pixels, height and width, of the smallest
    dashed_cells: int = 12  # at most
    dashed_boxes: int = 12  # so many boxes of one size are alike, and most of them parted or none;
    dashed_alike: float = 0.12  # of width and height: if they differ by less,
    dashed_share: float = 0.6  # and so many of them at least
    dashed_shape: tuple[float, float] = (0.45, 2.6)  # width over height of a cell
    dashed_slack: Size = Size(0.05, 2)  # of a cell's width: how far off its place a dashed ruling may be
    dashes: int = 3  # at least, in one ruling,
    dashes_alone: int = 5  # and in one that parts a box in two
    dash_length: float = 0.3  # of the box's height: the longest dash,
    dash_cover: float = 0.28  # how much of it is dark,
    dash_ends: float = 0.22  # how far from its ends the outermost dashes are,
    dash_beside: Size = Size(0.1, 4)  # and at what distance beside the ruling there is paper,
    dash_pitch: Size = Size(0.3, 1.5)  # of the usual pitch: how much that of two dashes differs,
    dash_regular: float = 0.6  # in at least this share of them: strokes meet the others
    dash_across: float = 0.25  # but for this share of the dark rows

    # Print or writing: whether what stands in a box was printed there.
    letter_height: tuple[float, float] = (0.003, 0.016)  # of print outside cells
    letter_shape: tuple[float, float] = (0.2, 2.0)  # its width over height
    letters_known: int = 20  # fewer letters do not tell how high a page's print is
    letter_tall: int = 75  # the percentile of heights that is called the letters' height
    comb_tall: int = 90  # the percentile in combs
    piece_least: Size = Size(0.0028, 3)  # lower pieces of ink, and remnants of rulings so thin, are dirt
    piece_inset: Size = Size(0.001, 1)  # from the box's sides
    print_letters: tuple[int, int] = (3, 4)  # that tell: small ones, large ones
    print_small: float = 0.34  # of the box's height: letters in a row that are lower are hardly ever writing,
    print_tiny: float = 0.2  # lower than this they never are,
    print_large: float = 0.62  # and above this they always are
    print_usual: float = 1.3  # of the page's print: how high print may be
    print_in_rows: tuple[float, float, float] = (0.5, 0.6, 0.9)  # the letters' share in rows: small, large, in a comb
    baseline_slack: Size = Size(0.07, 1)  # of the letters' height: how far off a base line they end
    baseline_shared: float = 0.55  # a letter's neighbours in its row that end with it
    print_gap: tuple[float, float] = (-0.3, 0.25)  # of the letters' height: overlaps that count, and the usual gap
    heading_slack: float = 0.002  # how far off two boxes of a row are
    heading_size: float = 0.2  # of the letters' height: how much that of another heading differs
    cell_inset: float = 0.1  # of a cell's width: the rulings and dashes between cells are no print
    letter_inside: float = 1.6  # of the page's print: lower cells may be the insides of letters,
    letter_width: float = 1.6  # of its own height: where they are no wider
    code_filled: float = 0.3  # writing covers less of its box than this; the squares of a matrix code do not
    lettering_reach: float = 1.6  # of a cell's height: how far beside it other letters may stand,
    lettering_slack: float = 0.22  # of the same: how far off its height they end,
    lettering_gap: tuple[float, float] = (-0.2, 0.5)  # of the same: and the gap to them

    picture_inset: float = 0.12  # of the box's height: from its sides, a picture
    picture_thick: Size = Size(0.008, 7)  # is thicker than any pen's stroke,
    picture_paler: int = 225  # in grey under even illumination darker than this,
    picture_share: float = 0.04  # and covers so much of its box

    # Printed words, and what looks like them.
    word_letter: tuple[Size, float] = (Size(0.003, 6), 0.05)  # the lowest letter and the highest
    word_ink: float = 0.1  # the least share of its bounds that a letter fills
    word_letters: int = 4  # at least, in a word
    word_gap_inside: tuple[float, float] = (-0.25, 0.4)  # of the taller letter: from one to the next
    word_heights: float = 1.75  # the taller of two neighbours over the lower
    word_base: float = 0.09  # of the taller: how far off each other they end
    tone_percentile: int = 20  # of the ink's grey levels, from the darkest, that is called its tone
    tone_paler: float = 40  # grey levels: writing is that much paler than print, or may be print
    uneven_large: float = 0.6  # of the tallest symbol's height: lower pieces are points and parts
    uneven_fewest: int = 2  # symbols by which evenness is told
    uneven_row: int = 6  # symbols that tell how their row climbs
    uneven: Size = Size(0.06, 1.2)  # of their height: by so much the heights or the feet of a hand's symbols spread
    headings_least: int = 3  # boxes in a row or column of print that begins a table
    print_alike: float = 0.15  # of a word's letters: how much the height of a printed number differs,
    small_letters: tuple[float, float] = (0.58, 0.8)  # or it is a small letter, so high
    print_near: float = 20  # of its height: how far above or below the words are that it is compared with
    print_enough: int = 8  # letters in them, at least
    print_centred: float = 0.15  # of its box's width: how far off the middle a number that heads a column stands
    counted_off: float = 0.12  # of their size: how far off each other places are that are numbered one after another
    dark_letters: int = 100  # in words: with fewer a paler grey is tried as well,
    dark_paler: tuple[int, ...] = (195, 220)  # these;
    dark_paler_gain: float = 1.5  # as many letters as by the usual grey make a paler one that of the page's ink
    extent_reach: Size = Size(0.1, 40)  # the widest gap in the print of one sheet
    counted_least: int = 3  # so many that count up are in doubt even where they do not look like print
    found_twice: float = 0.25  # of the smaller of two fields: they share more only where one of them is mistaken

    # Rulings to write on, solid or dotted, with room above.
    writing_length: float = 0.04  # the shortest
    writing_room: tuple[float, float] = (0.011, 0.028)  # the least room above one, and the most that is taken
    writing_thickness: float = 0.005  # at most, as a mean
    writing_slope: tuple[float, int] = (0.1, 6)  # of its width, and pixels more: the height of its bounds
    writing_fall: float = 0.08  # of its width: how much one of its ends is lower
    writing_frame: float = 0.018  # a ruling that meets an upright one as long as this is part of a frame
    writing_even: float = 1.5  # pixels: off the straight way, and off the usual thickness,
    writing_straight: float = 0.85  # at least this share of it keeps within
    paper_above: tuple[int, ...] = (3, 4, 5)  # pixels above where there should be paper,
    paper_below: tuple[int, ...] = (2, 3, 4, 5)  # and below,
    ink_beside: tuple[float, float] = (0.5, 0.3)  # along all but these shares, above and below
    writing_dotted: float = 0.6  # the share of a dotted ruling that lies in rows of dots
    frame_height: float = 1.6  # of the room above a ruling: a higher box around it is a frame
    bar_thickness: int = 4  # pixels of a printed side
    bar_shared: float = 0.2  # of a ruling's width: a side that is above more of it bounds its room
    underline_reach: tuple[float, float] = (0.014, 0.012)  # print so far above, so high, makes it an underline
    label_reach: float = 0.035  # how far before it, or below its beginning, a label stands
    label_ink: float = 0.3  # of that: pixels of ink that are a label

    # Names, from the print beside fields.
    word_gap: float = 1.4  # of the letters' height: words farther apart are two labels
    label_tries: int = 4  # what is read and holds no letter is dirt, and the next phrase the label: so often
    gap_of_words: tuple[float, float] = (0.3, 2.4)  # of a text line's height, and of its usual gap: one between words
    gap_ruling: float = 0.9  # of a text line's rows that are dark where an upright ruling stands
    name_longest: tuple[int, int] = (40, 16)  # letters; and of those, in a table, for the column
    left_reach: float = 0.7  # how far to the left of a field its label may be,
    row_reach: float = 0.2  # and how far to the left of a table that of a row,
    left_level: float = 0.25  # of the field's height: how far above or below the field its middle may be,
    left_drift_cost: float = 3.0  # and how many pixels to the left one off the field's middle counts for
    above_reach: tuple[float, float] = (0.03, 0.6)  # how far above a field its own label may be, and its column's
    label_overlap: float = 0.2  # of the field's height: how far a label to the left or above may reach into it
    above_shared: float = 0.4  # of the label's width: how much of it is above the field
    below_reach: float = 0.02  # how far below a field its label may be
    table_slack: float = 0.2  # of a field's height: how much fields of one row or column differ

    # Tables: rulings put together,
    joined_piece: Size = Size(0.008, 8)  # the shortest piece
    joined_parts: int = 5  # of a piece, by which it is known how it bends
    joined_gap: Size = Size(0.035, 20)  # the widest gap between two pieces of one
    joined_aside: Size = Size(0.002, 3)  # how far aside the next piece may begin
    # lines between them,
    table_rows: int = 5  # at least
    table_narrowest: float = 0.1  # the shortest ruling above a line,
    level_seen: float = 0.5  # and the share of it that is seen
    shorter_ruling: float = 0.6  # of the others' length: one that writing hides the end of
    table_ends: float = 0.01  # how much the ends of a table's rulings differ
    row_least: float = 0.008  # the lowest line
    row_uneven: float = 1.35  # the highest over the usual one
    row_missing: float = 0.15  # how much a line differs from two, between two of which a ruling is missing
    # columns,
    table_columns: int = 2  # at least
    strips_unheaded: int = 3  # and so many where nothing is printed over them,
    unheaded_shape: float = 1.6  # that are combs, or so wide over their height
    strip_least: float = 0.006  # the narrowest
    strip_alike: float = 0.12  # of its width: how much that of the same column differs in another block
    dotted_upright: Size = Size(0.012, 8)  # the shortest piece of a dotted upright: each level ruling may part it
    upright_seen: float = 0.75  # of the height of all lines: the share of an upright ruling that is seen
    spaces_told: int = 2  # uprights at least that tell which spaces between level rulings are lines:
    space_edge: float = 0.1  # of its height: but for so much at each end,
    space_crossed: float = 0.3  # where less of them is seen is none,
    upright_own: float = 0.3  # and of the same height: how far an upright goes that may go on beyond it
    edges_apart: float = 0.004  # rulings closer together are one
    gap_reach: int = 3  # pixels above and below its way that a level ruling is seen in,
    gap_seen: float = 0.3  # the share of lines whose rulings stop where columns part,
    gap_least: Size = Size(0.003, 4)  # for so long at least
    comb_headed: tuple[float, float] = (0.15, 5.0)  # width over a line's height of a comb's cell under one heading,
    comb_unheaded: int = 3  # cells at least of a comb that no heading shows
    cell_middle: float = 0.25  # of a cell's height: beside its own rulings,
    cell_parted: float = 0.8  # of its width: so long is a ruling that runs through it,
    cells_parted: float = 0.1  # and in no more cells one does
    strip_crossed: float = 0.25  # of the rulings between lines, that run through a column; fewer do beside the lines
    # and what is printed in them.
    number_rows: float = 0.8  # of the lines, that have a printed number
    number_tall: float = 0.7  # of the tallest piece: lower ones are points
    number_alike: float = 0.2  # of its height: how much that of another line's number differs,
    number_foot: float = 0.08  # and of the line's height, how far off it stands
    number_large: float = 1.35  # of the page's print: what is larger is written
    number_widest: float = 8.0  # width over height: what is wider is no number, nor the heading of a column of them
    numbers_begin: float = 2.5  # of headings' height: how far from the table's side numbers without a heading begin,
    numbers_gap: float = 0.8  # the widest gap between two of their figures,
    numbers_differ: float = 1.5  # and how much they differ in where they end
    numbers_counted: float = 0.5  # of the numbers that are read, that count up with the lines
    total_letters: int = 2  # letters that are seen, at least, of a word that is read before totals
    total_reach: float = 6.0  # of its letters' height: how far the word before totals reaches,
    total_gap: float = 1.0  # and the widest gap in it
    label_letters: int = 4  # from so many on it is a word
    row_label: float = 0.4  # how far before a line its name begins,
    row_label_gap: float = 0.002  # and ends
    head_reach: tuple[float, float] = (0.09, 0.035)  # above the first line: the ruling above headings; these without
    head_parted: float = 0.5  # of the headings' height, from their foot: the ruling between two goes up at least there
    head_rows: int = 2  # lines of headings between rulings like the others, at most,
    foot_rows: int = 2  # and of totals
    head_uneven: float = 0.12  # of a line's height: how much theirs differs, where the others differ by half of it
    heading_share: float = 0.6  # of the columns that have headings in a line of print
    heading_others: float = 0.3  # of the lines: where more have letters, those of headings are smaller
    head_ruling: float = 0.8  # the share that is seen of a ruling between headings and those over them
    head_letter: tuple[float, float] = (0.0022, 0.02)  # the lowest letter and the highest
    head_tall: float = 1.7  # of most letters' height: what is higher is a ruling too
    head_wide: float = 4.0  # width over height: what is wider is a ruling
    head_near: float = 2.5  # of the letters' height: how far above a table its headings end,
    head_spaced: float = 1.0  # and their text lines are apart
    head_gap: tuple[float, float] = (
        0.9,
        2.5,
    )  # of the same: gaps inside a word are smaller, between two headings larger
    head_centred: float = 3.0  # of the same: how far off the table's side the first column begins, the others' headings
    head_apart: float = 0.2  # being in their middle and so far from their sides,
    head_numbers: float = 2.5  # how wide the heading of printed numbers is at most,
    head_begins: float = 1.5  # and how far from its side it begins
    head_close: float = 0.6  # before its column's first heading, or it is none in the middle
    head_across: tuple[float, float] = (1.3, 0.5)  # of the least ink across columns' sides, or pixels per line and side
    head_base: Size = Size(0.1, 1.5)  # of the same: how far off its base line a letter ends,
    head_bases: int = 3  # of so many in one line,
    head_standing: float = 0.75  # and how many letters stand on them
    head_overlap: float = 0.15  # of the same: text lines overlap by less
    head_goes_on: float = 0.35  # how close letters follow that are of the same heading as those in the next column,
    head_smaller: float = 0.8  # of what stands in most lines: the highest letters of a heading
    head_line: float = 0.45  # of the tallest text line: lower ones are dots
    head_rim: float = 0.3  # of a text line's height: what is read around it
    heads_alike: float = 0.6  # of two blocks' headings, that say the same

    # Strings without a box, on plain or lined paper. Shares are of the picture's short side, heights those of symbols.
    string_side: int = 1280  # pixels of the long side that they are looked for on
    string_ink_around: Size = Size(0.09, 15)  # ink is darker than the mean within this window,
    string_ink_contrast: Size = Size(0.1, 10)  # of the paper's brightness: by so many grey levels
    paper_percentile: int = 90  # of brightness, that is the paper's
    string_height: tuple[float, float] = (0.022, 0.35)  # of a symbol
    string_lower: float = 0.6  # of the least: where a taller symbol stands beside it
    string_shape: float = 3.0  # width over height of the widest symbol
    string_filled: tuple[float, float] = (0.02, 0.8)  # share of its bounds that a symbol fills, unless it is
    string_slim: float = 0.5  # slimmer than this, as a 1 is
    string_gap: float = 0.9  # of the height: between symbols of one string
    string_level: float = 0.4  # of the lower symbol: how much of its height its neighbour shares
    string_spread: float = 2.5  # a symbol's height over its neighbour's
    string_slope: tuple[float, float] = (0.03, 0.35)  # less is level, more is no string's
    string_sloped: tuple[int, float] = (3, 2.0)  # symbols and heights of a string that shows it: a 1 and a 7 do not
    string_margin: float = 0.22  # of the height: room around a string, where paper shows how bright it is
    foreign_near: tuple[float, float] = (0.3, 0.2)  # of the height: ink, or a ruling, so near a row's middle is in it;
    foreign_ink: float = 0.03  # of the height squared: with more of it, what is read there is part of something
    strings_most: int = 40  # of one picture, the tallest: a page of print has hundreds

    # The rulings of lined paper, as shares of the picture's short side.
    lined_run: Size = Size(0.06, 12)  # straight runs that rulings are made of
    lined_length: float = 0.15  # the shortest
    lined_thickness: Size = Size(0.012, 3)  # the most
    lined_table: int = 2  # so many uprights between the same two rulings make them those of a table

    # What is in a field, once it is recognised.
    side_remnant: float = 0.08  # of the field's height: how far off its side the remnant of one may be,
    side_remnant_width: float = 1.5  # of that: how wide it may be,
    side_remnant_length: float = 0.8  # of the field's height: how long it is at least,
    side_remnant_filled: float = 0.6  # and how much of its bounds it fills
    sure_symbols: float = 0.6  # the least probability, a geometric mean, that symbols are the digits they look like,
    sure_string: float = 0.75  # and of a string read whole, whose networks make something of words as well
    symbols_most: int = 20  # more in a row are no number that anybody writes
    symbols_other: float = 0.34  # other symbols, for each digit


FINDING = FindingParameters()
