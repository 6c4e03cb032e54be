"""Finding the tables of a page by their rulings and what is printed in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import partial

import cv2
import numpy as np

from extractor.finding.finding_parameters import FINDING
from extractor.finding.naming import PlaceReader, identifier, numbered, read_places, remembered, unread
from extractor.finding.printed.print_or_writing import Print, letter_height
from extractor.finding.rulings.page_rulings import Rulings, dotted_runs
from extractor.finding.tables.found_table import FoundColumn, FoundTable
from extractor.finding.tables.joined_rulings import JoinedRuling, joined_rulings
from extractor.finding.tables.line_numbers import counts_up, first_numbered, first_worded, is_short, total_rows
from extractor.finding.tables.line_stacks import LineStack, line_stacks
from extractor.finding.tables.table_heads import head_letters, head_texts, repeats, strips_under
from extractor.finding.tables.table_print import (
    cell_box,
    heading_rows,
    ink_in_lines,
    lines_are_named,
    numbered_column,
    numbers_end,
    parted_cells,
)
from extractor.finding.tables.table_strips import Strip, column_strips, crossed_share, only_crossed
from extractor.ink import as_gray
from extractor.values import Box, Gray, Mask


@dataclass(frozen=True, eq=False)
class _Block:
    """Lines and columns that stand together, before they have names: `heads` are the text lines of each heading."""

    stack: LineStack
    strips: tuple[Strip, ...]
    heads: tuple[tuple[Box, ...], ...]


def find_tables(lit: Gray, rulings: Rulings, page: Print, *, labels: bool = True) -> list[FoundTable]:
    """The tables of a work page, in its pixels, top to bottom: at least a few lines of two columns or more, whose lines
    have no names. `lit` is the page with even illumination; with `labels` columns are named after their headings."""
    level_mask = as_gray(cv2.bitwise_or(rulings.level, rulings.dotted))
    level = joined_rulings(level_mask, page.long_side)
    stacks = line_stacks(level, page.long_side)
    if not stacks:
        return []
    sideways = as_gray(cv2.transpose(rulings.ink))
    dotted = dotted_runs(sideways, page.long_side, FINDING.dotted_upright)
    upright_mask = as_gray(cv2.bitwise_or(cv2.transpose(rulings.upright), dotted))
    upright = joined_rulings(upright_mask, page.long_side)
    # Seen a few pixels beside its way as well.
    upright_mask = as_gray(cv2.dilate(upright_mask, np.ones((2 * FINDING.gap_reach + 1, 1), np.uint8)))
    read = remembered(partial(read_places, lit)) if labels else unread
    blocks: list[_Block] = []
    for stack in stacks:
        blocks += _blocks(stack, level, upright, page, masks=(level_mask, upright_mask), read=read)
    places = list(dict.fromkeys(box for block in blocks for head in block.heads for box in head))
    texts = dict(zip(places, read(places), strict=True))
    return [_table(group, texts) for group in _side_by_side(blocks, texts)]


def _blocks(
    stack: LineStack,
    level: Sequence[JoinedRuling],
    upright: Sequence[JoinedRuling],
    page: Print,
    *,
    masks: tuple[Mask, Mask],
    read: PlaceReader,
) -> list[_Block]:
    """The blocks of columns in these lines, left to right; none where the lines are no table's."""
    stack = only_crossed(stack, upright, masks[1])
    if len(stack.lines) < FINDING.table_rows:
        return []
    strips = column_strips(stack, upright, masks)
    if not strips:
        # The strokes of close lettering part it into strips that are all too narrow.
        return []
    printed = [strip for strip in strips if numbered_column(page, stack, strip, 0.0) is not None]
    first = heading_rows(page, stack, [strip for strip in strips if strip not in printed] or strips)
    for strip in printed[:1]:
        first = first_numbered(page, stack, strip, read, first)
    if not first and not stack.above and len(head_letters(page, stack)) == 0:
        # What is left of writing may be as high as the letters of headings.
        first = first_worded(page, stack, strips, read)
    if first:
        stack = stack.without(first, 0)
        strips = column_strips(stack, upright, masks)
        if not strips:
            return []
    # Rulings that begin and end like those of the lines may stop beside them: what is between is no column.
    thick = as_gray(cv2.dilate(masks[0], np.ones((2 * FINDING.gap_reach + 1, 1), np.uint8)))
    strips = [strip for strip in strips if crossed_share(stack, strip, thick) >= FINDING.strip_crossed]
    if not strips:
        return []
    letters = head_letters(page, stack)
    # A strip that no ruling parts is one column, or those of its headings.
    usual = letter_height(letters) if len(letters) else 0.0
    if usual and all(strip.gap for strip in strips[1:]):
        ends, ink = [numbers_end(page, stack, strip, usual) for strip in strips], ink_in_lines(page, stack)
        parts_of = [strips_under(letters, strip, end, ink) for strip, end in zip(strips, ends, strict=True)]
        strips = [part for parts in parts_of for part in parts]
    numbers = [numbered_column(page, stack, strip, usual) for strip in strips]
    stack = stack.without(0, total_rows(page, stack, strips, usual, read))
    if len(stack.lines) < FINDING.table_rows or lines_are_named(page, stack, strips):
        return []
    begin = next((strip for strip, number in zip(strips, numbers, strict=True) if number), None)
    parts: list[list[Strip]] = [[]]
    for strip, number in zip(strips, numbers, strict=True):
        counted = counts_up(page, stack, strip, read) if number else None
        begins = not counted and strip is strips[0] and (counted is None or is_short(page, stack, strip, read))
        begins |= counted is None and begin is not None and repeats(letters, begin, strip)
        if number is not None and (counted or begins):
            if number.letters >= FINDING.label_letters:
                return []
            # Numbers in the midst of a table begin its next block.
            if parts[-1]:
                parts.append([])
            continue
        parts[-1].append(strip)
    if parted_cells(stack, strips, masks[0]) > FINDING.cells_parted:
        return []
    if len(letters) == 0 and not _holds_numbers(stack, strips):
        return []
    found = []
    for own in parts:
        heads = head_texts(stack, own, level, masks[0], letters)
        found.append(_Block(stack, tuple(own), tuple(map(tuple, heads))))
    if sum(len(own) for own in parts) < FINDING.table_columns:
        return []
    return [block for block in found if block.strips]


def _holds_numbers(stack: LineStack, strips: Sequence[Strip]) -> bool:
    """Whether columns without headings are several and wide enough for numbers, rather than cells for tally marks."""
    wide = [strip for strip in strips if strip.cells or strip.width > FINDING.unheaded_shape * stack.pitch]
    return len(wide) >= FINDING.strips_unheaded


def _names(block: _Block, texts: dict[Box, str]) -> list[str]:
    """The names of a block's columns, empty where a heading says nothing."""
    found = []
    for head in block.heads:
        words = " ".join(texts.get(box, "") for box in head)
        found.append(identifier(re.sub(r"- +", "", words)))
    return found


def _side_by_side(blocks: list[_Block], texts: dict[Box, str]) -> list[list[_Block]]:
    """Blocks that make one table: as high, with the same headings, or none, and columns as wide."""
    groups: list[list[_Block]] = []
    for block in (half for one in blocks for half in _halves(one, texts)):
        for group in groups:
            if _goes_on(group[-1], block, texts):
                group.append(block)
                break
        else:
            groups.append([block])
    return groups


def _halves(block: _Block, texts: dict[Box, str]) -> list[_Block]:
    """Two blocks where the second half of the columns repeats the first, headings and all."""
    half = len(block.strips) // 2
    names = _names(block, texts)
    if half < FINDING.table_columns or len(block.strips) % 2 or not any(names):
        return [block]
    if not _alike(names[:half], names[half:]) or not _as_wide(block.strips[:half], block.strips[half:]):
        return [block]
    return [replace(block, strips=block.strips[k], heads=block.heads[k]) for k in (slice(half), slice(half, None))]


def _goes_on(first: _Block, second: _Block, texts: dict[Box, str]) -> bool:
    if len(first.strips) != len(second.strips):
        return False
    one, other = first.stack, second.stack
    if len(one.lines) != len(other.lines):
        return False
    level = (
        abs(one.levels[0] - other.levels[0]) < one.pitch / 2 and abs(one.levels[-1] - other.levels[-1]) < one.pitch / 2
    )
    return level and _as_wide(first.strips, second.strips) and _alike(_names(first, texts), _names(second, texts))


def _as_wide(first: Sequence[Strip], second: Sequence[Strip]) -> bool:
    return all(
        abs(a.width - b.width) < FINDING.strip_alike * max(a.width, b.width) for a, b in zip(first, second, strict=True)
    )


def _alike(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether headings say the same; a letter may be read in two ways."""
    same = [SequenceMatcher(None, one, other).ratio() for one, other in zip(first, second, strict=True)]
    return float(np.mean(same)) >= FINDING.heads_alike


def _table(blocks: list[_Block], texts: dict[Box, str]) -> FoundTable:
    """The table of these blocks."""
    blocks = sorted(blocks, key=lambda one: one.strips[0].left)
    lines: list[Box] = []
    for block in blocks:
        left, right = block.strips[0].left, block.strips[-1].right
        lines.extend(cell_box(block.stack, row, Strip(left, right)) for row in range(len(block.stack.lines)))
    read = [name for block in blocks for name in _names(block, texts)]
    count = len(blocks[0].strips)
    names: list[str] = []
    for index in range(count):
        name = next((name for name in read[index::count] if name), "") or f"column_{index + 1:02d}"
        names.append(numbered(name, names))
    columns = [
        FoundColumn(name, strip.left, strip.width, strip.cells)
        for name, strip in zip(names, blocks[0].strips, strict=True)
    ]
    stacks = [block.stack for block in blocks]
    left, right = min(stack.left for stack in stacks), max(stack.right for stack in stacks)
    top = min(stack.head[0] if stack.above else stack.levels[0] for stack in stacks)
    foot = max(stack.levels[-1] for stack in stacks)
    return FoundTable(tuple(lines), tuple(columns), Box(left, top, right - left, foot - top))
