"""A template from its YAML file, with errors that name the line and the fix."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from extractor.errors import TemplateError
from extractor.template.mark_group import MarkPart, Marks
from extractor.template.model import Format, Landmarks, PageSize, SheetCode, TemplateField
from extractor.template.table import Table, TableColumn, TableRows
from extractor.template.template import Template

PARTS: dict[str, type[BaseModel]] = {
    "page": PageSize,
    "landmarks": Landmarks,
    "sheet": SheetCode,
    "fields": TemplateField,
    "format": Format,
    "tables": Table,
    "rows": TableRows,
    "columns": TableColumn,
    "marks": Marks,
    "parts": MarkPart,
}
"""What stands under each key of a template, or in the list there."""


SENTENCES_SHOWN = 20
"""Mistakes of a template that are told at once."""

LONGEST_NUMBER = 50
"""Characters of a number."""

INPUT_SHOWN = 80
"""Characters that are shown of what is wrong."""


class _Loader(yaml.SafeLoader):
    """YAML that leaves dates as text: one that is not in the calendar is then reported with its line, like any other
    mistake. It makes nothing but texts, numbers, lists and mappings, and no text that could not be shown."""

    def construct_scalar(self, node: Any) -> Any:
        value = super().construct_scalar(node)
        if len(value) > LONGEST_NUMBER and node.tag.endswith((":int", ":float")):
            raise yaml.MarkedYAMLError(
                problem=f"a number has more than {LONGEST_NUMBER} characters; shorten it", problem_mark=node.start_mark
            )
        for letter in value:
            if unicodedata.category(letter) in UNSHOWN and letter not in "\t\n\r":
                raise yaml.MarkedYAMLError(
                    problem=f"a character (U+{ord(letter):04X}) that cannot be shown; leave it out",
                    problem_mark=node.start_mark,
                )
        return value


UNSHOWN = ("Cc", "Cs")
"""Control characters, and halves of characters (surrogates), which no file, page or database takes."""

_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith(":timestamp")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.yaml_constructors = {
    tag: made
    for tag, made in yaml.SafeLoader.yaml_constructors.items()
    if tag is None or tag.rpartition(":")[2] not in ("binary", "omap", "pairs", "set", "timestamp")
}


def load_template(path: str | Path) -> Template:
    """The template in the YAML file `path`.

    Raises TemplateError, with one sentence for each thing wrong, its line and what to do about it.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise TemplateError(f"There is no template {path}; give the path of a template's YAML file.") from None
    except IsADirectoryError:
        raise TemplateError(f"{path} is a folder; give the path of a template's YAML file.") from None
    except (OSError, UnicodeDecodeError):
        raise TemplateError(f"The template {path} cannot be read as text; give a YAML file.") from None
    node, tree = parse_yaml(text, str(path))
    template = check_template(node, tree, str(path)).found_in(path.parent)
    picture = template.reference_path
    if picture is not None and not picture.is_file():
        line = _line(node, ("landmarks", "reference"))
        raise TemplateError(
            f"{path}, line {line}: there is no reference picture {picture}; put it beside the template."
        )
    return template


def parse_yaml(text: str, path: str) -> tuple[yaml.Node, dict[str, Any]]:
    """The YAML of the template that is called `path`: with its lines, and as values. Raises TemplateError."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        tree = None if node is None else loader.construct_document(node)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it is not YAML"
        raise TemplateError(f"{path}{where}: {problem}; mend the YAML there.") from None
    if node is None or not isinstance(tree, dict):
        raise TemplateError(f"{path} is not a template: it must start with 'formdigits: 1'.")
    return node, tree


def check_template(node: yaml.Node, tree: dict[str, Any], path: str) -> Template:
    """The template that `parse_yaml` gave. Raises TemplateError, with one sentence for each thing wrong."""
    try:
        return Template.model_validate(tree)
    except ValidationError as error:
        problems = error.errors()
        # A list that ends up empty only because its one entry is wrong is no second mistake.
        own = [p for p in problems if p["type"] != "too_short" or len(problems) == 1]
        sentences = [_sentence(path, node, dict(problem)) for problem in own[:SENTENCES_SHOWN]]
        raise TemplateError("\n".join(dict.fromkeys(sentences))) from None


def _sentence(path: str, node: yaml.Node | None, problem: dict[str, Any]) -> str:
    where = tuple(problem["loc"])
    line = _line(node, where)
    if problem["type"] == "value_error" and not where:
        line = _line_of_quoted(node, str(problem["ctx"]["error"]))
    return f"{path}, line {line}: {told(problem)}"


def told(problem: Mapping[str, Any]) -> str:
    """One of pydantic's `problem`s as a sentence with the way out, without where it is."""
    where = tuple(problem["loc"])
    label = ".".join(str(part + 1) if isinstance(part, int) else part for part in where) or "template"
    match problem["type"]:
        case "extra_forbidden":
            word, known = str(where[-1]), _keys(where[:-1])
            near = difflib.get_close_matches(word, known, 1)
            fix = f"did you mean '{near[0]}'?" if near else f"known here: {', '.join(known)}."
            return f"'{word}' is not known; {fix}"
        case "missing":
            return f"'{label}' is missing; add it."
        case "value_error":
            message = str(problem["ctx"]["error"])
            if not where:
                return f"{message.rstrip('.')}."
        case _:
            message = problem["msg"][:1].lower() + problem["msg"][1:] + f", but it is {_short(problem['input'])}"
    return f"{label}: {message.rstrip('.')}."


def _short(given: object) -> str:
    text = repr(given)
    return text if len(text) <= INPUT_SHOWN else f"{text[:INPUT_SHOWN]} …"


def _line(node: yaml.Node | None, where: tuple[str | int, ...]) -> int:
    """The line, counted from 1, on which the deepest part of `where` that the file has stands."""
    line = node.start_mark.line if node else 0
    for part in where:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == part:
                    line, node = key.start_mark.line, value
                    break
            else:
                break
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line
        else:
            break
    return line + 1


def _line_of_quoted(node: yaml.Node | None, message: str) -> int:
    """The line of the last scalar that `message` quotes first, for mistakes between parts of the template."""
    quoted = re.search(r"'([^']*)'", message)
    lines = [1]
    nodes = [node]
    while nodes:
        match nodes.pop():
            case yaml.MappingNode(value=pairs):
                nodes += [value for _, value in pairs]
                # A rule of a table's lines, which YAML takes for a key with its value.
                lines += [
                    key.start_mark.line + 1
                    for key, value in pairs
                    if quoted and isinstance(value, yaml.ScalarNode) and f"{key.value}: {value.value}" == quoted[1]
                ]
            case yaml.SequenceNode(value=items):
                nodes += items
            case yaml.ScalarNode(value=value, start_mark=mark) if quoted and value == quoted[1]:
                lines.append(mark.line + 1)
    return max(lines)


def _keys(where: tuple[str | int, ...]) -> list[str]:
    model: type[BaseModel] = Template
    for part in where:
        model = PARTS.get(str(part), model)
    return list(model.model_fields)
