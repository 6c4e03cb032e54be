"""How a register is made: its rulings, lines, columns, headings, and what is sent of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

RULINGS = ("all", "all", "all", "open", "open", "level", "level", "dotted", "dotted", "parted", "all", "open")
"""All of them; none at the left and the right; level ones alone; dotted ones; level ones that stop between columns."""

SENT = (
    "drawn",
    "scan",
    "bilevel",
    "photo",
    "scans",
    "photos",
    "scan",
    "one filled",
    "scans",
    "photo",
    "bilevel",
    "photos",
)
"""What is sent: the blank form as it was drawn, scanned, or photographed; four filled copies; one."""

WORDS_HEAD = ("Name", "Name of patient", "Remarks", "Signature", "Village", "Description", "Item", "Address", "Driver")

NUMBERS_HEAD = (
    ("Patient no.", "digits 5"),
    ("Age", "integer 1 99"),
    ("Fee", "amount 1 90"),
    ("Weight", "decimal 30 99"),
    ("Amount paid", "amount 1 900"),
    ("Hours", "integer 1 40"),
    ("Quantity", "integer 1 250"),
    ("Unit price", "amount 1 60"),
    ("Total", "integer 10 999"),
    ("Card", "digits 6"),
    ("Meter start", "digits 5"),
    ("Meter end", "digits 5"),
    ("Distance", "integer 5 400"),
    ("Litres", "integer 5 80"),
    ("House", "digits 3"),
    ("Persons", "integer 1 12"),
    ("Births", "integer 0 9"),
    ("Deaths", "integer 0 9"),
    ("Lot number", "digits 4"),
    ("Score", "integer 0 40"),
    ("Male", "integer 0 60"),
    ("Female", "integer 0 60"),
    ("Doses given", "integer 0 30"),
    ("Pressure", "ratio"),
    ("Room", "digits 3"),
    ("Bags", "integer 1 99"),
    ("Net kg", "integer 20 900"),
    ("Children under 5", "integer 0 20"),
)

GROUPS_HEAD = (
    ("Cases", ("Male", "Female")),
    ("Cows", ("Milked", "Dry")),
    ("Tests", ("Done", "Positive")),
    ("Meter", ("Start", "End")),
)


@dataclass(frozen=True)
class Column:
    """One column: its printed `heading`, the `group` of columns that a heading above it names, what is written in it
    (`holds`), the `share` of the table's width that it takes, and the `cells` of its comb."""

    heading: str
    holds: str
    share: float
    group: str = ""
    cells: int | None = None


@dataclass(frozen=True)
class Make:
    """One register. Lengths are millimetres."""

    rulings: str
    sent: str
    rows: int
    blocks: int
    columns: tuple[Column, ...]
    landscape: bool
    heads: str  # boxed, tinted, or above the uppermost ruling
    numbers: str  # of the rows: none, 1, 1. or 01
    apart: float  # between two blocks; 0 where they share a ruling
    thick: float
    grey: float
    font: str
    total: bool
    fields: bool  # above the table
    left_aligned: bool
    filled: float
    seed: int = field(default=0)

    @property
    def described(self) -> str:
        parts = [self.rulings, f"{self.rows} x {len(self.columns)}"] + [f"{self.blocks} blocks"] * (self.blocks > 1)
        return ", ".join([*parts, f"{self.heads} headings", self.sent])


def makes(seed: int, count: int = 12) -> Iterator[Make]:
    """`count` registers, every twelve of all rulings and all that may be sent; the same ones for the same `seed`."""
    rng = np.random.default_rng([seed, 12])
    rulings: list[str] = []
    sent: list[str] = []
    for number in range(count):
        if not rulings:
            rulings = [str(one) for one in rng.permutation(RULINGS)]
            sent = [str(one) for one in rng.permutation(SENT)]
        blocks = 2 if number % 4 == 1 else 1
        yield _make(rng, rulings.pop(), sent.pop(), blocks, seed * 1000 + number)


def _make(rng: np.random.Generator, rulings: str, sent: str, blocks: int, seed: int) -> Make:
    # Two blocks have ten lines each or more, as nobody parts fewer.
    rows = 2 * int(rng.integers(8, 21)) if blocks == 2 else int(rng.integers(8, 41))
    most = 5 if blocks == 2 else 12
    landscape = bool(rng.random() < 0.35) or (blocks == 2 and bool(rng.random() < 0.5))
    if landscape and blocks == 1:
        rows = min(rows, 24)
    count = int(rng.integers(3, (most if landscape or blocks == 2 else min(most, 9)) + 1))
    # Without uprights a column is as wide as what is printed over it needs.
    heads = "above" if rulings in ("level", "parted") and rng.random() < 0.6 else str(rng.choice(("boxed", "tinted")))
    return Make(
        rulings=rulings,
        sent=sent,
        rows=rows,
        blocks=blocks,
        columns=tuple(_columns(rng, count, rulings)),
        landscape=landscape,
        heads="boxed" if rulings == "parted" and heads == "tinted" else heads,
        numbers=str(rng.choice(("none", "1", "1.", "01"))) if rulings != "parted" else "none",
        apart=float(rng.uniform(4, 10)) if rng.random() < 0.6 or rulings != "all" else 0.0,
        thick=float(rng.uniform(0.15, 0.45)),
        grey=float(rng.choice((0.0, 0.0, 0.15, 0.35))),
        font=str(rng.choice(("Helvetica", "Helvetica-Bold", "Times-Roman", "Times-Bold", "Courier-Bold"))),
        total=bool(rng.random() < 0.3),
        fields=bool(rng.random() < 0.6),
        left_aligned=bool(rng.random() < 0.4),
        filled=float(rng.uniform(0.5, 1.0)),
        seed=seed,
    )


def _columns(rng: np.random.Generator, count: int, rulings: str) -> list[Column]:
    numbers = [NUMBERS_HEAD[k] for k in rng.permutation(len(NUMBERS_HEAD))]
    words = [str(one) for one in rng.permutation(WORDS_HEAD)]
    columns: list[Column] = []
    if rng.random() < 0.6:
        columns.append(Column(words.pop(), "words", float(rng.uniform(2.0, 3.2))))
    group = rulings not in ("level", "parted") and rng.random() < 0.35 and count >= 4
    while len(columns) < count:
        if group and count - len(columns) >= 2 and rng.random() < 0.4:
            over, names = GROUPS_HEAD[int(rng.integers(len(GROUPS_HEAD)))]
            columns += [Column(name, "integer 0 60", 1.0, group=over) for name in names]
            group = False
            continue
        heading, holds = numbers.pop()
        if group or heading not in ("Male", "Female"):
            cells = int(holds.split()[1]) if holds.startswith("digits") else None
            comb = cells is not None and rulings in ("all", "open") and rng.random() < 0.5
            share = float(rng.uniform(0.8, 1.3))
            columns.append(Column(heading, holds, max(share, 0.3 * (cells or 0)), cells=cells if comb else None))
    if rng.random() < 0.3 and len(columns) > 3:
        columns[-1] = Column(words.pop(), "words", float(rng.uniform(1.2, 2.2)))
    return columns
