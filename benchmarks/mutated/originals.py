"""The files that are damaged: pages of each kind, made of the samples, with few pixels so that many can be read."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pikepdf
from PIL import Image
from pillow_heif import register_heif_opener

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "samples" / "templates" / "tally.yaml"
SCANS = ("tally_01.jpg", "tally_02.jpg", "tally_03.jpg")
SIDE = 900
"""Pixels of the longer side of a page."""

WRITTEN = time.gmtime(0)
"""When the files say that they were written, so that they are the same each time."""


@dataclass(frozen=True)
class Original:
    """A file that is whole: its `ending`, its `content`, and how many `pages` it has; a template has none."""

    ending: str
    content: bytes
    pages: int = 1


@cache
def originals() -> dict[str, list[Original]]:
    """Some of each kind, by the name of the kind; drawn once."""
    register_heif_opener()
    pages = [_page(name) for name in SCANS]
    first, *others = pages
    bilevel = [page.convert("1") for page in pages]
    return {
        "PDF": [Original(".pdf", content, count) for content, count in _pdfs(pages)],
        "PNG": [Original(".png", _saved(page, "PNG")) for page in (first, bilevel[0], first.convert("RGB"))],
        "JPEG": [
            Original(".jpg", _saved(first, "JPEG")),
            Original(".jpg", _saved(first.convert("RGB"), "JPEG", progressive=True)),
            Original(".jpg", _saved(first, "JPEG", restart_marker_rows=4)),
        ],
        "TIFF": [
            Original(".tif", _saved(bilevel[0], "TIFF", **_more(bilevel), compression="group4"), 3),
            Original(".tif", _saved(first, "TIFF", **_more(pages), compression="tiff_lzw"), 3),
            Original(".tif", _saved(first, "TIFF", **_more(pages), compression="jpeg"), 3),
            Original(".tif", _saved(first, "TIFF")),
        ],
        "HEIC": [
            Original(".heic", _saved(first.convert("RGB"), "HEIF", quality=60)),
            Original(".heic", _saved(first.convert("RGB"), "HEIF", quality=60, **_more(others[:1])), 2),
        ],
        "template": [
            Original(".yaml", path.read_bytes(), 0) for path in sorted((ROOT / "samples" / "templates").glob("*.yaml"))
        ],
    }


def _page(name: str) -> Image.Image:
    page = Image.open(ROOT / "samples" / "scans" / name).convert("L")
    page.thumbnail((SIDE, SIDE))
    return page


def _more(pages: list[Image.Image]) -> dict[str, object]:
    return {"save_all": True, "append_images": [page.copy() for page in pages[-2:]]}


def _saved(page: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    # A copy: Pillow keeps how the picture was written last.
    page.copy().save(out, kind, **options)
    return out.getvalue()


def _pdfs(pages: list[Image.Image]) -> list[tuple[bytes, int]]:
    """A scan as scanners write it, the same with its objects packed, one whose pages have to be drawn."""
    plain = io.BytesIO()
    pages[0].save(plain, "PDF", save_all=True, append_images=pages[1:], creationDate=WRITTEN, modDate=WRITTEN)
    packed, drawn = io.BytesIO(), io.BytesIO()
    with pikepdf.open(plain) as pdf:
        pdf.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    form = ROOT / "samples" / "forms" / "tally.pdf"
    with pikepdf.open(form) as pdf, pikepdf.open(form) as again:
        pdf.pages.extend(again.pages)
        pdf.save(drawn, deterministic_id=True)
    return [(plain.getvalue(), 3), (packed.getvalue(), 3), (drawn.getvalue(), 2)]
