"""The arithmetic of a form: `total = a + b`, `balance = opening - sum(paid)`, `used <= received`."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

LONGEST_RULE, DEEPEST_RULE = 2000, 150
"""Characters of a rule, and how far its parts may be within each other: `a + b + c` has two levels."""

MOST_TERMS = 2000
"""Fields that a rule may add up, those of its lists included."""

LARGEST_CONSTANT = 10**15
"""Of a number in a rule."""

COMPARISONS: dict[type[ast.cmpop], str] = {ast.Eq: "=", ast.LtE: "<=", ast.GtE: ">=", ast.Lt: "<", ast.Gt: ">"}


@dataclass(frozen=True)
class Rule:
    """A comparison of two expressions over field names, numbers, `+`, `-`, `*`, brackets and `sum(…)`, which adds up
    fields and the `lists` of fields, by name, that the template gives."""

    text: str
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @cached_property
    def _tree(self) -> ast.Compare:
        return _parse(self.text)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The fields that the rule needs, in the order of their first use."""
        functions = {id(node.func) for node in ast.walk(self._tree) if isinstance(node, ast.Call)}
        used = [n.id for n in ast.walk(self._tree) if isinstance(n, ast.Name) and id(n) not in functions]
        lists = dict(self.lists)
        return tuple(dict.fromkeys(name for one in used for name in lists.get(one, (one,))))

    @property
    def terms(self) -> int:
        """How many values it takes, a field that it names twice counted twice."""
        lists = dict(self.lists)
        return sum(len(lists.get(n.id, (n.id,))) for n in ast.walk(self._tree) if isinstance(n, ast.Name))

    @property
    def is_equation(self) -> bool:
        """Whether the rule says that two things are equal, which few wrong readings satisfy by chance."""
        return isinstance(self._tree.ops[0], ast.Eq)

    def holds(self, values: Mapping[str, Decimal]) -> bool:
        """Whether the rule is true of `values`, which must hold every one of `names`."""
        left, right = self.sides(values)
        match self._tree.ops[0]:
            case ast.Eq():
                return left == right
            case ast.LtE():
                return left <= right
            case ast.GtE():
                return left >= right
            case ast.Lt():
                return left < right
            case _:
                return left > right

    def sides(self, values: Mapping[str, Decimal]) -> tuple[Decimal, Decimal]:
        """What the rule compares, left and right, for `values`, which must hold every one of `names`."""
        lists = dict(self.lists)
        return _value(self._tree.left, values, lists), _value(self._tree.comparators[0], values, lists)

    def solved_for(self, name: str, values: Mapping[str, Decimal]) -> Decimal | None:
        """The number that the field `name` must have for the equation to hold with all other `values`.

        None where it may be any, or none, or where the equation is not linear in it.
        """
        lists = dict(self.lists)
        sides = self._tree.left, self._tree.comparators[0]
        at_zero, at_one = (
            _value(sides[0], {**values, name: x}, lists) - _value(sides[1], {**values, name: x}, lists)
            for x in (Decimal(0), Decimal(1))
        )
        if at_zero == at_one:
            return None
        number = (at_zero / (at_zero - at_one)).normalize()
        return number if self.holds({**values, name: number}) else None


def parse_rule(text: object) -> Rule:
    """A rule from its text as written in a template. Raises ValueError with the fix."""
    if not isinstance(text, str | Rule):
        raise ValueError("a rule is text such as: total = a + b")
    rule = text if isinstance(text, Rule) else Rule(text)
    text = rule.text
    if len(text) > LONGEST_RULE:
        raise ValueError(f"a rule of {len(text)} characters is too long; write at most {LONGEST_RULE}, with lists")
    if rule.terms > MOST_TERMS:
        raise ValueError(f"rule '{text}' adds up more than {MOST_TERMS} fields; split it")
    if not rule.names:
        raise ValueError(f"rule '{text}' names no field")
    return rule


def _parse(text: str) -> ast.Compare:
    bad = (
        f"rule '{text}' is not of the form: total = a + b (also <=, >=, <, >, -, *, numbers, brackets and sum(a, b, …))"
    )
    python = text.replace("==", "=")
    for double in ("<=", ">="):
        python = python.replace(double, double[0] + "\0")
    python = python.replace("=", "==").replace("\0", "=")
    try:
        tree = ast.parse(python.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(bad) from None
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1 or type(tree.ops[0]) not in COMPARISONS:
        raise ValueError(bad)
    for side in (tree.left, tree.comparators[0]):
        _check(side, bad)
    return tree


def _check(node: ast.expr, bad: str, depth: int = 0) -> None:
    if depth > DEEPEST_RULE:
        raise ValueError(f"a rule has more than {DEEPEST_RULE} parts within each other; add up with sum(a, b, …)")
    match node:
        case ast.Name():
            return
        case ast.Constant(value=bool()):
            raise ValueError(bad)
        case ast.Constant(value=int() | float() as number):
            if not abs(number) < LARGEST_CONSTANT:
                raise ValueError(f"a number in a rule must be below {LARGEST_CONSTANT:.0e}")
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult(), right=right):
            _check(left, bad, depth + 1)
            _check(right, bad, depth + 1)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            _check(operand, bad, depth + 1)
        case ast.Call(func=ast.Name(id="sum"), args=[_, *_] as parts, keywords=[]):
            if not all(isinstance(part, ast.Name) for part in parts):
                raise ValueError(bad)
        case _:
            raise ValueError(bad)


def _value(node: ast.expr, values: Mapping[str, Decimal], lists: Mapping[str, tuple[str, ...]]) -> Decimal:
    match node:
        case ast.Name(id=name):
            return values[name]
        case ast.Constant(value=number):
            return Decimal(str(number))
        case ast.UnaryOp(operand=operand):
            return -_value(operand, values, lists)
        case ast.Call(args=parts):
            named = [part.id for part in parts if isinstance(part, ast.Name)]
            return sum((values[field] for name in named for field in lists.get(name, (name,))), Decimal(0))
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _value(left, values, lists), _value(right, values, lists)
            return a + b if isinstance(op, ast.Add) else a - b if isinstance(op, ast.Sub) else a * b
    raise AssertionError(f"unchecked node {node!r}")


def lists_outside_sums(rule: Rule) -> tuple[str, ...]:
    """Lists of fields that `rule` uses as if they were one number."""
    inside = {id(part) for node in ast.walk(rule._tree) if isinstance(node, ast.Call) for part in node.args}
    names = dict(rule.lists)
    return tuple(
        n.id for n in ast.walk(rule._tree) if isinstance(n, ast.Name) and n.id in names and id(n) not in inside
    )
