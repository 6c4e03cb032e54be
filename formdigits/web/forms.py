"""The templates that pages may be read by: those that the server was started with, and those that were sent to it."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from extractor.documents.sniff import SNIFFED_BYTES, sniff
from extractor.errors import DocumentError, InputError, ServiceError, TemplateError
from formdigits.web.batches import ENDING, plain_name
from formdigits.web.sent_template import Summary, summary_of, take
from workers.sandbox import Sandbox

TEMPLATE_BYTES = 30_000_000
"""Of a template with the picture of its blank form."""

TEMPLATE_TEXT_BYTES = 200_000
"""Bytes of a template's YAML."""

MOST_SENT = 500
"""Templates that are kept of those that were sent."""

FORM, SUMMARY = "form.yaml", "summary.json"
"""A template that was sent, and what lists say of it, so that it is parsed once."""

SENT = re.compile(r"[0-9a-f]{16}")

log = logging.getLogger(__name__)


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
    """All templates; those that are sent are kept below `home`. Each is parsed once, in a process beside the server.

    Several threads may use it.
    """

    def __init__(self, home: Path, given: tuple[Path, ...], sandbox: Sandbox) -> None:
        self._folder = home / "forms"
        self._given = given
        self._sandbox = sandbox
        self._lock = threading.Lock()
        self._known: dict[tuple[Path, int, int], Form | None] = {}

    def all(self) -> list[Form]:
        """Those of the server first, then those that were sent, each by name. One that is broken is left out."""
        forms = [self._known_as(path, self._of_given) for path in self._given]
        with suppress(OSError):
            forms += [
                self._known_as(folder / FORM, self._of_sent)
                for folder in sorted(self._folder.iterdir())
                if SENT.fullmatch(folder.name)
            ]
        return sorted((form for form in forms if form is not None), key=lambda one: (one.sent, one.form))

    def path(self, wanted: str) -> str:
        """The file of the template with that id. Raises InputError."""
        for form in self.all():
            if form.id == wanted:
                return form.path
        raise InputError(f"There is no template {plain_name(wanted)}; /api/templates lists those that there are.")

    def add(self, name: str | None, text: bytes, pictures: Mapping[str, bytes]) -> Form:
        """Keeps a template that was sent, with the picture of its blank form if it has one.

        `pictures` are by the names that their sender gave them. Raises TemplateError, naming the line and the fix;
        DocumentError for what is no picture; ServiceError when there is no room, or too many others wait.
        """
        shown = plain_name(name)
        if len(text) > TEMPLATE_TEXT_BYTES:
            raise TemplateError(
                f"{shown} has more than {TEMPLATE_TEXT_BYTES / 1e6:.1f} MB, which is too much for a template; "
                "send its YAML file."
            )
        taken = self._sandbox.ask(take, shown, text, {name: _named(picture) for name, picture in pictures.items()})
        picture = None if taken.picture is None else pictures[taken.picture]
        if picture is not None:
            sniff(picture[:SNIFFED_BYTES])
        final = self._folder / hashlib.sha256(text + (picture or b"")).hexdigest()[:16]
        if not final.exists():
            self._keep(taken.files | ({} if picture is None else {_named(picture): picture}), taken.summary, final)
        return _form(final / FORM, taken.summary, sent=True)

    def _keep(self, files: Mapping[str, bytes], summary: Summary, final: Path) -> None:
        """All of it or nothing: it is written beside its place, and then put there."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if sum(1 for _ in self._folder.iterdir()) >= MOST_SENT:
                raise ServiceError(f"The server keeps {MOST_SENT} templates and no more; have its owner remove some.")
            draft = Path(tempfile.mkdtemp(dir=self._folder, prefix="."))
            try:
                for name, content in files.items():
                    (draft / name).write_bytes(content)
                (draft / SUMMARY).write_text(json.dumps(asdict(summary)), encoding="utf-8")
                draft.rename(final)
            except BaseException:
                shutil.rmtree(draft, ignore_errors=True)
                if not final.exists():
                    raise
        except OSError as error:
            raise ServiceError(
                f"The server cannot keep the template ({error.strerror}); its owner should free some space on the disk."
            ) from None

    def _known_as(self, path: Path, found: Callable[[Path], Form]) -> Form | None:
        """What is known of the template, looked at anew where its file has changed; None for what is none."""
        try:
            state = path.stat()
        except OSError:
            return None
        key = (path, state.st_mtime_ns, state.st_size)
        with self._lock:
            if key in self._known:
                return self._known[key]
        form = None
        try:
            form = found(path)
        except ServiceError:
            # Too many others wait: the next who asks may find out.
            return None
        except Exception as error:
            # Whatever is wrong with one, the others are there.
            log.warning("the template %s is left out: %r", path, error)
        with self._lock:
            self._known[key] = form
        return form

    def _of_given(self, path: Path) -> Form:
        return _form(path, self._sandbox.ask(summary_of, str(path)), sent=False)

    def _of_sent(self, path: Path) -> Form:
        kept = path.parent / SUMMARY
        if kept.is_file():
            return _form(path, Summary.parse(json.loads(kept.read_text(encoding="utf-8"))), sent=True)
        # It was kept by an earlier version.
        return _form(path, self._sandbox.ask(summary_of, str(path)), sent=True)


def _form(path: Path, summary: Summary, *, sent: bool) -> Form:
    identity = path.parent.name if sent else hashlib.sha256(str(path).encode()).hexdigest()[:16]
    return Form(identity, summary.form, summary.fields, summary.rules, sent, str(path))


def _named(picture: bytes) -> str:
    """By a name of ours: theirs may be any text."""
    try:
        return f"blank{ENDING[sniff(picture[:SNIFFED_BYTES])]}"
    except DocumentError:
        return "blank"
