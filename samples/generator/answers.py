"""What people write on the sample forms: numbers that add up, and how each is put down.

An answer is what stands in the field, `written`, and what that means, `value`, in canonical text. In combs
`written` has one character a cell: X struck out, - a dash, _ empty. In open boxes it is the number with its point,
`-` for a dash, and empty where nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import numpy as np
from stdnum import luhn

from samples.generator.exam import LETTERS, QUESTIONS, TICKS
from samples.generator.expenses import ALLOWANCE, DAYS
from samples.generator.register import LINES
from samples.generator.sheet import PrintedField
from samples.generator.tally import CANDIDATES

CENT = Decimal("0.01")


class Unused(StrEnum):
    """What a writer does with the cells before a number, and with a box for which there is nothing."""

    BLANK = "_"
    STRUCK = "X"
    DASH = "-"
    ZERO = "0"


@dataclass(frozen=True)
class Answer:
    """`note` is empty but where the writer made a mistake."""

    value: str
    written: str
    note: str = ""


def tally(fields: list[PrintedField], unused: Unused, rng: np.random.Generator, *, mistake: bool) -> dict[str, Answer]:
    """A filled tally. With `mistake` the valid votes are added up wrongly, and the total goes on from there."""
    share = rng.dirichlet(np.full(len(CANDIDATES), 0.9)) * rng.integers(250, 1400)
    votes = [min(int(v), 899) for v in share]
    valid, note = sum(votes), ""
    if mistake:
        note = f"the votes add up to {valid}: the writer forgot to carry"
        valid -= 10
    invalid = int(rng.choice([0, 10, 80], p=[0.15, 0.45, 0.4]) * rng.uniform(0.1, 1))
    total = valid + invalid
    spare = int(rng.integers(15, 400))
    stem = "".join(str(d) for d in rng.integers(0, 10, 5))
    numbers = {
        **{f"votes_{n}": count for n, count in enumerate(votes, 1)},
        "valid": valid,
        "invalid": invalid,
        "total": total,
        "unused": spare,
        "received": total + spare,
        "registered": min(9999, total + int(rng.integers(40, 900))),
        "postal": int(rng.integers(0, max(1, total // 5))),
    }
    cells = {printed.name: printed.cells or 0 for printed in fields}
    answers = {name: Answer(str(n), _cells(n, cells[name], unused)) for name, n in numbers.items()}
    answers["valid"] = Answer(str(valid), answers["valid"].written, note)
    if rng.random() < 0.3:
        answers["postal"] = Answer("", "_" * cells["postal"])
    station = f"{int(rng.integers(1, 420)):04d}"
    answers["station"] = Answer(station, station)
    answers["ballot_box"] = Answer(stem + luhn.calc_check_digit(stem), stem + luhn.calc_check_digit(stem))
    for name, number in (("day", int(rng.integers(1, 32))), ("month", int(rng.choice([5, 10, 12]))), ("year", 2025)):
        text = f"{number:0{cells[name]}d}"
        answers[name] = Answer(str(number), text)
    return {printed.name: answers[printed.name] for printed in fields}


def _cells(number: int, cells: int, unused: Unused) -> str:
    """`number` in a comb. Nobody writes a nought where they strike out: they strike out every cell."""
    if number == 0 and unused in (Unused.STRUCK, Unused.DASH):
        return str(unused) * cells
    return str(number).rjust(cells, unused)


def expenses(
    fields: list[PrintedField], unused: Unused, rng: np.random.Generator, *, whole_hours: bool
) -> dict[str, Answer]:
    """A filled time and expense sheet. With `whole_hours` the writer leaves off '.0'."""
    nought = "-" if unused is Unused.DASH else ""
    days = len(DAYS)
    worked = rng.random(days) < np.array([0.95, 0.95, 0.95, 0.95, 0.9, 0.3])
    hours = [Decimal(int(h)) / 2 if w else Decimal(0) for h, w in zip(rng.integers(8, 20, days), worked, strict=True)]
    travels = worked & (rng.random(days) < 0.7)
    km = [int(k) if t else 0 for k, t in zip(rng.integers(4, 240, days), travels, strict=True)]
    spends = worked & (rng.random(days) < 0.75)
    cents = rng.choice([0, 5, 20, 25, 40, 50, 60, 75, 80, 90, 95, 99, 13, 36, 48, 67, 82], days)
    money = [
        Decimal(int(a)) + Decimal(int(c)) * CENT if s else Decimal(0)
        for a, c, s in zip(rng.choice([3, 8, 14, 27, 46, 63, 95, 128, 175, 310], days), cents, spends, strict=True)
    ]
    allowance = sum(km) * Decimal(ALLOWANCE)
    advance = Decimal(int(rng.choice([0, 0, 20, 50])))
    if advance > sum(money) + allowance:
        advance = Decimal(0)
    answers = {
        "employee": _plain(f"{int(rng.integers(1000, 900000)):06d}"),
        "week": _plain(str(int(rng.integers(1, 53)))),
        "year": _plain("2025"),
        "hours_total": _hours(sum(hours, Decimal(0)), nought, whole_hours),
        "km_total": _kilometres(sum(km), nought),
        "amount_total": _money(sum(money, Decimal(0)), nought),
        "allowance": _money(allowance, nought),
        "advance": _money(advance, nought),
        "to_pay": _money(sum(money) + allowance - advance, nought),
    }
    for n in range(days):
        answers[f"hours_{n + 1}"] = _hours(hours[n], nought, whole_hours)
        answers[f"km_{n + 1}"] = _kilometres(km[n], nought)
        answers[f"amount_{n + 1}"] = _money(money[n], nought)
    return {printed.name: answers[printed.name] for printed in fields}


def register(fields: list[PrintedField], rng: np.random.Generator, *, skipped: int | None) -> dict[str, Answer]:
    """A filled register, some lines of which at its end are empty, and with `skipped` that one in the middle too."""
    filled = int(rng.integers(8, LINES))
    answers = {
        "facility": _plain(f"{int(rng.integers(1, 4000)):05d}"),
        "day": _plain(f"{int(rng.integers(1, 31)):02d}"),
        "month": _plain(f"{int(rng.integers(1, 13)):02d}"),
        "year": _plain("2025"),
        "sheet": _plain(f"{int(rng.integers(1, 400)):03d}"),
    }
    for name in ("day", "month", "sheet"):
        answers[name] = Answer(str(int(answers[name].value)), answers[name].written)
    sums = {"fee": Decimal(0), "medicines": Decimal(0), "total": Decimal(0)}
    lines = [line for line in range(1, filled + 1) if line != skipped]
    for line in range(1, LINES + 1):
        own = {"card": Answer("", "_____"), "medicines": Answer("0.00", "")}
        if line in lines:
            fee = Decimal(int(rng.choice([100, 150, 200, 250, 400, 575, 800, 1250, 2000]))) * CENT
            sold = Decimal(int(rng.choice([0, 0, 60, 85, 120, 340, 475, 990, 1360, 2615]))) * CENT
            measured = rng.random() < 0.75
            high, low = int(rng.integers(95, 176)), int(rng.integers(54, 106))
            own = {
                "card": _plain(f"{int(rng.integers(1, 60000)):05d}"),
                "age": _plain(str(int(rng.integers(0, 88)))),
                "pressure": _plain(f"{high}/{low}" if measured else ""),
                "fee": _money(fee, ""),
                "medicines": _money(sold, ""),
                "total": _money(fee + sold, ""),
            }
            sums = {name: sums[name] + Decimal(own[name].value) for name in sums}
        for column in ("card", "age", "pressure", "fee", "medicines", "total"):
            answers[f"patients.{line}.{column}"] = own.get(column, Answer("", ""))
    answers["seen"] = _plain(str(len(lines)))
    for name, column in (("fees", "fee"), ("sold", "medicines"), ("paid", "total")):
        answers[name] = _money(sums[column], "")
    return {printed.name: answers[printed.name] for printed in fields}


def exam(fields: list[PrintedField], code: str, rng: np.random.Generator) -> dict[str, Answer]:
    """A filled answer sheet with the barcode `code`, on which a few questions are left out."""
    number = "".join(str(d) for d in rng.integers(0, 10, 6))
    ticks = {name: int(rng.random() < 0.4) for name, _ in TICKS}
    answers = {
        "sheet": _plain(code),
        "candidate": _plain(number),
        "candidate_written": _plain(number),
        "notes": _plain(str(sum(ticks.values()))),
        "room": _plain(f"{int(rng.integers(1, 500)):03d}"),
        "points": _plain(f"{int(rng.integers(5, 31)):02d}"),
    }
    answers["points"] = Answer(str(int(answers["points"].value)), answers["points"].written)
    for name, ticked in ticks.items():
        answers[name] = Answer(str(ticked), "1" if ticked else "_")
    for number_of in range(1, QUESTIONS + 1):
        letter = str(rng.choice(list(LETTERS))) if rng.random() < 0.94 else ""
        answers[f"q{number_of}"] = Answer(letter, letter or "_")
    return {printed.name: answers[printed.name] for printed in fields}


def _plain(text: str) -> Answer:
    return Answer(text, text)


def _hours(number: Decimal, nought: str, whole: bool) -> Answer:
    value = f"{number:.1f}"
    if not number:
        return Answer(value, nought)
    return Answer(value, value.removesuffix(".0") if whole else value)


def _kilometres(number: int, nought: str) -> Answer:
    return Answer(str(number), str(number) if number else nought)


def _money(number: Decimal, nought: str) -> Answer:
    return Answer(f"{number:.2f}", f"{number:.2f}" if number else nought)
