"""TIFF pages as scanners and fax machines write them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps, TiffImagePlugin

from extractor.documents import count_pages, limits, open_pages
from extractor.values import FailedPage, Gray, Page


def _sheet(seed: int = 0, height: int = 120, width: int = 96) -> Gray:
    image = np.full((height, width), 255, np.uint8)
    cv2.putText(image, str(seed), (5, 60), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 0, 3)
    image[:10, :20] = 0
    return image


def _images(file: Path, **options: int) -> list[Gray]:
    pages = list(open_pages(str(file), **options))
    assert all(isinstance(page, Page) for page in pages), pages
    return [page.image for page in pages if isinstance(page, Page)]


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_lzw", "tiff_adobe_deflate", "packbits", None])
@pytest.mark.parametrize("photometric", [0, 1])
def test_bilevel_pages_are_black_on_white_either_way_round(
    tmp_path: Path, compression: str | None, photometric: int
) -> None:
    sheet = np.where(_sheet() > 128, 255, 0).astype(np.uint8)
    options = {} if compression is None else {"compression": compression}
    Image.fromarray(sheet > 0).save(tmp_path / "p.tif", tiffinfo={262: photometric}, **options)
    assert np.array_equal(_images(tmp_path / "p.tif")[0], sheet)


@pytest.mark.parametrize("compression", ["tiff_lzw", "jpeg", "tiff_adobe_deflate"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_grey_and_colour_pages(tmp_path: Path, compression: str, mode: str) -> None:
    Image.fromarray(_sheet()).convert(mode).save(tmp_path / "p.tif", compression=compression)
    assert np.abs(_images(tmp_path / "p.tif")[0].astype(int) - _sheet()).mean() < 3


@pytest.mark.parametrize("photometric", [0, 1])
def test_sixteen_bits_are_scaled_and_white_is_white(tmp_path: Path, photometric: int) -> None:
    deep = (np.arange(256, dtype=np.uint16) * 257).reshape(16, 16)
    Image.fromarray(deep).save(tmp_path / "p.tif", tiffinfo={262: photometric})
    shades = np.arange(256).reshape(16, 16)
    assert np.array_equal(_images(tmp_path / "p.tif")[0], shades if photometric else 255 - shades)


def test_transparency_is_paper(tmp_path: Path) -> None:
    ink = 255 - _sheet()
    Image.fromarray(np.dstack([np.zeros_like(ink)] * 3 + [ink])).save(tmp_path / "p.tif")
    assert np.array_equal(_images(tmp_path / "p.tif")[0], _sheet())


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_upright(tmp_path: Path, orientation: int) -> None:
    Image.fromarray(_sheet()).save(tmp_path / "p.tif", tiffinfo={274: orientation})
    plain = Image.fromarray(_sheet())
    plain.getexif()[0x112] = orientation
    assert np.array_equal(_images(tmp_path / "p.tif")[0], np.asarray(ImageOps.exif_transpose(plain)))


@pytest.mark.parametrize(("orientation", "shape"), [(1, (250, 96)), (6, (96, 250))])
def test_a_fax_is_stretched_to_square_pixels(tmp_path: Path, orientation: int, shape: tuple[int, int]) -> None:
    Image.fromarray(_sheet() > 128).save(
        tmp_path / "fax.tif", compression="group3", dpi=(204, 98), tiffinfo={274: orientation}
    )
    (image,) = _images(tmp_path / "fax.tif")
    assert image.shape == shape


@pytest.mark.parametrize("dpi", [(300, 300), (300, 299), (300, 1), (0, 0)])
def test_nothing_is_stretched_without_need(tmp_path: Path, dpi: tuple[int, int]) -> None:
    Image.fromarray(_sheet()).save(tmp_path / "p.tif", dpi=dpi)
    assert np.array_equal(_images(tmp_path / "p.tif")[0], _sheet())


def _many(file: Path, count: int) -> None:
    first, *others = [Image.fromarray(_sheet(number) > 128) for number in range(1, count + 1)]
    first.save(file, save_all=True, append_images=others, compression="group4")


def test_many_pages_are_counted_and_any_of_them_can_be_had(tmp_path: Path) -> None:
    _many(tmp_path / "p.tif", 12)
    assert count_pages(str(tmp_path / "p.tif")) == 12
    pages = list(open_pages(str(tmp_path / "p.tif"), first=7, last=9))
    assert [page.number for page in pages] == [7, 8, 9]
    for page in pages:
        assert isinstance(page, Page)
        assert np.array_equal(page.image > 128, _sheet(page.number) > 128)
    assert len(_images(tmp_path / "p.tif", first=11)) == 2


def test_a_damaged_page_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (3, 200, 200), np.uint8)
    first, *others = map(Image.fromarray, noise)
    first.save(tmp_path / "p.tif", save_all=True, append_images=others, compression="tiff_adobe_deflate")
    data = bytearray((tmp_path / "p.tif").read_bytes())
    middle = len(data) // 2
    data[middle - 2000 : middle + 2000] = bytes(4000)
    (tmp_path / "p.tif").write_bytes(data)
    good, bad, other = open_pages(str(tmp_path / "p.tif"))
    assert isinstance(good, Page)
    assert isinstance(bad, FailedPage)
    assert (bad.number, bad.reason) == (2, "The page is damaged or ends early; scan or copy it again.")
    assert isinstance(other, Page)
    assert np.array_equal(other.image, noise[2])


def test_pages_lost_with_the_end_of_the_file_show_as_a_failed_page(tmp_path: Path) -> None:
    _many(tmp_path / "p.tif", 6)
    data = (tmp_path / "p.tif").read_bytes()
    (tmp_path / "p.tif").write_bytes(data[: len(data) * 2 // 3])
    pages = list(open_pages(str(tmp_path / "p.tif")))
    assert isinstance(pages[0], Page)
    assert isinstance(pages[-1], FailedPage)
    assert len(pages) == count_pages(str(tmp_path / "p.tif"))


def _with_kinds(file: Path, sheets: list[tuple[Gray, int, int]]) -> Path:
    """A TIFF of these pictures, each with a tag of its kind."""
    with TiffImagePlugin.AppendingTiffWriter(str(file), new=True) as out:
        for sheet, tag, kind in sheets:
            Image.fromarray(sheet).save(out, "TIFF", tiffinfo={tag: kind})
            out.newFrame()
    return file


@pytest.mark.parametrize(("tag", "page", "copy"), [(254, 0, 1), (254, 2, 3), (255, 1, 2)])
def test_smaller_copies_of_pages_are_no_pages(tmp_path: Path, tag: int, page: int, copy: int) -> None:
    small = _sheet(0, 40, 32)
    kinds = [(small, tag, copy), (_sheet(1), tag, page), (small, tag, copy), (_sheet(2), tag, page), (small, tag, copy)]
    file = str(_with_kinds(tmp_path / "p.tif", kinds))
    assert count_pages(file) == 2
    assert [np.array_equal(seen, _sheet(number)) for number, seen in enumerate(_images(Path(file)), 1)] == [True, True]


def test_pages_that_are_merely_called_smaller_copies_are_not_lost(tmp_path: Path) -> None:
    alone = _with_kinds(tmp_path / "p.tif", [(_sheet(1), 254, 1)])
    same = _with_kinds(tmp_path / "q.tif", [(_sheet(1), 254, 0), (_sheet(2), 254, 1)])
    assert (count_pages(str(alone)), count_pages(str(same))) == (1, 2)


def test_a_damaged_fax_is_no_page_and_nothing_is_written_on_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sheet = np.tile(_sheet(8), (6, 6))
    Image.fromarray(sheet > 128).save(tmp_path / "p.tif", compression="group4")
    data = bytearray((tmp_path / "p.tif").read_bytes())
    with Image.open(tmp_path / "p.tif") as image:
        start, length = image.tag_v2[273][0], image.tag_v2[279][0]  # type: ignore[attr-defined]
    data[start + length // 2 : start + length // 2 + 100] = np.random.default_rng(1).bytes(100)
    (tmp_path / "p.tif").write_bytes(data)
    (page,) = open_pages(str(tmp_path / "p.tif"))
    assert isinstance(page, FailedPage)
    assert "damaged" in page.reason
    assert capfd.readouterr().err == ""


def test_limits_hold_before_decoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _many(tmp_path / "p.tif", 3)
    monkeypatch.setattr(limits, "MAX_PIXELS", 10_000)
    assert [
        "pixels" in page.reason for page in open_pages(str(tmp_path / "p.tif")) if isinstance(page, FailedPage)
    ] == [
        True,
        True,
        True,
    ]
    monkeypatch.setattr(limits, "MAX_PAGES", 2)
    (page,) = open_pages(str(tmp_path / "p.tif"), first=2)
    assert isinstance(page, FailedPage)
    assert page.number == 2
    assert "pages" in page.reason


@pytest.mark.parametrize("said", [0, 7, 27151, 0xFFFF])
def test_a_page_whose_header_is_damaged_is_none_however_it_is_asked_for(tmp_path: Path, said: int) -> None:
    file = tmp_path / "p.tif"
    first, *others = (Image.fromarray(_sheet(number)) for number in range(3))
    first.save(file, save_all=True, append_images=others)
    content = bytearray(file.read_bytes())
    order = "little" if content[:2] == b"II" else "big"
    at = int.from_bytes(content[4:8], order)
    entries = int.from_bytes(content[at : at + 2], order)
    second = at + 2 + 12 * entries
    place = int.from_bytes(content[second : second + 4], order)
    # So many entries it has not, and those that it has are others.
    content[place : place + 90] = said.to_bytes(2, order) * 45
    file.write_bytes(content)
    together = list(open_pages(str(file)))
    assert [type(page) for page in together] == [Page, FailedPage]
    # Alone, it must not be the page before it once more.
    [alone] = open_pages(str(file), first=2)
    assert alone == together[1]
