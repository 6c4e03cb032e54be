"""A real server and a real Chromium for tests of the web page, started on a free port and ended with the test."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright

from tests.queue_services import ROOT, free_port, wait_until
from workers.database.store import Store, open_store

expect.set_options(timeout=120_000)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
"""So that it runs as root, without a screen, and asks nobody on the network for anything."""


NOT_YET = """(() => {
    const hold = () => {
        if (!document.documentElement) return false;
        document.documentElement.style.pointerEvents = "none";
        return true;
    };
    if (document.readyState !== "loading") return;
    const watcher = new MutationObserver(() => { if (hold()) watcher.disconnect(); });
    if (!hold()) watcher.observe(document, { childList: true });
    // The watcher is told late: of a small page when it is there already.
    const release = () => { watcher.disconnect(); document.documentElement.style.pointerEvents = ""; };
    addEventListener("DOMContentLoaded", release);
})();"""
"""Keeps a page from being clicked before its scripts have run; nobody is as quick as a test is."""


class WebServer:
    """`formdigits serve` as a process of its own. `real` takes the real reader."""

    def __init__(
        self, folder: Path, *arguments: str | Path, real: bool = True, settings: dict[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.port = free_port()
        self.url = f"{'https' if '--lan' in arguments else 'http'}://127.0.0.1:{self.port}"
        self.settings = {"FORMDIGITS_HOME": str(self.home), "PYTHONPATH": str(ROOT), **(settings or {})}
        local = () if "FORMDIGITS_BROKER_URL" in self.settings else ("--local",)
        self._command = ["formdigits" if real else "tests.run_fake", "serve", "--port", str(self.port), *local]
        self._command += map(str, arguments)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True, parents=True)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self._command],
                cwd=self.folder,
                env=os.environ | self.settings,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._answers, f"the server\n{self.log()}")

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log()
        with suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/health", timeout=5, verify=False).status_code == 200
        return False

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def client(self, **options: object) -> httpx.Client:
        """A client whose paths are below this server; without certificates, which take a second to load."""
        return httpx.Client(base_url=self.url, timeout=300, verify=False, **options)  # type: ignore[arg-type]

    def store(self) -> Store:
        """Its job store; whoever opens it closes it."""
        return open_store(f"sqlite:///{self.home / 'jobs.sqlite'}")

    def kill(self) -> None:
        """As when the power fails."""
        if self._process is not None:
            with suppress(ProcessLookupError, psutil.NoSuchProcess):
                if os.name == "posix":
                    os.killpg(self._process.pid, signal.SIGKILL)
                else:
                    for one in psutil.Process(self._process.pid).children(recursive=True):
                        one.kill()
                    self._process.kill()
            self._process.wait()

    def terminate(self) -> int:
        """As a service manager does, which waits only so long; gives the exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(timeout=120)

    def stop(self) -> int:
        """As by Ctrl-C; gives the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(timeout=120)


@contextmanager
def serving(
    folder: Path, *arguments: str | Path, real: bool = True, settings: dict[str, str] | None = None
) -> Iterator[WebServer]:
    """A server that runs while the block does."""
    server = WebServer(folder, *arguments, real=real, settings=settings)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def _held(context: BrowserContext) -> None:
    context.add_init_script(NOT_YET)


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """A Chromium without a window. Skips where there is none, fails there in CI."""
    if not Path(CHROMIUM).exists():
        missing = "Chromium is not installed; 'make test-system' installs it"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    browser = _playwright().chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *arguments])
    browser.on("context", _held)
    try:
        yield browser
    finally:
        browser.close()


@cache
def _playwright() -> Playwright:
    """One for all browsers: a second one in the same thread refuses to start."""
    manager = sync_playwright()
    atexit.register(manager.__exit__)
    return manager.start()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests that need nothing special of it."""
    with chromium() as one:
        yield one


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile. The test fails where a page's script did, or where the policy had to stop something."""
    complaints: list[str] = []
    with browser.new_context() as one:
        one.set_default_timeout(120_000)
        one.on("weberror", lambda error: complaints.append(str(error.error)))
        one.on(
            "console",
            lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None,
        )
        yield one
    assert not complaints, complaints


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """A server on this machine's own address with the samples' templates and folder, with the real reader."""
    arguments: list[str | Path] = [
        "--folder",
        ROOT / "samples" / "scans",
        "--templates",
        ROOT / "samples" / "templates",
    ]
    with serving(tmp_path_factory.mktemp("web"), *arguments) as server:
        yield server


@pytest.fixture(scope="session")
def fake_web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """A server with the quick reader and twelve small pictures in its folder `scans/2024`."""
    folder = tmp_path_factory.mktemp("fake")
    pictures(folder / "scans" / "2024", 12, "page")
    with serving(folder, "--folder", folder / "scans", real=False) as server:
        yield server


@pytest.fixture(name="store")
def web_store(web: WebServer) -> Iterator[Store]:
    """The job store of the server `web`; a module that imports this has it in the place of an empty one."""
    opened = web.store()
    yield opened
    opened.close()


def pictures(folder: Path, count: int, name: str) -> Path:
    """A folder of small pictures for the fake reader, each with another darkness."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        image = np.full((20, 30), 255, np.uint8)
        image[:, : 1 + number % 29] = 0
        cv2.imwrite(str(folder / f"{name}{number:03}.png"), image)
    return folder


def begin(client: httpx.Client, **wanted: Any) -> str:
    """The id of a new job."""
    answer = client.post("/api/jobs", json=wanted)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def state(client: httpx.Client, job: str) -> dict[str, Any]:
    """How far the job is."""
    answer = client.get(f"/api/jobs/{job}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def finished(client: httpx.Client, job: str, patience_s: float = 300) -> dict[str, Any]:
    """The same once the job is over."""
    wait_until(lambda: state(client, job)["state"] == "finished", f"job {job}", patience_s)
    return state(client, job)
