"""Every number that making a blank form and drafting its template rest on, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReferenceParameters:
    """What the reference goes by. They were set by hand; `benchmarks/forms.py` and `benchmarks/registration.py` measure
    what they give. Sides are pixels of a picture's long side, and shares are of it, unless the comment says otherwise.
    """

    # The blank form out of its copies.
    blank_side: int = 2000  # of the blank form: 170 dpi on A4, which shows every ruling
    bases: int = 8  # copies tried as the one that the others are laid on
    fine_side: int = 1000  # from here on a copy shows the form's rulings well
    matched_features: int = 400  # of a copy, looked for on the others to choose the base
    matched_within: float = 0.004  # how far off two features that match may be
    nearly_best: float = 0.7  # of the best copy's matches: copies with more are much alike
    same_form: float = 0.4  # of a copy's print: where less of it is found on the others, it is another form
    same_rulings: float = 0.8  # or of its rulings, where its print is little;
    surely_laid: float = 0.9  # of the same: with more of it no other place is meant
    same_place: float = 3.0  # pixels: two ways to lay a copy that are closer are one
    scale_part: float = 0.25  # of a copy's size: on a picture so small it is looked for
    scale_step: float = 0.01  # how much larger or smaller one copy is than another, in steps,
    scale_steps: int = 10  # and so many of them
    letter_contrast: int = 30  # grey levels by which letters are darker than what is around them,
    letter_longest: int = 25  # of the long side: one part of so many is no letter's stroke but a ruling
    shared_rank: float = 0.6  # from the darkest copy 0 to the brightest 1: the one that a pixel of the blank form takes

    # Copies bent onto it.
    piece_step: int = 40  # pixels between the pieces whose places say how the copy is bent,
    piece_reach: int = 12  # and pixels around each place where its piece is looked for
    pieces: tuple[int, int] = (6, 12)  # fewer tell nothing; fewer cannot tell a shift of the whole from the bend
    bend_spread: tuple[float, float] = (1.5, 8.0)  # steps over which a piece counts, near and far
    piece_off: float = 1.5  # pixels off its neighbours: a piece so far off counts half
    bend_node: int = 32  # pixels between the places for which the bend is worked out

    # The sheet made flat and level.
    lies_straight: float = 0.04  # how far a sheet's corners may be from the picture's, to be left as it is
    lean: tuple[float, float] = (0.15, 15.0)  # degrees: less is level, more is no page's
    lean_side: int = 1100  # of the picture that it is measured on,
    lean_dark: int = 160  # and the grey below which that may be a ruling
    square_contrast: int = 18  # grey levels by which a ruling is darker than what is beside it
    square_shortest: int = 18  # of the picture's long side: one part of so many is the shortest ruling that counts
    square_segments: int = 8  # of them, level ones and upright ones: fewer do not tell how a sheet leans
    square_rounds: int = 8  # of least squares
    square_hold: float = 1e-5  # what holds the picture as it is, per ruling
    square_room: float = 0.1  # of the print's longer side: what is left around it
    square_better: float = 0.5  # degrees, by which rulings are straighter than by the sheet's outline, to be gone by

    # The marks in its corners.
    marks_side: int = 1100  # of the picture on which they are looked for, as registration does on pages
    corners: int = 4  # that have a mark,
    corner_reach: float = 0.16  # so near, as a share of the page's width and height
    marks_spread: float = 1.35  # the largest one's side over the smallest's
    marks_differ: float = 0.2  # of their side: how much that of another mark differs

    # The template's fields.
    preview_side: int = 1800
    field_least: int = 3  # pixels of its width and height, within the page
    grid_boxes: int = 20  # more single boxes of one size are for tally marks or letters, and not a field each,
    grid_alike: float = 0.15  # of width and height: if they differ by less,
    grid_shape: float = 1.6  # and are not so much wider than high: a table of numbers
    grid_tallest: float = 0.05  # nor higher than this: a score card is made of large single boxes;
    grid_low: float = 0.016  # lower ones, hardly higher than print,
    grid_low_boxes: int = 5  # are already where there are more than so many
    rows_even: tuple[float, float] = (0.06, 2.0)  # of a line's pitch, and pixels: lines of a table that are off by less
    cells_most: int = 20  # of a comb for a number: longer ones are for words
    field_tallest: float = 1.6  # height over width of a box for a number
    field_largest: float = 0.04  # of the page's area: the largest box for a number

    # Formats, from what is read on filled copies.
    examples_copies: int = 8  # are read,
    examples_lines: int = 10  # and so many lines of a table on each
    examples_sure: float = 0.7  # the least confidence of a value that counts
    examples_read: float = 0.5  # of what is written in a field, that is read so surely: less are words
    examples_least: int = 3  # values: fewer propose nothing,
    examples_range: int = 10  # and fewer no range
    examples_fit: float = 0.75  # the least share of them that has a format
    examples_alike: float = 0.9  # the same of those that all have as many digits, where none begins with a 0
    examples_digits: int = 3  # fewer are more often those of a number than of a code
    examples_chance: float = 0.7  # the most likely that numbers of any length have as many digits
    examples_far: float = 2.0  # over what nine of ten numbers do not exceed: a larger one was read wrongly

    # Bubbles and barcodes.
    ticked_lines: float = 0.8  # of a table's lines, that have a bubble in a column of ticks
    tick_off: float = 0.25  # of its height, by which one lies off the middle of its line at most
    words_between: float = 2.2  # times as far apart as they are wide: words may stand behind each bubble
    words_reach: float = 16.0  # of a box's width: how far its words reach,
    words_slack: float = 0.25  # of its height: how far they begin from it, and above and below it
    words_gap: float = 1.0  # of the same: a wider gap ends them
    words_light: float = 0.025  # of the page's long side: the window under which the light on words is even
    words_dark: int = 150  # in grey letters are darker
    code_around: float = 0.15  # of a barcode's longer side: its field is larger, as it may lie off


REFERENCE = ReferenceParameters()
