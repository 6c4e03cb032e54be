"""What the documents say is there: links, files, modules, commands and their options, make targets, examples."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from extractor.template import load_template
from formdigits.cli import cli
from tests.conftest import ROOT

DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "samples/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```\w*\n(.*?)```|`([^`\n]+)`|^ {4}(\S.*)$", re.DOTALL | re.MULTILINE)
PATH = re.compile(
    r"(?<![\w/.])((?:extractor|workers|training|formdigits|tests|benchmarks|docs|samples|scripts|\.ci|\.github)/[\w./*-]*)"
)
FILE = re.compile(
    r"(?<![\w/.-])((?:pyproject\.toml|requirements\.lock|docker-compose\.yml|[A-Z]\w+\.md|Dockerfile|Makefile))\b"
)
MODULE = re.compile(r"python -m ([\w.]+)")
TARGET = re.compile(r"^make ([a-z]+)", re.MULTILINE)
COMMAND = re.compile(r"(?:^|[ (])formdigits ((?:[a-z]+\|)*[a-z]+)\b([^\n#|;]*)", re.MULTILINE)
FOREIGN = {"pip", "celery", "hatchling", "pytest", "venv"}

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def code(text: str) -> Iterator[str]:
    """What stands as code in a document: blocks, spans and indented lines."""
    for found in CODE.finditer(text):
        yield next(part for part in found.groups() if part is not None)


def anchors(document: Path) -> set[str]:
    """What `#…` may name in a document, as GitHub makes it of headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_document
def test_links_lead_somewhere(document: Path) -> None:
    lost = []
    for link in LINK.findall(document.read_text(encoding="utf-8")):
        if link.startswith(("http://", "https://")):
            continue
        name, _, anchor = link.partition("#")
        target = document.parent / name if name else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert not lost


@each_document
def test_files_that_are_named_are_there(document: Path) -> None:
    """From the root, or from the document's own folder."""
    lost = []
    for part in code(document.read_text(encoding="utf-8")):
        for name in PATH.findall(part) + FILE.findall(part):
            pattern = name.rstrip("./") if not name.endswith("*") else name
            if not any(True for folder in (ROOT, document.parent) for _ in folder.glob(pattern)):
                lost.append(name)
    assert not lost


@each_document
def test_files_that_are_named_without_their_folder_are_there(document: Path) -> None:
    """The sentence has named the folder: `video/` and, further on, `session.py`."""
    there = {path.name for path in ROOT.rglob("*.py") if ".venv" not in path.parts}
    named = {
        name for part in code(document.read_text(encoding="utf-8")) for name in re.findall(r"(?<![\w/])\w+\.py\b", part)
    }
    assert named <= there


@each_document
def test_modules_that_are_run_are_there(document: Path) -> None:
    names = set(MODULE.findall(document.read_text(encoding="utf-8")))
    ours = {name for name in names if name.partition(".")[0] not in FOREIGN}
    assert not {name for name in ours if importlib.util.find_spec(name) is None}


@each_document
def test_make_has_the_targets(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {name for part in code(document.read_text(encoding="utf-8")) for name in TARGET.findall(part)}
    assert named <= targets


@each_document
def test_commands_and_options_are_known(document: Path) -> None:
    unknown = []
    for part in code(document.read_text(encoding="utf-8")):
        for names, rest in COMMAND.findall(part.replace("\\\n", " ")):
            unknown += [wrong for name in names.split("|") for wrong in unknown_words(name, rest)]
    assert not unknown


def unknown_words(name: str, rest: str) -> list[str]:
    """What of `formdigits NAME REST` the command line does not know."""
    context = click.Context(cli)
    command = cli.get_command(context, name)
    if command is None:
        return [name]
    lexer = shlex.shlex(rest.replace("'", ""), posix=True, punctuation_chars="[]")
    lexer.whitespace_split = True
    words = list(lexer)
    options = {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
    if isinstance(command, click.Group):
        below = [command.get_command(context, word) for word in words[:1]]
        options |= {option for one in below if one for param in one.params for option in param.opts}
    return [f"{name} {word}" for word in words if re.match(r"--?[a-z]", word) and word not in options | {"--help"}]


def test_the_readme_leads_to_every_guide() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    guides = [path.relative_to(ROOT) for path in (ROOT / "docs").iterdir() if path.suffix in {".md", ".ipynb"}]
    assert not [str(guide) for guide in guides if f"]({guide.as_posix()})" not in readme]


def test_the_readme_is_two_screens_before_its_figures() -> None:
    above = (ROOT / "README.md").read_text(encoding="utf-8").partition("## How well it reads")[0]
    assert len(above.splitlines()) <= 80


def test_the_guides_template_is_one(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
    [example] = [block for block in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL) if "formdigits: 1" in block]
    (tmp_path / "form.yaml").write_text(example, encoding="utf-8")
    template = load_template(tmp_path / "form.yaml")
    assert [field.name for field in template.fields] == ["old", "new", "used"]


def test_the_workflow_names_files_that_are_there() -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    named = re.findall(r"(?:tests|scripts|\.ci)/[\w.*-]*[\w*]", workflow)
    assert len(named) >= 5
    assert not [name for name in named if not list(ROOT.glob(name))]
