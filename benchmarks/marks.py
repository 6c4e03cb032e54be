"""Drawn sheets of bubbles: how many are accepted, and how many of those are wrong, by mark and by picture. Marks that
nobody can see in the picture are not counted.

python -m benchmarks.marks [SHEETS] [SEED]
"""

from __future__ import annotations

import sys
from collections import Counter

from extractor.reading import Reader
from extractor.recognizer.card import SHIPPED
from extractor.recognizer.choice import Recognizers
from extractor.values import FieldStatus, Page, PageStatus
from training.bubbles.bubble_weights import FIT_SEED
from training.bubbles.drawn_sheets import drawn_sheets


def main(sheets: int = 100, seed: int = 2026) -> None:
    assert seed != FIT_SEED, "the weights were fitted on these"
    model = Recognizers("litert").of(SHIPPED)
    total, accepted, wrong = Counter[str](), Counter[str](), Counter[str]()
    unmatched = 0
    for sheet in drawn_sheets(sheets, seed):
        result = Reader([sheet.template], model).read([Page("sheet", 1, sheet.image)])[0]
        if result.status is not PageStatus.READ:
            unmatched += 1
            continue
        for field, reading in zip(sheet.template.fields, result.readings, strict=True):
            sure = reading.status is not FieldStatus.REVIEW
            marks = field.bubble_marks
            several = len(field.bubbles) > 1
            for number, answer in enumerate(field.bubbles):
                said = reading.value[number : number + 1] if several else reading.value
                for place, one in enumerate(answer):
                    key = (field.name, number, place)
                    if sheet.states[key] == "unseen":
                        continue
                    taken = said == one.label if several or len(one.label) > 1 else one.label in said
                    if marks and marks.choose == "any" and len(one.label) > 1:
                        taken = one.label in said.split(" ")
                    for name in ("all", sheet.kinds[key], sheet.how):
                        total[name] += 1
                        accepted[name] += sure
                        wrong[name] += sure and taken is not (sheet.states[key] == "marked")
    print(f"{sheets} sheets, {unmatched} not found")
    for name, count in sorted(total.items()):
        print(f"{name:12} {count:6} bubbles, {accepted[name] / count:6.1%} accepted, {wrong[name]} of these wrong")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
