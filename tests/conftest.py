"""Fixtures that several test modules share."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.object_server import bucket, object_server  # noqa: F401 - fixtures of object stores
from tests.queue_services import PostgresServer, missing_postgres
from tests.web_site import browser, context, fake_web, web  # noqa: F401 - fixtures of the web page's tests
from workers.database.store import Store, open_store

ROOT = Path(__file__).resolve().parents[1]


def pytest_configure() -> None:
    """A shell that starts the tests in the background has them ignore Ctrl-C; what they start would inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # No example has a time limit: how long one takes is the machine's, and not what is tested.
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with many slow tests come first, so that of two processes none is alone with one at the end."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])


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


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL of the tests' own; where it is not installed a failure in CI, elsewhere a skip."""
    if why := missing_postgres():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    server = PostgresServer(tmp_path_factory.mktemp("postgres") / "server")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """The address of an empty PostgreSQL database."""
    return postgres.empty_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of an empty database of either sort."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'jobs.sqlite'}"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty job store in a database of either sort."""
    opened = open_store(database_url)
    yield opened
    opened.close()
