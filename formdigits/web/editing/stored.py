"""Templates that are kept, as files: their values, their YAML with other values, and what they are sent back as."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from extractor.template import load_template
from extractor.template.load import parse_yaml
from extractor.template.revised_text import revised_text, with_rule_texts


def tree_of(path: str) -> dict[str, Any]:
    """The values of the template in that file, as its YAML has them, its rules as texts. Raises TemplateError."""
    load_template(path)
    return with_rule_texts(parse_yaml(_text(path), path)[1])


def revise(path: str, tree: Mapping[str, Any]) -> tuple[bytes, bytes | None]:
    """The template at `path` with the values of `tree`, as YAML in which comments and order stay, and the picture of
    its blank form. Raises TemplateError."""
    picture = load_template(path).reference_path
    return revised_text(_text(path), tree).encode(), None if picture is None else picture.read_bytes()


def sent_text(path: str, picture: str) -> bytes:
    """The YAML of the template at `path`, which calls the blank form's picture `picture` where that is not empty.

    Raises TemplateError.
    """
    text = _text(path)
    tree = parse_yaml(text, path)[1]
    if not picture:
        return text.encode()
    return revised_text(text, {**tree, "landmarks": {**tree["landmarks"], "reference": picture}}).encode()


def blank_picture(path: str, called: str) -> tuple[str, bytes] | None:
    """The name of the blank form's picture (`called`, unless that is empty) and its content; None without one.

    Raises TemplateError.
    """
    picture = load_template(path).reference_path
    return None if picture is None else (called or picture.name, picture.read_bytes())


def _text(path: str) -> str:
    # As it is: Python would otherwise make other line ends of the file's own.
    return Path(path).read_bytes().decode("utf-8")
