"""A real S3 server on this machine (moto's), with faults on demand, for tests of object stores."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

BUCKET = "forms"
SETTINGS = {
    **{"AWS_ACCESS_KEY_ID": "tester", "AWS_SECRET_ACCESS_KEY": "tester", "AWS_DEFAULT_REGION": "us-east-1"},
    **{"AWS_EC2_METADATA_DISABLED": "true"},
}


class ObjectServer:
    """The server. The next `faults` requests are answered by 503, `slow_s` seconds late; `asked` counts by method."""

    def __init__(self) -> None:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import WSGIRequestHandler, make_server

        class Quiet(WSGIRequestHandler):
            def log(self, type: str, message: str, *args: object) -> None:
                """Says nothing of each request."""

        self._app = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=Quiet)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self.faults, self.slow_s = 0, 0.0
        self.asked: list[str] = []
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        time.sleep(self.slow_s)
        if self.faults:
            self.faults -= 1
            start("503 Slow Down", [("Content-Type", "application/xml")])
            return [b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"]
        answer: Iterable[bytes] = self._app(environ, start)
        return answer

    def stop(self) -> None:
        self._server.shutdown()


@pytest.fixture(scope="session")
def object_server() -> Iterator[ObjectServer]:
    server = ObjectServer()
    yield server
    server.stop()


@pytest.fixture
def bucket(object_server: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty bucket of the server that the environment names, as a file system of fsspec."""
    from extractor.objects import object_store

    for name, value in {**SETTINGS, "AWS_ENDPOINT_URL": object_server.url}.items():
        monkeypatch.setenv(name, value)
    store, _ = object_store._store(f"s3://{BUCKET}")
    if store.exists(BUCKET):
        store.rm(BUCKET, recursive=True)
    store.mkdir(BUCKET)
    object_store._listed.clear()
    object_server.faults, object_server.slow_s = 0, 0.0
    object_server.asked.clear()
    return store
