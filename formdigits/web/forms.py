"""The templates that pages may be read by: those that the server was started with, and those that were sent to it."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from extractor.documents.sniff import SNIFFED_BYTES, sniff
from extractor.errors import DocumentError, InputError, ServiceError, TemplateError
from formdigits.web.batches import ENDING, plain_name
from formdigits.web.editing.stored import blank_picture, revise, sent_text
from formdigits.web.sandboxed import template_picture
from formdigits.web.sent_template import Summary, summary_of, take
from workers.review.values import person_key
from workers.sandbox import Sandbox

TEMPLATE_BYTES = 30_000_000
"""Of a template with the picture of its blank form."""

TEMPLATE_TEXT_BYTES = 200_000
"""Bytes of a template's YAML."""

MOST_SENT, MOST_VERSIONS = 500, 100
"""Templates that are kept of those that were sent, and versions of each."""

PREVIEW_SIDE = 1400
"""Pixels of the longer side of a template's picture."""

FORM, SUMMARY = "form.yaml", "summary.json"
"""A template that was sent, and what lists say of it, so that it is parsed once."""

SENT = re.compile(r"[0-9a-f]{16}")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Form:
    """A template to pick. `id` says which, `sent` whether it came by the web page, and then `by` whom and when (`at`,
    seconds since 1970). Those of one name that were sent are versions of it, from 1; others have version 0. A `draft`
    was made here of a blank form and has not been saved yet: nobody picks it. `picture` is what its sender calls the
    blank form's picture."""

    id: str
    form: str
    fields: tuple[str, ...]
    rules: int
    sent: bool
    path: str
    by: str = ""
    at: float = 0.0
    version: int = 0
    newest: bool = True
    draft: bool = False
    picture: str = ""


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
        return _versions([form for form in self._every() if not form.draft])

    def drafts(self) -> list[Form]:
        """Templates that were begun in the editor and not saved, the latest first."""
        return sorted((form for form in self._every() if form.draft), key=lambda one: -one.at)

    def _every(self) -> list[Form]:
        forms = [self._known_as(path, self._of_given) for path in self._given]
        with suppress(OSError):
            forms += [
                self._known_as(folder / FORM, self._of_sent)
                for folder in sorted(self._folder.iterdir())
                if SENT.fullmatch(folder.name)
            ]
        return [form for form in forms if form is not None]

    def newest(self) -> list[Form]:
        """The same without earlier versions: what people pick from."""
        return [form for form in self.all() if form.newest]

    def get(self, wanted: str) -> Form:
        """The template with that id. Raises InputError."""
        for form in (*self.all(), *self.drafts()):
            if form.id == wanted:
                return form
        raise InputError(f"There is no template {plain_name(wanted)}; the page Templates lists those that there are.")

    def path(self, wanted: str) -> str:
        """The file of the template with that id, which is used with this. Raises InputError."""
        form = self.get(wanted)
        if form.sent:
            with suppress(OSError):
                os.utime(Path(form.path).parent)
        return form.path

    def picture(self, form: Form) -> bytes:
        """The blank form, or white paper, with the template's boxes drawn, as JPEG. Raises TemplateError."""
        return self._sandbox.ask(template_picture, form.path, PREVIEW_SIDE)

    def delete(self, form: Form) -> None:
        """Removes a template that was sent; jobs that were read by it have their own copy. Raises InputError."""
        if not form.sent:
            raise InputError("This template is the server's own; its owner takes it away with --templates.")
        shutil.rmtree(Path(form.path).parent, ignore_errors=True)

    def unused_since(self, since: float) -> list[Form]:
        """Templates that were sent, and with which nobody has begun anything after the time `since`."""
        found = []
        for form in self._every():
            with suppress(OSError):
                if form.sent and Path(form.path).parent.stat().st_mtime < since:
                    found.append(form)
        return found

    def add(
        self,
        name: str | None,
        text: bytes,
        pictures: Mapping[str, bytes],
        by: str = "",
        *,
        draft: bool = False,
        called: str = "",
    ) -> Form:
        """Keeps a template that somebody, whose name is `by`, has sent, with the picture of its blank form if it has
        one. It is the newest version of that name from now on, unless it is a `draft`; the same once more becomes it
        again. `called` is the picture's name where another than that in the template is wanted.

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
        # What another person has sent stays theirs.
        whose = person_key(by).encode() + b"\0" if by else b""
        final = self._folder / hashlib.sha256(whose + b"draft" * draft + text + (picture or b"")).hexdigest()[:16]
        called = "" if taken.picture is None else called or plain_name(taken.picture)
        kept = asdict(taken.summary) | {"by": by, "at": time.time(), "draft": draft, "picture": called}
        if final.exists():
            self._renew(final, kept)
        else:
            self._keep(taken.files | ({} if picture is None else {_named(picture): picture}), kept, final)
        return self.get(final.name)

    def revise(self, form: Form, tree: Mapping[str, Any], by: str, room: Callable[[int], None]) -> Form:
        """Keeps `form` with the values of `tree`, as YAML has them, as the newest version of its name; a draft of `by`
        is then over. `room` is told how many bytes are wanted. Raises what `add` and `room` raise."""
        text, picture = self._sandbox.ask(revise, form.path, tree)
        room(len(text) + len(picture or b""))
        pictures = {} if picture is None else {str(tree["landmarks"]["reference"]): picture}
        kept = self.add("The template", text, pictures, by, called=form.picture)
        if form.draft and person_key(form.by) == person_key(by):
            shutil.rmtree(Path(form.path).parent, ignore_errors=True)
        return kept

    def text(self, form: Form) -> bytes:
        """The template's YAML, as it was sent. Raises InputError, TemplateError."""
        return self._sandbox.ask(sent_text, form.path, form.picture)

    def blank(self, form: Form) -> tuple[str, bytes] | None:
        """The picture of the template's blank form, and what it is called in its YAML; None where it has none."""
        return self._sandbox.ask(blank_picture, form.path, form.picture)

    def _renew(self, final: Path, kept: Mapping[str, Any]) -> None:
        draft = final / f"{SUMMARY}.draft"
        try:
            draft.write_text(json.dumps(kept), encoding="utf-8")
            draft.rename(final / SUMMARY)
            # By its file's time it is known what was looked at already.
            os.utime(final / FORM)
        except OSError as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise ServiceError(
                f"The server cannot keep the template ({error.strerror}); its owner should free some space on the disk."
            ) from None

    def _keep(self, files: Mapping[str, bytes], kept: Mapping[str, Any], final: Path) -> None:
        """All of it or nothing: it is written beside its place, and then put there."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._has_room(str(kept["form"]))
            draft = Path(tempfile.mkdtemp(dir=self._folder, prefix="."))
            try:
                for name, content in files.items():
                    (draft / name).write_bytes(content)
                (draft / SUMMARY).write_text(json.dumps(kept), encoding="utf-8")
                draft.rename(final)
            except BaseException:
                shutil.rmtree(draft, ignore_errors=True)
                if not final.exists():
                    raise
        except OSError as error:
            raise ServiceError(
                f"The server cannot keep the template ({error.strerror}); its owner should free some space on the disk."
            ) from None

    def _has_room(self, name: str) -> None:
        """Raises ServiceError where one more template of that name is too many."""
        versions = Counter(form.form for form in self._every() if form.sent)
        if name not in versions and len(versions) >= MOST_SENT:
            raise ServiceError(f"The server keeps {MOST_SENT} templates and no more; have its owner remove some.")
        if versions[name] >= MOST_VERSIONS:
            raise ServiceError(f"{name} has {MOST_VERSIONS} versions; delete some on the page Templates.")

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
            tree = json.loads(kept.read_text(encoding="utf-8"))
            # Earlier versions did not keep who sent it, and when.
            who, when = str(tree.get("by", "")), float(tree.get("at", path.stat().st_mtime))
            form = _form(path, Summary.parse(tree), sent=True)
            draft, called = bool(tree.get("draft")), str(tree.get("picture", ""))
            return replace(form, by=who, at=when, draft=draft, picture=called)
        # It was kept by an earlier version.
        form = _form(path, self._sandbox.ask(summary_of, str(path)), sent=True)
        return replace(form, at=path.stat().st_mtime)


def _versions(forms: Sequence[Form]) -> list[Form]:
    """The server's own first, then those that were sent, by name and the newest first, each with its version."""
    found = sorted((form for form in forms if not form.sent), key=lambda one: one.form)
    sent = sorted((form for form in forms if form.sent), key=lambda one: (one.form, one.at))
    for _, same in groupby(sent, key=lambda one: one.form):
        of_name = list(same)
        numbered = [replace(one, version=at, newest=at == len(of_name)) for at, one in enumerate(of_name, 1)]
        found += reversed(numbered)
    return found


def _form(path: Path, summary: Summary, *, sent: bool) -> Form:
    identity = path.parent.name if sent else hashlib.sha256(str(path).encode()).hexdigest()[:16]
    return Form(identity, summary.form, summary.fields, summary.rules, sent, str(path))


def _named(picture: bytes) -> str:
    """By a name of ours: theirs may be any text."""
    try:
        return f"blank{ENDING[sniff(picture[:SNIFFED_BYTES])]}"
    except DocumentError:
        return "blank"
