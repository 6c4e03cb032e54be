"""The templates that pages may be read by: those that the server was started with, and those that were sent to it."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from extractor.documents.sniff import SNIFFED_BYTES, sniff
from extractor.errors import InputError, ServiceError, TemplateError
from extractor.template import Template, load_template
from formdigits.web.batches import ENDING, plain_name

TEMPLATE_BYTES = 30_000_000
"""Of a template with the picture of its blank form."""

LONGEST = 500_000
"""Bytes of a template's YAML."""

MOST_SENT = 500
"""Templates that are kept of those that were sent."""

FORM = "form.yaml"

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
class Form:
    """A template to pick. `id` says which, `sent` whether it came by the web page."""

    id: str
    form: str
    fields: tuple[str, ...]
    rules: int
    sent: bool
    path: str


class Forms:
    """All templates; those that are sent are kept below `home`."""

    def __init__(self, home: Path, given: tuple[Path, ...]) -> None:
        self._folder = home / "forms"
        self._given = given

    def all(self) -> list[Form]:
        """Those of the server first, then those that were sent, each by name. One that is broken is left out."""
        sent = sorted(self._folder.glob(f"*/{FORM}"))
        found = [(path, False) for path in self._given] + [(path, True) for path in sent]
        forms = []
        for path, was_sent in found:
            with suppress(TemplateError):
                forms.append(_form(path, sent=was_sent))
        return sorted(forms, key=lambda one: (one.sent, one.form))

    def path(self, wanted: str) -> str:
        """The file of the template with that id. Raises InputError."""
        for form in self.all():
            if form.id == wanted:
                return form.path
        raise InputError(f"There is no template {plain_name(wanted)}; /api/templates lists those that there are.")

    def add(self, name: str | None, text: bytes, pictures: Mapping[str, bytes]) -> Form:
        """Keeps a template that was sent, with the picture of its blank form if it has one.

        `pictures` are by the names that their sender gave them. Raises TemplateError, naming the line and the fix;
        DocumentError for what is no picture; ServiceError when there is no room.
        """
        shown = plain_name(name)
        tree = _tree(shown, text)
        wanted = _reference(tree)
        picture = None if wanted is None else pictures.get(wanted)
        if wanted is not None and picture is None:
            raise TemplateError(
                f"{shown} refers to the picture '{plain_name(wanted)}', which is not there; send both together."
            )
        identity = hashlib.sha256(text + (picture or b"")).hexdigest()[:16]
        final = self._folder / identity
        if not final.exists():
            self._keep(shown, text, tree, picture, final)
        return _form(final / FORM, sent=True)

    def _keep(self, shown: str, text: bytes, tree: Any, picture: bytes | None, final: Path) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if sum(1 for _ in self._folder.iterdir()) >= MOST_SENT:
                raise ServiceError(f"The server keeps {MOST_SENT} templates and no more; have its owner remove some.")
            with tempfile.TemporaryDirectory(dir=self._folder, prefix=".") as draft:
                path = Path(draft) / FORM
                if picture is not None:
                    # By a name of ours: theirs may be any text.
                    named = f"blank{ENDING[sniff(picture[:SNIFFED_BYTES])]}"
                    (Path(draft) / named).write_bytes(picture)
                    text = _with_reference(tree, named)
                path.write_bytes(text)
                _checked(path, shown)
                shutil.copytree(draft, f"{draft}.whole")
                Path(f"{draft}.whole").rename(final)
        except OSError as error:
            raise ServiceError(
                f"The server cannot keep the template ({error.strerror}); its owner should free some space on the disk."
            ) from None


def _form(path: Path, *, sent: bool) -> Form:
    template = load_template(path)
    identity = path.parent.name if sent else hashlib.sha256(str(path).encode()).hexdigest()[:16]
    names = tuple(field.name for field in template.fields)
    return Form(identity, template.form, names, len(template.rules), sent, str(path))


def _tree(shown: str, text: bytes) -> Any:
    if len(text) > LONGEST:
        raise TemplateError(
            f"{shown} has more than {LONGEST / 1e6:.1f} MB, which is too much for a template; send its YAML file."
        )
    try:
        decoded = text.decode("utf-8")
        _check_tokens(shown, decoded)
        return yaml.safe_load(decoded)
    except UnicodeDecodeError:
        raise TemplateError(f"{shown} cannot be read as text; send a template's YAML file.") from None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it is not YAML"
        raise TemplateError(f"{shown}{where}: {problem}; correct the YAML there.") from None


def _check_tokens(shown: str, text: str) -> None:
    """Looks at the YAML piece by piece, and stops at what would cost gigabytes or minutes to take in."""
    depth = 0
    for token in yaml.scan(text):
        if isinstance(token, yaml.AliasToken):
            # A few lines of them can stand for gigabytes.
            raise TemplateError(f"{shown} uses YAML aliases (*name), which are not taken here; write them out.")
        depth += isinstance(token, BEGIN)
        depth -= isinstance(token, END)
        if depth > DEEPEST:
            raise TemplateError(f"{shown} is nested too deeply to be a template; correct the YAML.")


def _reference(tree: Any) -> str | None:
    landmarks = tree.get("landmarks") if isinstance(tree, dict) else None
    reference = landmarks.get("reference") if isinstance(landmarks, dict) else None
    return reference if isinstance(reference, str) else None


def _with_reference(tree: Any, named: str) -> bytes:
    """The YAML with another name for the picture."""
    whole = {**tree, "landmarks": {**tree["landmarks"], "reference": named}}
    return yaml.safe_dump(whole, sort_keys=False, allow_unicode=True).encode()


def _checked(path: Path, shown: str) -> Template:
    try:
        return load_template(path)
    except TemplateError as error:
        raise TemplateError(str(error).replace(str(path), shown)) from None
