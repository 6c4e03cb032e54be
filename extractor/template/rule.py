"""The arithmetic of a form: `total = a + b`, `balance = opening - sum(paid)`, `used <= received`; and that of its
tables: `fees = sum(patients.fee)`, `patients: total = fee + drugs`, `count(patients) = seen`."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TypeAlias

LONGEST_RULE, DEEPEST_RULE = 2000, 150
"""Characters of a rule, and how far its parts may be within each other: `a + b + c` has two levels."""

MOST_TERMS = 2000
"""Fields that a rule may add up, those of its lists included."""

LARGEST_CONSTANT = 10**15
"""Of a number in a rule."""

COMPARISONS: dict[type[ast.cmpop], str] = {ast.Eq: "=", ast.LtE: "<=", ast.GtE: ">=", ast.Lt: "<", ast.Gt: ">"}

COMPARED: dict[type[ast.cmpop], Callable[[Decimal, Decimal], bool]] = {
    ast.Eq: operator.eq,
    ast.LtE: operator.le,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.Gt: operator.gt,
}
OPERATIONS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}

Values: TypeAlias = Mapping[str, Decimal | None]
"""The numbers of fields and counts of tables by name; None for a blank field."""


CONDITION = re.compile(r"(.*?)\bif\b(.*)", re.DOTALL)
"""A rule that must hold only where something else does: `spouse >= 16 if married`."""

LINE_RULE = re.compile(r"\s*([A-Za-z_]\w*(?:\.[0-9]+)?)\s*:(.*)", re.DOTALL)
"""A rule of a table's lines, such as `patients: total = a + b`, or of one of them, as `patients.3: total = a + b`."""

TICKED = re.compile(r"\s*[A-Za-z_][\w.]*\s*")
"""A field alone, which holds where it is ticked."""

FIELD_RANGE = re.compile(r"\b([A-Za-z_]\w*?)([0-9]{1,4})\s*\.\.\s*([A-Za-z_]\w*?)([0-9]{1,4})\b")
COUNT_OF_FIELDS = re.compile(r"\bcount\(([^()]*(?:,|\.\.)[^()]*)\)")
"""`q1..q9`, the fields from the first to the last, and what counts those of them that are ticked: `count(q1..q9)`."""

COUNT, OVER_MANY = "count", ("sum", "max", "min")
"""What counts the filled lines of a table, and what is made of many numbers."""


@dataclass(frozen=True)
class Rule:
    """A comparison of two expressions over field names, numbers, `+`, `-`, `*`, brackets and functions of many fields.

    `sum(…)`, `max(…)` and `min(…)` take fields, the `lists` of fields, by name, that the template gives, and columns of
    tables (`patients.fee`), where a blank field counts as nothing; `count(patients)` is how many lines are filled. In a
    rule of one line, `columns` says which field each of its words is. A rule as it stands in a template does not know
    the fields of tables yet: `Template.all_rules` are those that do. After `if` stands another comparison, or a box to
    tick: the rule need hold only where that does.
    """

    text: str
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    columns: tuple[tuple[str, str], ...] = ()

    @property
    def table(self) -> str:
        """The table of whose lines the rule speaks; of a rule of one line with its number, and empty for others."""
        found = LINE_RULE.fullmatch(self.text)
        return found[1] if found else ""

    @property
    def comparison(self) -> str:
        """The rule without its table."""
        found = LINE_RULE.fullmatch(self.text)
        return found[2].strip() if found else self.text

    @cached_property
    def _tree(self) -> ast.Compare:
        found = CONDITION.fullmatch(self.comparison)
        return _parse(found[1] if found else self.comparison, self.text)

    @cached_property
    def _condition(self) -> ast.Compare | None:
        """When the rule must hold; None where it always must."""
        found = CONDITION.fullmatch(self.comparison)
        if found is None:
            return None
        ticked = TICKED.fullmatch(found[2])
        return _parse(f"{found[2]} = 1" if ticked else found[2], self.text)

    @cached_property
    def _fields(self) -> dict[str, tuple[str, ...]]:
        return {**dict(self.lists), **{word: (field,) for word, field in self.columns}}

    @property
    def words(self) -> tuple[str, ...]:
        """The names that it uses: of fields, of lists, of columns, of tables; each once, in their order."""
        return tuple(dict.fromkeys(word for word, _ in self._used))

    @cached_property
    def _used(self) -> tuple[tuple[str, str], ...]:
        """The names that it uses, each with the function that it is given to (empty for none)."""
        condition = () if self._condition is None else _words_of(self._condition)
        # What is only asked does not show by the rule that it is wrong.
        return (*_words_of(self._tree), *((word, function or "if") for word, function in condition))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The fields that the rule needs, in the order of their first use."""
        return self._of(word for word, function in self._used if function != COUNT)

    @cached_property
    def may_be_blank(self) -> frozenset[str]:
        """The fields in columns of tables that count as nothing where they are blank: not those that it uses alone."""
        alone = self._of(word for word, _ in self._used if "." not in word)
        return frozenset(self._of(word for word, _ in self._used if "." in word)) - set(alone)

    @cached_property
    def shown(self) -> frozenset[str]:
        """The fields of which it would show that they are wrong: what is only compared for the largest is not."""
        return frozenset(self._of(word for word, function in self._used if function in ("", "sum")))

    @cached_property
    def counted(self) -> tuple[str, ...]:
        """The tables whose filled lines it counts."""
        return tuple(word for word, function in self._used if function == COUNT)

    def _of(self, words: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for word in words for name in self._fields.get(word, (word,))))

    @property
    def terms(self) -> int:
        """How many values it takes, a field that it names twice counted twice."""
        return sum(len(self._fields.get(word, (word,))) for word, _ in self._used)

    @property
    def is_equation(self) -> bool:
        """Whether the rule says that two things are equal, which few wrong readings satisfy by chance."""
        return isinstance(self._tree.ops[0], ast.Eq) and self._condition is None

    def check(self) -> Callable[[Values], bool]:
        """`holds` as a function, to be made once and called for many values."""
        holds = self._holds(self._tree)
        if self._condition is None:
            return holds
        asked = self._holds(self._condition)
        return lambda values: not asked(values) or holds(values)

    def _holds(self, tree: ast.Compare) -> Callable[[Values], bool]:
        left, right = (_computed(side, self._fields) for side in (tree.left, tree.comparators[0]))
        compared = COMPARED[type(tree.ops[0])]
        return lambda values: compared(left(values), right(values))

    def holds(self, values: Values) -> bool:
        """Whether the rule is true of `values`, which must hold every one of `names` and of the tables `counted`; those
        that `may_be_blank` are None where they are."""
        return self.check()(values)

    def sides(self, values: Values) -> tuple[Decimal, Decimal]:
        """What the rule compares, left and right, for `values` as `holds` takes them."""
        left, right = self._sides()
        return left(values), right(values)

    def _sides(self) -> tuple[Callable[[Values], Decimal], Callable[[Values], Decimal]]:
        return _computed(self._tree.left, self._fields), _computed(self._tree.comparators[0], self._fields)

    def solved_for(self, name: str, values: Values) -> Decimal | None:
        """The number that the field `name` must have for the equation to hold with all other `values`.

        None where it may be any, or none, or where the equation is not linear in it.
        """
        zero, one = (self.sides({**values, name: x}) for x in (Decimal(0), Decimal(1)))
        at_zero, at_one = zero[0] - zero[1], one[0] - one[1]
        if at_zero == at_one:
            return None
        number = (at_zero / (at_zero - at_one)).normalize()
        return number if self.holds({**values, name: number}) else None


def parse_rule(text: object) -> Rule:
    """A rule from its text as written in a template. Raises ValueError with the fix."""
    given = rule_text(text)
    if not isinstance(text, Rule) and given is None:
        raise ValueError("a rule is text such as: total = a + b")
    rule = text if isinstance(text, Rule) else Rule(given or "")
    text = rule.text
    if len(text) > LONGEST_RULE:
        raise ValueError(f"a rule of {len(text)} characters is too long; write at most {LONGEST_RULE}, with lists")
    if rule.terms > MOST_TERMS:
        raise ValueError(f"rule '{text}' adds up more than {MOST_TERMS} fields; split it")
    if not rule.names and not rule.counted:
        raise ValueError(f"rule '{text}' names no field")
    return rule


def rule_text(given: object) -> str | None:
    """The text of a rule as YAML has it, which takes `patients: total = a + b` for a key with its value; None where it
    is no rule."""
    if isinstance(given, dict) and len(given) == 1:
        (table, comparison), *_ = given.items()
        return f"{table}: {comparison}"
    return given if isinstance(given, str) else None


def _written_out(text: str) -> str:
    """`text` with the fields of each `q1..q9` one by one, and `count` of fields, which are boxes to tick, as their sum:
    a ticked one is 1."""
    text = COUNT_OF_FIELDS.sub(r"sum(\1)", text)

    def fields(match: re.Match[str]) -> str:
        stem, first, other, last = match.groups()
        if stem != other or not int(first) <= int(last) < int(first) + MOST_TERMS:
            return match[0]
        return ", ".join(f"{stem}{number:0{len(first)}d}" for number in range(int(first), int(last) + 1))

    return FIELD_RANGE.sub(fields, text)


def _parse(text: str, whole: str) -> ast.Compare:
    bad = (
        f"rule '{whole}' is not of the form: total = a + b (also <=, >=, <, >, -, *, numbers, brackets, sum(a, b, …), "
        "max(…), min(…) and count(table))"
    )
    python = _written_out(text).replace("==", "=")
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
        case ast.Name() | ast.Attribute(value=ast.Name()):
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
        case ast.Call(func=ast.Name(id=function), args=[_, *_] as parts, keywords=[]) if function in OVER_MANY:
            if not all(_word(part) for part in parts):
                raise ValueError(bad)
        case ast.Call(func=ast.Name(id="count"), args=[ast.Name()], keywords=[]):
            return
        case _:
            raise ValueError(bad)


def _words_of(tree: ast.Compare) -> tuple[tuple[str, str], ...]:
    """The names in `tree`, each with the function that it is given to (empty for none)."""
    inside = {id(part): _word(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call) for part in node.args}
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    tables = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return tuple(
        (_word(node), inside.get(id(node), ""))
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute) and id(node) not in functions | tables
    )


def _word(node: ast.expr) -> str:
    """The name of a field, a list, a table or a column, or of a function; empty for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=table), attr=column):
            return f"{table}.{column}"
    return ""


def _computed(node: ast.expr, fields: Mapping[str, tuple[str, ...]]) -> Callable[[Values], Decimal]:
    """The function that computes `node` from the fields' values."""
    match node:
        case ast.Constant(value=number):
            constant = Decimal(str(number))
            return lambda _values: constant
        case ast.UnaryOp(operand=operand):
            inner = _computed(operand, fields)
            return lambda values: -inner(values)
        case ast.BinOp(left=left, op=op, right=right):
            operation = OPERATIONS[type(op)]
            a, b = _computed(left, fields), _computed(right, fields)
            return lambda values: operation(a(values), b(values))
        case ast.Call(func=function, args=parts):
            many = tuple(field for word in map(_word, parts) for field in fields.get(word, (word,)))
            match _word(function):
                case "max":
                    return lambda values: max(_known(many, values), default=Decimal(0))
                case "min":
                    return lambda values: min(_known(many, values), default=Decimal(0))
            # What is counted is known beforehand, and so is one number.
            return lambda values: sum(_known(many, values), Decimal(0))
        case _:
            word = _word(node)
            field = fields.get(word, (word,))[0]

            def one(values: Values) -> Decimal:
                number = values[field]
                assert number is not None, f"{word} is no number"
                return number

            return one


def _known(fields: Sequence[str], values: Values) -> list[Decimal]:
    """The numbers of those of `fields` that are not blank."""
    return [number for field in fields if (number := values[field]) is not None]


def many_as_one(rule: Rule) -> tuple[str, ...]:
    """Lists of fields and columns that `rule` uses as if they were one number."""
    lists = dict(rule.lists)
    return tuple(word for word, function in rule._used if not function and word in lists)
