"""How pages are read: one value for the command line, Python, queue, web page and camera. Light to import."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from extractor.errors import InputError, TemplateError


class ReadMode(StrEnum):
    """Where the fields of a page are: where a template says, where they are found, or the whole picture is one."""

    TEMPLATES = "templates"
    FOUND = "found"
    SINGLE_FIELD = "single_field"


@dataclass(frozen=True)
class FormVersion:
    """Which version of a model reads a form: the `form`'s name, the version's `number`, from 1, and the absolute path
    of its `model`'s folder."""

    form: str
    number: int
    model: str


@dataclass(frozen=True)
class ReadOptions:
    """All that a reading depends on besides the pages. `ReadOptions.of` makes one from what a person gives.

    `mode`: where the fields are.
    `templates`: absolute paths of template files; some in the mode `TEMPLATES`, none in the others.
    `accept`: the probability from which a reading is accepted, 0 to 1; what is less certain goes to review.
    `max_error`: the share of wrong values, above 0 and below 1, that there may be among the accepted ones; `accept` is
    then chosen from what people have answered. None where nobody asks for a promise.
    `dpi`: the resolution at which PDF pages that are no scans are drawn; None for what the templates say (200 without).
    `engine`: what runs the networks, `litert` or `keras`.
    `model`: absolute path of a model's folder, preferred to the models that come with the program.
    `symbols`: whether readings have their symbols, each with its place, crop and probability.
    `versions`: for forms from whose answers a model was learned, the version that reads them.
    """

    mode: ReadMode = ReadMode.FOUND
    templates: tuple[str, ...] = ()
    accept: float = 0.99
    max_error: float | None = None
    dpi: int | None = None
    engine: str = "litert"
    model: str | None = None
    symbols: bool = False
    versions: tuple[FormVersion, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.templates) != (self.mode is ReadMode.TEMPLATES):
            raise ValueError(f"{len(self.templates)} templates do not go with the mode '{self.mode.value}'")

    @classmethod
    def of(
        cls,
        templates: Sequence[str | Path] = (),
        *,
        single_field: bool = False,
        accept: float = 0.99,
        max_error: float | None = None,
        engine: str = "litert",
        model: str | Path | None = None,
        symbols: bool = False,
    ) -> ReadOptions:
        """The options that a person gives: `templates` are files, or folders of them; paths are made absolute.

        Raises InputError for templates together with `single_field`, TemplateError for a folder without templates.
        """
        if templates and single_field:
            raise InputError("Give either templates or 'every picture is one field' (single field), not both.")
        files = template_files(templates)
        mode = ReadMode.TEMPLATES if files else ReadMode.SINGLE_FIELD if single_field else ReadMode.FOUND
        own = None if model is None else os.path.abspath(model)  # noqa: PTH100 - links stay
        return cls(mode, files, accept, max_error, None, engine, own, symbols)

    def to_dict(self) -> dict[str, Any]:
        """A plain tree of strings, numbers and lists; `from_dict` is its inverse."""
        tree = asdict(self) | {"mode": self.mode.value, "templates": list(self.templates)}
        return tree | {"versions": [asdict(one) for one in self.versions]}

    @classmethod
    def from_dict(cls, tree: Mapping[str, Any]) -> ReadOptions:
        """The options in a tree of `to_dict`, or in one that an earlier version kept: without a mode, dpi or model."""
        templates = tuple(map(str, tree.get("templates", ())))
        plain = ReadMode.SINGLE_FIELD if tree.get("single_field") else ReadMode.FOUND
        return cls(
            mode=ReadMode(tree["mode"]) if "mode" in tree else ReadMode.TEMPLATES if templates else plain,
            templates=templates,
            accept=tree.get("accept", cls.accept),
            max_error=tree.get("max_error"),
            dpi=tree.get("dpi"),
            engine=tree.get("engine", cls.engine),
            model=tree.get("model"),
            symbols=tree.get("symbols", False),
            versions=tuple(FormVersion(**one) for one in tree.get("versions", ())),
        )


def template_files(given: Sequence[str | Path]) -> tuple[str, ...]:
    """The template files that are given, those in a folder by name; absolute paths. Raises TemplateError for a folder
    without any."""
    found: list[str] = []
    for name in given:
        path = Path(os.path.abspath(name))  # noqa: PTH100 - links stay
        inside = sorted(str(file) for ending in ("*.yaml", "*.yml") for file in path.glob(ending))
        if path.is_dir() and not inside:
            raise TemplateError(f"The folder {name} holds no template (*.yaml); give a template's file.")
        found += inside if path.is_dir() else [str(path)]
    return tuple(found)
