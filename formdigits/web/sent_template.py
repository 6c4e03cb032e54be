"""What the server asks a process beside it about templates: to check one that was sent, and what lists say of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import yaml

from extractor.errors import TemplateError
from extractor.template import Template, load_template
from extractor.template.load import check_template, parse_yaml
from extractor.template.revised_text import revised_text
from formdigits.web.batches import plain_name

DEEPEST = 30
"""Brackets and indents within each other; a template has six."""

BEGIN = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
END = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)


@dataclass(frozen=True)
class Summary:
    """What lists say of a template: its name, its columns, how many rules it has."""

    form: str
    fields: tuple[str, ...]
    rules: int

    @classmethod
    def of(cls, template: Template) -> Self:
        return cls(template.form, tuple(name for name, _ in template.columns), len(template.rules))

    @classmethod
    def parse(cls, tree: Mapping[str, Any]) -> Self:
        """The same from its JSON."""
        return cls(str(tree["form"]), tuple(map(str, tree["fields"])), int(tree["rules"]))


@dataclass(frozen=True)
class Taken:
    """A template that may be kept: its `files`, and which `picture` of those that were sent belongs to it."""

    summary: Summary
    files: dict[str, bytes]
    picture: str | None


def summary_of(path: str) -> Summary:
    """Of the template in that file. Raises TemplateError."""
    return Summary.of(load_template(path))


def take(shown: str, text: bytes, pictures: Mapping[str, str]) -> Taken:
    """The template `text`, which its sender calls `shown`, if it names nothing but the pictures sent with it.

    `pictures` are the names that those are kept by, by those that they were sent by. Raises TemplateError.
    """
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError:
        raise TemplateError(f"{shown} cannot be read as text; send a template's YAML file.") from None
    _check_tokens(shown, decoded)
    node, tree = parse_yaml(decoded, shown)
    template = check_template(node, tree, shown)
    if template.models:
        raise TemplateError(
            f"{shown} names models, which are not taken from a template that is sent; have the server's owner give it "
            "with --templates."
        )
    reference = template.landmarks.reference
    if reference is None:
        return Taken(Summary.of(template), {"form.yaml": text}, None)
    if reference not in pictures:
        raise TemplateError(
            f"{shown} refers to the picture '{plain_name(reference)}', which is not there; send both together."
        )
    whole = {**tree, "landmarks": {**tree["landmarks"], "reference": pictures[reference]}}
    return Taken(Summary.of(template), {"form.yaml": revised_text(decoded, whole).encode()}, reference)


def _check_tokens(shown: str, text: str) -> None:
    """Looks at the YAML piece by piece, and stops at what would cost gigabytes or minutes to take in."""
    depth = 0
    try:
        for token in yaml.scan(text):
            if isinstance(token, yaml.AliasToken):
                # A few lines of them can stand for gigabytes.
                raise TemplateError(f"{shown} uses YAML aliases (*name), which are not taken here; write them out.")
            depth += isinstance(token, BEGIN)
            depth -= isinstance(token, END)
            if depth > DEEPEST:
                raise TemplateError(f"{shown} is nested too deeply to be a template; correct the YAML.")
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it is not YAML"
        raise TemplateError(f"{shown}{where}: {problem}; correct the YAML there.") from None
