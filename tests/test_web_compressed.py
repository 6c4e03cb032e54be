"""Answers are compressed on their way, but for what is so already."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.web_site import WebServer, begin, finished


@pytest.mark.parametrize(
    "path", ["/", "/jobs", "/assets/base.css", "/assets/live/main.js", "/api/openapi.json", "/api"]
)
def test_pages_scripts_and_answers_are_compressed(web: WebServer, path: str) -> None:
    with web.client() as client:
        small = client.get(path)
        large = client.get(path, headers={"Accept-Encoding": "identity"})
    assert small.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in small.headers["vary"]
    assert small.text == large.text
    assert small.num_bytes_downloaded < 0.6 * large.num_bytes_downloaded


def test_pictures_and_workbooks_are_left_as_they_are(web: WebServer) -> None:
    with web.client() as client:
        job = begin(client, folder="scans", single_field=True)
        finished(client, job)
        for path in (f"/api/jobs/{job}/pages/1/1/picture", f"/api/jobs/{job}/export?format=xlsx"):
            assert "content-encoding" not in client.get(path).headers
        table = client.get(f"/api/jobs/{job}/export?format=csv")
        assert table.headers["content-encoding"] == "gzip"
        assert table.text.startswith("\ufefffile,") or table.text.startswith("file,")


def test_a_page_that_is_tried_is_sent_on_before_the_next_is_read(web: WebServer, samples: Path) -> None:
    scan = (samples / "scans" / "mixed_batch.pdf").read_bytes()
    with web.client() as client, client.stream("POST", "/api/read/pages", files={"file": ("a.pdf", scan)}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        first = json.loads(next(answer.iter_lines()))
        assert (first["page"]["page"], len(list((web.home / "trying").iterdir()))) == (1, 1)
