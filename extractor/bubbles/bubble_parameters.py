"""The numbers by which bubbles are cut out and measured; darkness is a share of the brightness of the paper around."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BubbleParameters:
    # Cutting out; a bubble's picture is `side` pixels wide and high, of which its box takes `inner`.
    side: int = 40  # pixels
    inner: int = 24  # pixels
    reach: int = 7  # pixels by which an outline may lie off where the form's place puts it
    paper_around: float = 1.4  # of a bubble's width and height, within which its paper is looked for:
    paper: float = 85  # percentile of the brightness there
    darker_paper: float = 0.75  # times as dark as those of its neighbours its paper is at least: else all of it is ink
    corner: int = 2  # pixels around where a corner, or a round outline, is looked for,
    squarer: float = 0.2  # darkness by which corners are darker than that in boxes, and in round ones not
    near: int = 9  # bubbles, the nearest, that lie off in the same direction
    telling: float = 0.35  # correlation of a picture with the outline from which on it says how far it lies off
    astray: float = 3.0  # pixels by which a bubble that tells lies farther off than those near it

    outline: tuple[float, float] = (0.75, 1.45)  # of its width and height: between these its outline is looked for
    outline_share: float = 80  # percentile of the darkness there, above which is the outline, and
    outlined: float = 0.15  # mean darkness of an outline that is plainly printed;
    no_outline: float = 0.25  # of it, below which there is none
    missing_share: float = 0.01  # of a sheet's bubbles, without outlines, from which on the form lies elsewhere

    # What is printed in bubbles.
    fewest_alike: int = 3  # bubbles of one label from which their print is told
    brightest: float = 0.25  # share of these, pixel by pixel, 2 at least, that is taken as empty
    core: float = 0.7  # of a bubble's width and height, within which its outline does not reach
    fewest_empty: int = 3  # bubbles of one label in which nothing is written, from which their print is told better:
    thins_print: float = 0.06  # mean darkness of what is written in a bubble, from which on it would thin the print
    print_share: float = 40  # percentile of their brightness, pixel by pixel
    white: float = 0.9  # brightness of paper at least
    print_leaves: float = 0.3  # of that, which print leaves white,
    as_others_leave: float = 0.6  # or of what that of other labels leaves, where all are bold,
    least_leaves: float = 0.06  # and never less: where less is white, all bubbles of a label are filled
    box_white: float = 0.85  # of that, which is white in what boxes to tick have in common: else all are ticked
    looked_at: int = 24  # bubbles of a kind at most on which is looked for how large they are printed, in a picture of
    far_around: float = 1.6  # times what else is looked at
    outline_white: float = 0.8  # brightness at least of what an outline goes around
    outline_full: float = 0.6  # of its width times its height, that an outline goes around at least
    outline_off: float = (
        0.15  # of its width and height, by which its middle lies off at most: else half of it is filled
    )
    other_size: float = 1.1  # times as large as the template says, or as small, an outline is at least if that is wrong
    all_white: float = 0.97  # of the middle of a bubble, that is white where nothing is printed or written in it:
    mostly_white: float = 0.5  # where so many of those with other labels are, nothing is printed in any
    solid: float = 0.5  # mean darkness that no print has
    varied: float = 0.5  # of the mean darkness, by which what is in boxes differs from one to the next if it is ink
    same_size: float = 1.12  # times as large as the smaller one bubbles of one kind are at most

    # Measuring.
    telling_white: tuple[float, float] = (0.6, 0.9)  # brightness of print from which on ink tells a little, and all
    on_print: float = 0.1  # how much ink on print tells, of what it tells on paper
    wide: int = 5  # pixels: no stroke is as wide
    inside: float = 0.86  # of a bubble's width and height: within this ellipse ink is measured
    around: tuple[float, float] = (1.18, 1.6)  # of its width and height: between these what goes beyond it is seen
    angles: int = 32  # directions, an even number, in which a stroke may leave a bubble
    crossed: tuple[float, float] = (1.25, 1.42)  # of its width and height, how far out it must be seen at both
    crossed_far: tuple[float, float] = (1.42, 1.6)  # and how far out if it goes on
    stroke_seen: float = 0.1  # of the sheet's strokes, so dark a stroke beyond both sides is rather there than not
    usual_ink: float = 0.012  # mean darkness of an empty bubble, where a sheet has too few
    usual_spread: float = 0.012  # how much that differs from one to the next, there
    least_spread: float = 0.004  # and on any sheet at least
    fewest: int = 8  # bubbles from which on a sheet's own empty ones tell
    empty_share: float = 25  # percentile of the bubbles' ink that is an empty one's: so many are empty on any sheet
    most_empty: float = 0.03  # mean darkness of an empty one at most: where more than this is in most, most are marked
    low_share: float = 5  # percentile by which is known how much empty ones differ
    fewest_beside: int = 5  # bubbles of one answer from which these tell what they stand on:
    empty_beside: float = 40  # percentile of their ink that is an empty one's,
    most_shade: float = 0.06  # and by so much at most it is darker than those of the sheet: else they are filled
    spot: int = 5  # pixels, the width of the spots of which the darkest is looked at
    palest: float = 0.015  # darkness of a spot at most that paper may have anywhere
    spotted: float = 12.0  # times as much as empty ones differ, above them: a spot that is more may be a pale mark
    behind_within: float = 0.8  # of its width and height: within this a mark may be behind a letter:
    least_behind: float = 0.002  # mean darkness by which empty ones differ there at least
    behind: float = 4.0  # times as much: what is more may be a mark
    pale_share: float = 0.08  # of a sheet's bubbles with such spots: so many tell of pale marks, where
    pale_pen: float = 0.4  # the sheet's strokes are as dark at most
    clearly: float = 6.0  # spreads above an empty bubble that are surely something
    filled: float = 0.5  # of its inside, that a filled bubble has ink on at least
    plainly: float = 0.5  # of the darkness of the sheet's strokes, that is no dirt and nothing rubbed out
    alone_sure: tuple[float, float] = (-3.5, 2.0)  # log-odds by itself up to which one is empty, from which marked
    never_surely: float = 0.05  # as improbable at most is what the plain measure speaks against
    faint_share: float = 15  # percentile of the spreads of a sheet's marks that is the faintest of them,
    usual_faintest: float = 3.0  # and as a logarithm, where a sheet has no mark
    usual_pen: float = 0.6  # darkness of strokes, where a sheet has no mark
    pen: tuple[float, float] = (0.08, 0.9)  # the darkness of a sheet's strokes stays between these
    pen_share: float = 75  # percentile of its marks' strokes that is the sheet's pen


BUBBLES = BubbleParameters()
