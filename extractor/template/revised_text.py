"""A template's YAML with other values: what stays keeps its place, its comments and the way it is written.

The text is patched at the marks of PyYAML's nodes. Libraries that dump YAML with its comments (ruamel.yaml) hang a
comment on what stands before it, so that whoever deletes a field loses the comment of the next, and lay out anew what
nobody has touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import yaml

from extractor.errors import TemplateError
from extractor.template.load import check_template, parse_yaml
from extractor.template.rule import LINE_RULE, rule_text
from extractor.template.write import as_number, as_text, template_yaml

ORDER = (
    *("formdigits", "form", "page", "landmarks", "sheet", "models", "fields", "tables", "lists", "rules"),
    *("name", "box", "rows", "keep_empty", "columns", "left", "width", "cells", "gap", "marks", "alphabet", "format"),
)
"""Keys as they follow on each other; one that is new is put after those before it."""


def revised_text(text: str, wanted: Mapping[str, Any]) -> str:
    """The template `text` with the values `wanted`, as `parse_yaml` gives them: comments, order and what is not changed
    stay as they are written. Raises TemplateError where either is no template."""
    node, found = parse_yaml(text, "The template")
    tree, wanted = with_rule_texts(found), with_rule_texts(wanted)
    if same(tree, wanted):
        return text
    end = _end(text, node)
    revised = text[: node.start_mark.index] + _revised(text, node, tree, wanted) + text[end:]
    with suppress(TemplateError):
        if same(with_rule_texts(parse_yaml(revised, "The template")[1]), wanted):
            return revised
    # Written in a way that is seldom met (anchors, '? key'): rather without its comments than wrong.
    plain = yaml.safe_dump(dict(wanted), sort_keys=False, allow_unicode=True)
    return template_yaml(check_template(*parse_yaml(plain, "The template"), "The template"))


def with_rule_texts(tree: Mapping[str, Any]) -> dict[str, Any]:
    """`tree` with its rules as texts, also those that YAML takes for a key with its value."""
    rules = tree.get("rules")
    if not isinstance(rules, list):
        return dict(tree)
    return {**tree, "rules": [one if (text := rule_text(one)) is None else text for one in rules]}


def same(one: Any, other: Any) -> bool:
    """Whether two values are written alike in YAML: 470 is 470.0, but 1 is not true."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        # A browser has no larger whole numbers than a float's.
        return float(one) == float(other)
    return type(one) is type(other) and bool(one == other)


@dataclass(frozen=True)
class _Piece:
    """An entry of a block: what it is, the node of its value, and its place from its key or dash to the line's end."""

    node: yaml.Node
    start: int
    end: int
    key: str = ""


def _revised(text: str, node: yaml.Node, old: Any, new: Any) -> str:
    """What stands for `text` from the beginning of `node` to its end."""
    if same(old, new):
        return text[node.start_mark.index : _end(text, node)]
    if isinstance(node, yaml.MappingNode) and isinstance(old, Mapping) and isinstance(new, Mapping) and new:
        if not node.flow_style:
            return _block(text, node, list(_mapping(text, node, old, new)))
        if list(old) == list(new):
            return _flow_values(text, node, old, new)
    if (
        isinstance(node, yaml.SequenceNode)
        and not node.flow_style
        and isinstance(old, list)
        and isinstance(new, list)
        and new
    ):
        return _block(text, node, list(_sequence(text, node, old, new)))
    begin = "" if text[node.start_mark.index - 1 : node.start_mark.index] in ("", " ", "\n") else " "
    return begin + (_rule(new) if isinstance(node, yaml.MappingNode) else written(new))


def _flow_values(text: str, node: yaml.MappingNode, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    out, at = "", node.start_mark.index
    for key, value in node.value:
        out += text[at : value.start_mark.index] + _revised(text, value, old[key.value], new[key.value])
        at = _end(text, value)
    return out + text[at : node.end_mark.index]


def _block(text: str, node: yaml.Node, entries: Sequence[tuple[_Piece | None, str]]) -> str:
    """The `entries` below each other, each kept one below the comments that stood above it. Comments above what went
    stay above what followed it."""
    kept = {piece.start for piece, _ in entries if piece is not None}
    plain = "\n" + " " * node.start_mark.column
    above: dict[int, str] = {}
    carried, last = "", None
    for piece in _pieces(text, node):
        gap = plain if last is None else text[last.end : piece.start]
        last = piece
        if piece.start in kept:
            above[piece.start], carried = carried + gap, ""
        elif "#" in gap:
            carried += gap.rstrip()
    out = "".join((above[piece.start] if piece is not None else plain) + content for piece, content in entries)
    # Where the block begins there is a line already.
    return out.lstrip() + carried


def _pieces(text: str, node: yaml.Node) -> list[_Piece]:
    if isinstance(node, yaml.MappingNode):
        return [
            _Piece(value, key.start_mark.index, _line_end(text, _end(text, value)), str(key.value))
            for key, value in node.value
        ]
    assert isinstance(node, yaml.SequenceNode)
    return [
        _Piece(item, text.rfind("-", 0, item.start_mark.index), _line_end(text, _end(text, item)))
        for item in node.value
    ]


def _with_value(text: str, piece: _Piece, old: Any, new: Any) -> str:
    """The piece with its key or dash, the new value, and what else stands on its last line."""
    node = piece.node
    end = _end(text, node)
    if isinstance(node, yaml.MappingNode) and isinstance(new, str) and old != new:
        # A rule of a table's lines is a key with its value to YAML: what is said behind it is not part of it.
        end = _end(text, node.value[-1][1])
    return text[piece.start : node.start_mark.index] + _revised(text, node, old, new) + text[end : piece.end]


def _mapping(
    text: str, node: yaml.MappingNode, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[tuple[_Piece | None, str]]:
    pieces = [piece for piece in _pieces(text, node) if piece.key in new]
    added = [key for key in new if key not in old]
    indent = " " * node.start_mark.column
    for place, piece in enumerate(pieces):
        # One that begins the block also begins the item that the block is.
        for key in [key for key in added if place and _rank(key) < _rank(piece.key)]:
            added.remove(key)
            yield None, _entry(key, new[key], indent)
        yield piece, _with_value(text, piece, old[piece.key], new[piece.key])
    for key in added:
        yield None, _entry(key, new[key], indent)


def _rank(key: str) -> int:
    return ORDER.index(key) if key in ORDER else len(ORDER)


def _entry(key: str, value: Any, indent: str) -> str:
    if isinstance(value, list) and value and key in ("fields", "tables", "rules", "columns"):
        items = "".join(f"\n{indent}  - {_item(one, f'{indent}    ')}" for one in value)
        return f"{key}:{items}"
    if key == "rows" and isinstance(value, Mapping) and value.get("boxes"):
        return f"{key}:\n{indent}  boxes:" + "".join(f"\n{indent}    - {written(one)}" for one in value["boxes"])
    if isinstance(value, Mapping) and key == "lists":
        return f"{key}:" + "".join(f"\n{indent}  {as_text(str(k))}: {written(v)}" for k, v in value.items())
    return f"{as_text(key)}: {written(value)}"


def _item(value: Any, indent: str) -> str:
    if not isinstance(value, Mapping) or not value or "left" in value:
        return _rule(value)
    return f"\n{indent}".join(_entry(str(key), one, indent) for key, one in value.items())


def _rule(value: Any) -> str:
    """The value in one line; a rule of a table's lines without quotes, as people write it."""
    plain = isinstance(value, str) and LINE_RULE.fullmatch(value) is not None
    with suppress(yaml.YAMLError):
        if plain and rule_text(yaml.safe_load(value)) == value:
            return str(value)
    return written(value)


def _sequence(
    text: str, node: yaml.SequenceNode, old: Sequence[Any], new: Sequence[Any]
) -> Iterator[tuple[_Piece | None, str]]:
    pieces = _pieces(text, node)
    indent = " " * (node.start_mark.column + 2)
    flow = isinstance(node.value[0], yaml.MappingNode) and bool(node.value[0].flow_style)
    for value, place in zip(new, _matches(old, new), strict=True):
        if place is None:
            yield None, f"- {written(value) if flow else _item(value, indent)}"
        else:
            yield pieces[place], _with_value(text, pieces[place], old[place], value)


def _matches(old: Sequence[Any], new: Sequence[Any]) -> list[int | None]:
    """For each of the `new` items which of the `old` it was: the same, else one of that name, else one in that place
    that is not taken."""
    found: list[int | None] = [None] * len(new)
    left = set(range(len(old)))

    def take(key: Callable[[Any, int], object]) -> None:
        places: dict[object, list[int]] = {}
        for place in sorted(left, reverse=True):
            if (seen := key(old[place], place)) is not None:
                places.setdefault(seen, []).append(place)
        for at, value in enumerate(new):
            if found[at] is None and (waiting := places.get(key(value, at))):
                found[at] = waiting.pop()
                left.discard(found[at])

    take(lambda one, _: _plain(one))
    if all(isinstance(one, Mapping) for one in (*old, *new)):
        take(lambda one, _: one.get("name"))
        take(lambda one, _: _plain(one["box"]) if "box" in one else None)
        if len(old) == len(new):
            take(lambda _, place: place)
    else:
        take(lambda _, place: place)
    return found


def _plain(value: Any) -> str:
    """The same for values that are the same."""
    match value:
        case Mapping():
            return repr(sorted((str(key), _plain(one)) for key, one in value.items()))
        case list() | tuple():
            return repr([_plain(one) for one in value])
        case bool() | None:
            return repr(value)
        case int() | float():
            return repr(float(value))
        case _:
            return repr(str(value))


def _end(text: str, node: yaml.Node) -> int:
    """Where a node's own text ends: PyYAML has a block end where the next thing begins, after comments and lines. A
    block ends with its last line, and what is said there."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        end = node.end_mark.index
        return len(text[:end].rstrip("\n")) if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">") else end
    last = node.value[-1]
    return _line_end(text, _end(text, last[1] if isinstance(last, tuple) else last))


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end - (text[end - 1 : end] == "\r")


def written(value: Any) -> str:
    """A value in one line of YAML."""
    match value:
        case Mapping():
            return f"{{{', '.join(f'{as_text(str(key))}: {written(one)}' for key, one in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(map(written, value))}]"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return as_number(value)
        case None:
            return "null"
        case _:
            return as_text(str(value))
