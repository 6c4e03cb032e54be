"""Fixtures that several test modules share."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.web_site import browser, context, fake_web, web  # noqa: F401 - fixtures of the web page's tests

ROOT = Path(__file__).resolve().parents[1]


def pytest_configure() -> None:
    """A shell that starts the tests in the background has them ignore Ctrl-C; what they start would inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Real handwriting for development; absent on most machines."""
    folder = Path(os.environ.get("FORMDIGITS_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no data at {folder}; set FORMDIGITS_DATA to run this test")
    return folder


@pytest.fixture(scope="session")
def samples() -> Path:
    """The samples folder of this checkout."""
    return ROOT / "samples"


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test has a job store of its own, so that none touches the developer's."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("FORMDIGITS_HOME", str(home))
    return home
