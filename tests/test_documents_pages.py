"""Whatever a file is, opening it gives pages or one plain sentence."""

from __future__ import annotations

import os
import time
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pytest
from PIL import Image

from extractor.documents import count_pages, image, limits, open_pages, pages
from extractor.errors import DocumentError
from extractor.values import FailedPage, Page


def _reason(file: Path, **options: int) -> str:
    (page,) = open_pages(str(file), **options)
    assert isinstance(page, FailedPage)
    assert (page.file, page.number) == (str(file), options.get("first", 1))
    assert page.reason.endswith(".")
    assert ";" in page.reason  # what is wrong; the way out
    assert "\n" not in page.reason
    assert str(file) not in page.reason
    return page.reason


def _sheet(file: Path, **options: object) -> Path:
    Image.new("L", (40, 50), 200).save(file, **options)
    return file


@pytest.mark.parametrize("name", ["p.png", "p.jpg", "p.tif", "p.pdf", "p"])
def test_nothing_in_a_file(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert "empty" in _reason(tmp_path / name)


def test_a_folder_a_pipe_and_nothing_at_all(tmp_path: Path) -> None:
    assert "folder" in _reason(tmp_path)
    os.mkfifo(tmp_path / "pipe.pdf")
    assert "pipe" in _reason(tmp_path / "pipe.pdf")
    assert "not there" in _reason(tmp_path / "absent.pdf", first=4)
    assert "not there" in _reason(tmp_path / "absent.jpg")
    assert "cannot be read" in _reason(tmp_path / ("x" * 300 + ".jpg"))


@pytest.mark.parametrize("name", ["p.png", "p.tif", "p.pdf"])
def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    file = _sheet(tmp_path / name)
    file.chmod(0)
    if os.access(file, os.R_OK):  # as root everything may be read

        def refuse(path: Path, *_: object) -> None:
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(Path, "open", refuse)
    assert "may not be read" in _reason(file)


@pytest.mark.parametrize("name", ["p.png", "p.tif", "p.pdf"])
def test_a_file_that_is_moved_away_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    file, stat = _sheet(tmp_path / name), Path.stat

    def vanish(path: Path) -> os.stat_result:
        status = stat(path)
        path.unlink()
        return status

    monkeypatch.setattr(Path, "stat", vanish)
    assert "not there" in _reason(file)


def test_a_name_that_no_text_can_hold(tmp_path: Path) -> None:
    for ending in ("pdf", "png", "tif"):
        file = _sheet(tmp_path / f"p.{ending}").rename(tmp_path / f"\udcff.{ending}")
        (page,) = open_pages(str(file))
        assert isinstance(page, Page), page


def test_files_beyond_the_limits_are_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_DOCUMENT_BYTES", 100)
    monkeypatch.setattr(image, "MAX_IMAGE_BYTES", 100)
    (tmp_path / "p.pdf").write_bytes(b"%PDF-1.7" + bytes(200))
    assert "MB" in _reason(tmp_path / "p.pdf")
    monkeypatch.setattr(pages, "MAX_DOCUMENT_BYTES", 10_000)
    (tmp_path / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    assert "MB" in _reason(tmp_path / "p.png")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "WEBP", "TIFF", "PDF"])
def test_no_page_has_more_pixels_than_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    file = _sheet(tmp_path / "p", format=kind)
    assert isinstance(next(open_pages(str(file))), Page)
    monkeypatch.setattr(limits, "MAX_PIXELS", 1999)
    assert "40 x 50 pixels" in _reason(file)


def test_pictures_count_as_one_page_without_a_look(tmp_path: Path) -> None:
    for name in ("absent.png", "absent.JPG", "absent.jpeg", "absent.webp", "absent.bmp", "absent.jfif", "absent.jpe"):
        assert count_pages(str(tmp_path / name)) == 1
    assert count_pages(str(_sheet(tmp_path / "really.tif", format="PNG"))) == 1
    with pytest.raises(DocumentError, match="not there"):
        count_pages(str(tmp_path / "absent.pdf"))
    (tmp_path / "text.pdf").write_text("hello")
    with pytest.raises(DocumentError, match="is text"):
        count_pages(str(tmp_path / "text.pdf"))


def test_a_document_with_a_picture_s_ending_does_not_lose_pages(tmp_path: Path) -> None:
    document = pikepdf.new()
    document.add_blank_page()
    document.add_blank_page()
    document.save(tmp_path / "two.png")
    assert "rename it to .pdf" in _reason(tmp_path / "two.png")
    assert isinstance(next(open_pages(str(_sheet(tmp_path / "one.jpg", format="TIFF")))), Page)


def test_pages_count_from_one(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="from 1"):
        list(open_pages(str(_sheet(tmp_path / "p.png")), first=0))
    assert list(open_pages(str(tmp_path / "p.png"), first=1, last=0)) == []


def test_pages_may_be_drawn_on(tmp_path: Path) -> None:
    for kind in ("PNG", "TIFF", "PDF"):
        (page,) = open_pages(str(_sheet(tmp_path / "p", format=kind)))
        assert isinstance(page, Page)
        assert page.image.flags.writeable
        assert page.image.flags.c_contiguous


@pytest.mark.slow
@pytest.mark.alone
def test_a_jpeg_costs_hardly_more_than_its_decoding(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    scan = np.clip(240 + rng.normal(0, 4, (3508, 2480, 1)), 0, 255).astype(np.uint8).repeat(3, 2)
    file = str(tmp_path / "a4.jpg")
    cv2.imwrite(file, scan)
    ours, theirs = [], []
    for _ in range(15):
        start = time.process_time()
        list(open_pages(file))
        middle = time.process_time()
        cv2.imread(file, cv2.IMREAD_GRAYSCALE)
        ours.append(middle - start)
        theirs.append(time.process_time() - middle)
    assert min(ours) < 1.1 * min(theirs) + 0.002
