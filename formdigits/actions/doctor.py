"""What `formdigits doctor` looks at, one function for each thing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True)
class Check:
    """One thing looked at. `found` says what is there or what is wrong; `remedy` is one command or sentence."""

    name: str
    ok: bool
    found: str
    remedy: str = ""
    needed: bool = True


def all_checks() -> Iterator[Check]:
    """Everything, in the order in which it should be put right."""
    for name, look in LOOKS.items():
        try:
            yield from look()
        except ImportError as error:
            yield Check(name, False, str(error), "install the packages above first")


def _python() -> Iterator[Check]:
    found = ".".join(map(str, sys.version_info[:3]))
    yield Check("Python", sys.version_info >= (3, 11), found, "install Python 3.11 or newer")


def _packages() -> Iterator[Check]:
    from packaging.requirements import Requirement

    for line in requires("formdigits") or []:
        wanted = Requirement(line)
        if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(wanted.name)
        except PackageNotFoundError:
            yield Check(wanted.name, False, "not installed", f"pip install '{wanted.name}{wanted.specifier}'")
            continue
        ok = wanted.specifier.contains(found, prereleases=True)
        yield Check(wanted.name, ok, found, f"pip install '{wanted.name}{wanted.specifier}'")


def _rooms() -> Iterator[Check]:
    # A package of another project may have the name of one of ours, and be found first.
    ours = Path(__file__).resolve().parents[2]
    for room in ("extractor", "workers", "training"):
        spec = find_spec(room)
        where = None if spec is None or spec.origin is None else Path(spec.origin).resolve().parent
        if where != ours / room:
            found = f"{where or 'missing'}, which does not belong to the formdigits in {ours}"
            yield Check(f"package {room}", False, found, f"uninstall the package that brings '{room}', or use a venv")


def _opencv() -> Iterator[Check]:
    # In a process of its own: a library that is missing underneath may end the whole process.
    tried = subprocess.run(
        [sys.executable, "-c", "import cv2; print(cv2.__version__, cv2.currentUIFramework())"],
        capture_output=True,
        text=True,
        check=False,
    )
    if tried.returncode == 0:
        found, *windows = tried.stdout.split()
        yield Check("import cv2", True, found)
        yield Check(
            "OpenCV's windows",
            bool(windows),
            windows[0] if windows else "none; opencv-python-headless, which another package asks for, wrote over them",
            "pip uninstall -y opencv-python-headless; pip install --force-reinstall --no-deps opencv-python",
            needed=False,
        )
        return
    why = (tried.stderr.strip().splitlines() or [f"exit code {tried.returncode}"])[-1]
    yield Check("import cv2", False, why, "apt-get install libgl1 libglib2.0-0")


def _model() -> Iterator[Check]:
    from extractor.alphabet import short
    from extractor.errors import ModelError
    from extractor.recognizer.card import model_bytes, read_card
    from extractor.recognizer.choice import shipped_models

    remedy = "pip install --force-reinstall formdigits"
    for folder in shipped_models():
        name = "model" if folder.name == "digits" else f"model {folder.name}"
        try:
            card = read_card(folder)
        except ModelError as error:
            yield Check(name, False, str(error), remedy)
            continue
        for engine in card.files:
            try:
                size = len(model_bytes(folder, card, engine))
            except ModelError as error:
                yield Check(f"{name} ({engine})", False, str(error), remedy)
            else:
                yield Check(f"{name} ({engine})", True, f"{short(card.alphabet)}, {size:,} bytes, as its card says")


def _poppler() -> Iterator[Check]:
    where = shutil.which("pdftoppm")
    # Scans in PDF are read without it; only PDF pages that are drawn need it.
    yield Check(
        "poppler (pdftoppm)",
        where is not None,
        where or "not found; PDF pages that are no scans cannot be read",
        "apt-get install poppler-utils",
        needed=False,
    )


def _home() -> Iterator[Check]:
    from extractor.errors import ServiceError
    from workers.home import home

    try:
        yield Check("folder for jobs", True, str(home()))
    except ServiceError as error:
        yield Check("folder for jobs", False, str(error), "export FORMDIGITS_HOME=/a/folder/of/yours")


def _database() -> Iterator[Check]:
    from extractor.errors import ServiceError
    from workers.database.connection import without_password
    from workers.database.store import open_store
    from workers.home import database_url

    try:
        url = database_url()
        open_store(url).close()
    except ServiceError as error:
        yield Check("job database", False, str(error), "see there")
        return
    yield Check("job database", True, without_password(url))


def _broker() -> Iterator[Check]:
    from extractor.errors import ServiceError
    from workers.queue.dispatch import Broker

    # Only the queue needs it; `read` does without.
    try:
        broker = Broker()
        yield Check("broker (queue)", True, f"{broker.name}, Redis {broker.check()}")
    except ServiceError as error:
        remedy = "apt-get install redis-server, or export FORMDIGITS_BROKER_URL=redis://host:6379/0"
        yield Check("broker (queue)", False, str(error), remedy, needed=False)


def _tensorflow() -> Iterator[Check]:
    # Found and not imported: that would take seconds.
    ok = find_spec("tensorflow") is not None
    found = version("tensorflow") if ok else "not installed; only training and --engine keras need it"
    yield Check("tensorflow extra", ok, found, "pip install 'formdigits[tensorflow]'", needed=False)


def _second() -> Iterator[Check]:
    from extractor.recognizer.second_reader import INSTALL, read_second_card, second_reader_file

    card = read_second_card()
    if second_reader_file() is None:
        found = "not installed; what only our own networks read goes to review more often"
        yield Check("second reader", False, found, INSTALL, needed=False)
        return
    have = version(card.package)
    ok = have == card.version
    found = f"{card.name}, {card.package} {have}" if ok else f"{card.package} {have}, fitted for {card.version}"
    yield Check("second reader", ok, found, f"pip install '{card.package}=={card.version}'", needed=False)


def _processes() -> Iterator[Check]:
    from workers.home import processors

    yield Check("processors", True, f"{processors()}; formdigits read starts as many processes")


LOOKS: dict[str, Callable[[], Iterator[Check]]] = {
    "Python": _python,
    "packages": _packages,
    "packages of formdigits": _rooms,
    "import cv2": _opencv,
    "model": _model,
    "poppler (pdftoppm)": _poppler,
    "folder for jobs": _home,
    "job database": _database,
    "broker": _broker,
    "tensorflow extra": _tensorflow,
    "second reader": _second,
    "processors": _processes,
}
