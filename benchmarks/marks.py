"""Drawn sheets of bubbles: how many are accepted, and how many of those are wrong, by mark and by picture: each bubble
by itself, and as a part of its field, of which one bubble in doubt sends all to review. Marks that nobody can see in
the picture are not counted.

python -m benchmarks.marks [SHEETS] [SEED]
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

from extractor.observation import Observation
from extractor.reading import Reader
from extractor.recognizer.card import SHIPPED
from extractor.recognizer.choice import Recognizers
from extractor.template import TemplateField
from extractor.values import FieldStatus, Page, PageStatus, Reading
from training.bubbles.bubble_weights import FIT_SEED
from training.bubbles.drawn_sheets import DrawnSheet, drawn_sheets

ACCEPT = 0.99


def main(sheets: int = 100, seed: int = 2026) -> None:
    if seed in (FIT_SEED, FIT_SEED + 1):
        sys.exit(f"The weights were fitted on sheets of seed {seed}; give another one.")
    model = Recognizers("litert").of(SHIPPED)
    total, alone, wrong = Counter[str](), Counter[str](), Counter[str]()
    in_fields, wrong_in_fields = Counter[str](), Counter[str]()
    unmatched = 0
    for sheet in drawn_sheets(sheets, seed):
        result, observed = Reader([sheet.template], model).read_and_observe(Page("sheet", 1, sheet.image))
        if result.status is not PageStatus.READ:
            unmatched += 1
            continue
        for field, reading, seen in zip(sheet.template.fields, result.readings, observed, strict=True):
            for key, marked, sure, taken in _bubbles(field, reading, seen):
                if sheet.states[key] == "unseen":
                    continue
                accepted = reading.status is not FieldStatus.REVIEW
                for name in ("all", sheet.kinds[key], sheet.how):
                    total[name] += 1
                    alone[name] += sure
                    wrong[name] += sure and marked is not _is_marked(sheet, key)
                    in_fields[name] += accepted
                    wrong_in_fields[name] += accepted and taken is not _is_marked(sheet, key)
    print(f"{sheets} sheets, {unmatched} not found")
    for name, count in sorted(total.items()):
        print(
            f"{name:12} {count:6} bubbles, by themselves {alone[name] / count:6.1%} accepted, {wrong[name]} of these "
            f"wrong; by field {in_fields[name] / count:6.1%}, {wrong_in_fields[name]} wrong"
        )


def _is_marked(sheet: DrawnSheet, key: tuple[str, int, int]) -> bool:
    return sheet.states[key] == "marked"


def _bubbles(
    field: TemplateField, reading: Reading, seen: Observation
) -> Iterator[tuple[tuple[str, int, int], bool, bool, bool]]:
    """Each bubble of a field: by its answer and place, whether it is rather marked, whether that is sure, and whether
    the field's value has it."""
    assert seen.bubbles is not None
    placed = all(doubt.most >= ACCEPT for doubt in seen.image.doubts)
    several = len(field.bubbles) > 1
    for number, (answer, looks) in enumerate(zip(field.bubbles, seen.bubbles.answers, strict=True)):
        said = reading.value[number : number + 1] if several else reading.value
        for place, (one, look) in enumerate(zip(answer, looks, strict=True)):
            taken = said == one.label if several or len(one.label) > 1 else one.label in said
            if field.marks and field.marks.choose == "any" and len(one.label) > 1:
                taken = one.label in said.split(" ")
            sure = placed and max(look.marked, 1 - look.marked) >= ACCEPT
            yield (field.name, number, place), look.is_marked, sure, taken


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
