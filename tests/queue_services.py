"""Real servers and real workers for tests of the queue, started on free ports and ended with the test."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import redis

ROOT = Path(__file__).resolve().parents[1]
POSTGRES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_until(true: Callable[[], bool], what: str, patience_s: float = 300) -> None:
    until = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < until, f"{what} did not come about within {patience_s:g} s"
        time.sleep(0.1)


class RedisServer:
    """redis-server with an append-only file, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        arguments = ["--port", str(self.port), "--appendonly", "yes", "--dir", str(self.folder), "--save", ""]
        self._process = subprocess.Popen(
            ["redis-server", *arguments, "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(self.answers, "Redis")

    def answers(self) -> bool:
        with suppress(redis.RedisError):
            return bool(redis.Redis.from_url(self.url).ping())
        return False

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class PostgresServer:
    """PostgreSQL with a database of its own, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        assert POSTGRES is not None
        self.folder = folder
        self.port = free_port()
        self.url = f"postgresql+psycopg://tester@127.0.0.1:{self.port}/postgres"
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        self._as = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
        folder.mkdir()
        folder.chmod(0o777)
        for parent in folder.parents:
            # The server refuses to run as root, and must reach its folder.
            with suppress(OSError):
                parent.chmod(parent.stat().st_mode | 0o011)
        subprocess.run(
            [POSTGRES / "initdb", "-D", folder / "data", "-U", "tester", "-A", "trust", "--no-sync"],
            check=True,
            capture_output=True,
            cwd="/",
            **self._as,  # type: ignore[call-overload]
        )

    def start(self) -> None:
        assert POSTGRES is not None
        ready: list[str | Path] = [POSTGRES / "pg_isready", "-h", "127.0.0.1", "-p", str(self.port)]

        def is_ready() -> bool:
            # A new server ends at once while the memory or the port of the killed one are not free yet.
            if self._process is None or self._process.poll() is not None:
                self._spawn()
            return subprocess.run(ready, capture_output=True, check=False).returncode == 0

        wait_until(is_ready, "PostgreSQL")

    def _spawn(self) -> None:
        assert POSTGRES is not None
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        # A killed server loses nothing by this, only a machine without power would.
        hasty = ["-c", "fsync=off", "-c", "jit=off"]
        self._process = subprocess.Popen(
            [POSTGRES / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-k", self.folder, *hasty],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            **self._as,  # type: ignore[call-overload]
        )

    def empty_database(self) -> str:
        """The address of a new database on the server, which must run."""
        self._databases += 1
        name = f"test_{self._databases}"
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
            # From the template without anything in it, which nobody is connected to, and without waiting for the disk.
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY wal_log")
        return self.url.removesuffix("postgres") + name

    def kill(self) -> None:
        if self._process is not None:
            children = psutil.Process(self._process.pid).children(recursive=True)
            self._process.kill()
            self._process.wait()
            for child in children:
                with suppress(psutil.NoSuchProcess):
                    child.kill()
            psutil.wait_procs(children, timeout=120)


class Site:
    """One broker, one database, and the commands and workers that use them. `real` takes the real reader."""

    def __init__(self, folder: Path, *, real: bool = False, lease_s: float = 3) -> None:
        self.folder = folder
        self.redis = RedisServer(folder / "redis")
        self.settings = {
            "FORMDIGITS_HOME": str(folder / "home"),
            "FORMDIGITS_BROKER_URL": self.redis.url,
            "FAKE_LEASE_S": str(lease_s),
        }
        self._module = "formdigits" if real else "tests.run_queue_fake"
        self.workers: list[subprocess.Popen[bytes]] = []

    def environment(self) -> dict[str, str]:
        return os.environ | {"PYTHONPATH": str(ROOT)} | self.settings

    def run(self, *arguments: str | Path, patience_s: float = 600) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", self._module, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=patience_s,
            check=False,
        )

    def submit(self, *arguments: str | Path) -> str:
        done = self.run("submit", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", self._module, *map(str, arguments)],
                cwd=self.folder,
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.workers.append(process)
        return process

    def worker(self, processes: int = 2, *arguments: str) -> subprocess.Popen[bytes]:
        return self.start("worker", "--processes", str(processes), *arguments)

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def counts(self, job: str) -> dict[str, int]:
        from workers.database.queue.ledger import page_counts
        from workers.database.store import open_store

        store = open_store(self.settings.get("FORMDIGITS_DATABASE_URL") or f"sqlite:///{self.folder}/home/jobs.sqlite")
        try:
            return page_counts(store, job).get(job, {})
        finally:
            store.close()

    def done(self, job: str) -> int:
        return sum(count for status, count in self.counts(job).items() if status != "waiting")

    def wait(self, job: str, pages: int, patience_s: float = 300) -> None:
        """Waits until so many pages are done."""
        wait_until(lambda: self.done(job) >= pages, f"{pages} pages", patience_s)

    def export(self, job: str, name: str = "out.csv") -> str:
        done = self.run("export", job, "-o", name)
        assert done.returncode == 0, done.stderr
        return (self.folder / name).read_text(encoding="utf-8")

    def end(self) -> None:
        for process in self.workers:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.redis.kill()


@contextmanager
def site(folder: Path, database: str = "sqlite", *, real: bool = False, lease_s: float = 3) -> Iterator[Site]:
    """A site whose broker runs, with its database."""
    with ExitStack() as stack:
        one = Site(folder, real=real, lease_s=lease_s)
        stack.callback(one.end)
        if database == "postgresql":
            server = PostgresServer(folder / "postgres")
            stack.callback(server.kill)
            server.start()
            one.settings["FORMDIGITS_DATABASE_URL"] = server.url
            one.postgres = server  # type: ignore[attr-defined]
        one.redis.start()
        yield one


def missing(database: str = "sqlite") -> str:
    """Why such a site cannot be set up on this machine; empty where it can."""
    if shutil.which("redis-server") is None:
        return "redis-server is not installed; 'make setup' installs it"
    return missing_postgres() if database == "postgresql" else ""


def missing_postgres() -> str:
    """Why there is no PostgreSQL for tests; empty where there is one."""
    if POSTGRES is None:
        return "PostgreSQL is not installed under /usr/lib/postgresql; 'make test-system' installs it"
    return ""
