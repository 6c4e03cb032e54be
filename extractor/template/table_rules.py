"""The rules of a form that has tables: what their words mean in columns and lines."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from extractor.table_lines import TablePlace
from extractor.template.rule import Rule, many_as_one, parse_rule
from extractor.template.table import Table

MOST_RULES_OF_LINES = 1000
"""Rules of a form where those of a table's lines are counted once for each line."""


def known_rules(rules: Sequence[Rule], tables: Sequence[Table]) -> Iterator[tuple[Rule, Rule]]:
    """`rules` as they are written, each with what it is where the fields of `tables` are known: a rule of lines is one
    for each line, whose text begins with the line, as in `patients.3: total = a + b`."""
    columns = {
        f"{table.name}.{column.name}": tuple(
            TablePlace(table.name, line, column.name).field for line in range(1, table.count + 1)
        )
        for table in tables
        for column in table.columns
    }
    by_name = {table.name: table for table in tables}
    for rule in rules:
        lists = (*rule.lists, *((word, columns[word]) for word in rule.words if word in columns))
        if not rule.table:
            yield rule, replace(rule, lists=lists)
        elif rule.table in by_name:
            table = by_name[rule.table]
            names = [column.name for column in table.columns if column.name in rule.words]
            for line in range(1, table.count + 1):
                fields = tuple((name, TablePlace(table.name, line, name).field) for name in names)
                yield rule, Rule(f"{table.name}.{line}: {rule.comparison}", lists, fields)


def check_rules(rules: Sequence[Rule], tables: Sequence[Table], fields: Collection[str]) -> None:
    """Raises ValueError where one of `rules` uses what is none of the form's `fields` and `tables`."""
    counts = {table.name: table.count for table in tables}
    for rule in rules:
        if rule.table and rule.table not in counts:
            raise ValueError(f"rule '{rule.text}' is about the lines of '{rule.table}', which is no table of this form")
        for name in rule.counted:
            if name not in counts:
                raise ValueError(f"rule '{rule.text}' counts the lines of '{name}', which is no table of this form")
    if (count := sum(counts.get(rule.table, 1) for rule in rules)) > MOST_RULES_OF_LINES:
        raise ValueError(
            f"the form has {count:,} rules with one for each line of a table, and may have {MOST_RULES_OF_LINES:,}; "
            "leave some out"
        )
    for written, rule in known_rules(rules, tables):
        parse_rule(rule)
        for name in many_as_one(rule):
            raise ValueError(
                f"rule '{written.text}' uses '{name}', which is many fields, as a number; write sum({name})"
            )
        for name in rule.names:
            if name not in fields:
                what = "column of a table" if "." in name else "column or field" if rule.table else "field"
                raise ValueError(f"rule '{written.text}' uses '{name}', which is no {what} of this form")
