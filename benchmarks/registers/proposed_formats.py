"""How often the formats that `template new` proposes from filled copies are right, and how sure it says that they are.

    python -m benchmarks.registers.proposed_formats [--seed N] [--count N]

Registers are drawn as for `benchmarks.registers.found_tables`, and of each four filled copies are scanned; one column
of numbers of every other register counts up from line to line. A proposal is right if its kind is the column's, a
number of digits the right one, and a range has all that may come; that of a column of words is wrong. How sure
proposals are is told as a mean, beside the share that is right.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from benchmarks.registers.drawn_register import drawn_register
from benchmarks.registers.filled_register import sent_copies
from benchmarks.registers.register_makes import Column, Make, makes
from extractor.finding.naming import identifier, numbered
from extractor.recognizer.choice import load_model
from extractor.reference import blank_form, draft_template, with_examples
from extractor.template import Format
from extractor.values import Kind
from samples.generator.digits import Digits, load_digits

LARGEST_AMOUNT = Decimal(1_000_000)


class Proposal(NamedTuple):
    """Whether what was proposed for a column that `holds` something (such as `digits`) is `right`, None without any;
    how `sure` it is, and all of it in words."""

    holds: str
    right: bool | None
    sure: float
    told: str


def proposals(make: Make, digits: Digits) -> Iterator[Proposal]:
    """What becomes of the columns of one register that were found."""
    copies = sent_copies(drawn_register(make), digits)
    blank = blank_form(copies)
    draft = draft_template(blank.image, "register", "blank.png", dpi=200).template
    if draft is None:
        return
    told, remarks = with_examples(draft, blank.image, [copies[index] for index in blank.used], load_model())
    found = {
        column.name: (column.format, remarks.get(f"{table.name}.{column.name}"))
        for table in told.tables
        for column in table.columns
    }
    names: list[str] = []
    for column in make.columns:
        names.append(numbered(identifier(f"{column.group} {column.heading}"), names))
        if names[-1] in found:
            form, remark = found[names[-1]]
            sure = float(remark.rpartition("; ")[2].partition(" ")[0]) / 100 if remark else 0.0
            right = is_right(form, column.holds) if remark else None
            proposed = form.model_dump(mode="json", exclude_defaults=True)
            yield Proposal(
                column.holds.split()[0], right, sure, f"{names[-1]} holds {column.holds}: {proposed}, {remark}"
            )


def is_right(form: Format, holds: str) -> bool:
    """Whether a format takes all that a column holds, and says what it is."""
    kind, *bounds = holds.split()
    match kind:
        case "digits":
            return form.kind is Kind.DIGITS and form.digits == (int(bounds[0]), int(bounds[0]))
        case "counted":
            return form.kind is Kind.INTEGER and form.max is None
        case "words":
            return False
    high = {"integer": Decimal(bounds[-1])}.get(kind, LARGEST_AMOUNT) if bounds else LARGEST_AMOUNT
    in_range = form.max is None or Decimal(str(form.max)) >= high
    # A number that always has as many digits may be told as such.
    fixed = kind == "integer" and form.kind is Kind.DIGITS and len(bounds[0]) == len(bounds[1])
    return (form.kind.value == kind and in_range) or fixed


def _asked(seed: int, count: int) -> Iterator[Make]:
    for number, make in enumerate(makes(seed, count)):
        columns = list(make.columns)
        free = [k for k, one in enumerate(columns) if one.cells is None and one.holds.startswith(("digits", "integer"))]
        if number % 2 and free:
            last: Column = columns[free[0]]
            columns[free[0]] = replace(last, holds="counted")
        yield replace(make, columns=tuple(columns), sent="scans")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=12, help="how many registers (default 12)")
    options = parser.parse_args()
    digits, all_of = load_digits(), []
    for number, make in enumerate(_asked(options.seed, options.count)):
        own = list(proposals(make, digits))
        all_of += own
        told = Counter("right" if one.right else "wrong" for one in own if one.right is not None)
        print(f"register {number}: {make.described}: {told['right']} right, {told['wrong']} wrong", flush=True)
        for one in own:
            if one.right is False:
                print(f"  {one.told}")
    for holds in dict.fromkeys(one.holds for one in all_of):
        made = [one for one in all_of if one.holds == holds]
        print(f"{holds}: {_sums(made)}")
    print(f"formats of seed {options.seed}: {_sums([one for one in all_of if one.holds != 'words'])}")


def _sums(made: list[Proposal]) -> str:
    told = [one for one in made if one.right is not None]
    right, sure = sum(bool(one.right) for one in told), sum(one.sure for one in told)
    share = f", {100 * right / len(told):.0f} % right and {100 * sure / len(told):.0f} % sure" if told else ""
    return f"{len(told)} of {len(made)} columns have a proposal{share}"


if __name__ == "__main__":
    main()
