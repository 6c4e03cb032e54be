"""What people read in the browser speaks of what is there: of buttons and pages, not of the command line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from extractor.reading import NO_FIELD
from formdigits.web.browser_words import in_browser
from tests.web_site import WebServer, begin, finished

ROOT = Path(__file__).resolve().parents[1]
OPTION = re.compile(r"(^|[ '(])--?[a-z][a-z-]*\b|'formdigits ")
BLANK = cv2.imencode(".png", np.full((600, 500), 250, np.uint8))[1].tobytes()


def sentences() -> Iterator[str]:
    """What the rooms below this one say, with a word for what they put in."""
    for room in ("extractor", "workers"):
        for path in sorted((ROOT / room).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
            spoken = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            for node in ast.walk(tree):
                if isinstance(node, ast.JoinedStr):
                    yield "".join(str(p.value) if isinstance(p, ast.Constant) else "this" for p in node.values)
                elif isinstance(node, ast.Constant) and id(node) not in inside | spoken:
                    yield str(node.value)


def test_no_advice_of_the_rooms_below_names_an_option_in_the_browser() -> None:
    advice = [one for one in sentences() if one.endswith(".") and " " in one and OPTION.search(one)]
    assert NO_FIELD in advice
    left = {one: in_browser(one) for one in advice if OPTION.search(in_browser(one))}
    assert not left
    assert all(in_browser(one)[-1] == "." and in_browser(one).count(".") <= 2 for one in advice)


def test_a_page_without_fields_is_told_which_button_helps(web: WebServer) -> None:
    with web.client() as client:
        [page] = client.post("/api/read", files={"file": ("blank.png", BLANK)}).json()["pages"]
        assert (page["status"], "pick the form's template" in page["reason"]) == ("unmatched", True)
        batch = client.post("/api/uploads", files=[("files", ("blank.png", BLANK))]).json()["id"]
        job = begin(client, uploads=[batch])
        finished(client, job)
        shown = client.get(f"/jobs/{job}").text
        assert "template with -t" not in shown
        assert "pick the form&#39;s template" in shown
