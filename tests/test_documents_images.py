"""Single pictures: read whole, upright, dark on white; refused where they are cut off, damaged or far too large."""

from __future__ import annotations

import os
import struct
import zlib
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

from extractor.documents import count_pages, limits, open_pages
from extractor.documents.decoder_messages import decoder_messages
from extractor.values import FailedPage, Gray, Page

register_heif_opener()


def _drawing(width: int = 60, height: int = 40) -> Gray:
    """White paper with marks that look different however it is turned or mirrored."""
    image = np.full((height, width), 255, np.uint8)
    image[: height // 2, : width // 3] = 0
    image[height // 2 :, : width // 6] = 120
    return image


def _write(path: Path, image: Image.Image, kind: str, **options: object) -> str:
    image.save(path, kind, **options)
    return str(path)


def _read(file: str) -> Gray:
    (page,) = open_pages(file)
    assert isinstance(page, Page), page
    assert (page.file, page.number, page.image.dtype) == (file, 1, np.uint8)
    return page.image


def _reason(file: str) -> str:
    (page,) = open_pages(file)
    assert isinstance(page, FailedPage)
    assert page.number == 1
    assert page.reason.endswith(".")
    assert "\n" not in page.reason
    assert file not in page.reason
    return page.reason


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png(width: int, height: int, depth: int, colour: int, *, rows: bytes, extra: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    packed = _chunk(b"IHDR", header) + extra + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + packed


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_comes_upright(tmp_path: Path, kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x112] = orientation
    options = {} if kind == "PNG" else {"quality": 95}
    file = _write(tmp_path / "p", Image.fromarray(_drawing()).convert("RGB"), kind, exif=exif, **options)
    with Image.open(file) as image:
        expected = np.asarray(ImageOps.exif_transpose(image).convert("L"))
    seen = _read(file)
    assert seen.shape == expected.shape
    assert np.abs(seen.astype(int) - expected).mean() < 2


@pytest.mark.parametrize("orientation", [3, 6])
def test_a_transparent_png_is_turned_as_well(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x112] = orientation
    layers = np.dstack([np.zeros_like(_drawing())] * 3 + [255 - _drawing()])
    file = _write(tmp_path / "p.png", Image.fromarray(layers), "PNG", exif=exif)
    turns = {3: 2, 6: -1}[orientation]
    assert np.array_equal(_read(file), np.rot90(_drawing(), turns))


@pytest.mark.parametrize("kind", ["PNG", "BMP"])
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_every_depth_comes_as_the_same_grey(tmp_path: Path, kind: str, mode: str) -> None:
    drawing = np.where(_drawing() < 255, 0, 255).astype(np.uint8)
    image = Image.fromarray(drawing)
    image = image.quantize(2) if mode == "P" else image.convert(mode)
    assert np.array_equal(_read(_write(tmp_path / "p", image, kind)), drawing)


def test_sixteen_bits_are_scaled_not_clipped(tmp_path: Path) -> None:
    deep = (np.arange(256, dtype=np.uint16) * 257).reshape(16, 16)
    assert np.array_equal(
        _read(_write(tmp_path / "p.png", Image.fromarray(deep), "PNG")), np.arange(256).reshape(16, 16)
    )


@pytest.mark.parametrize("chunk", [b"", _chunk(b"gAMA", struct.pack(">I", 45455)), _chunk(b"sRGB", b"\0")])
@pytest.mark.parametrize("mode", ["RGB", "P", "RGBA"])
def test_blue_ink_is_dark_whatever_gamma_a_png_states(tmp_path: Path, chunk: bytes, mode: str) -> None:
    out = BytesIO()
    Image.new("RGB", (4, 4), (20, 30, 180)).convert(mode).save(out, "PNG")
    (tmp_path / "p.png").write_bytes(out.getvalue()[:33] + chunk + out.getvalue()[33:])
    assert abs(int(_read(str(tmp_path / "p.png"))[0, 0]) - (20 * 299 + 30 * 587 + 180 * 114) // 1000) < 15


@pytest.mark.parametrize("mode", ["RGBA", "LA", "WEBP"])
def test_what_is_transparent_is_paper(tmp_path: Path, mode: str) -> None:
    ink = 255 - _drawing()
    layers = np.dstack([np.zeros_like(ink)] * 3 + [ink])
    image = Image.fromarray(layers)
    if mode == "WEBP":
        file = _write(tmp_path / "p.webp", image, "WEBP", lossless=True, exact=True)
    else:
        file = _write(tmp_path / "p.png", image.convert(mode), "PNG")
    assert np.array_equal(_read(file), _drawing())


def test_a_palette_with_a_transparent_colour_is_on_paper(tmp_path: Path) -> None:
    image = Image.fromarray((_drawing() == 0).astype(np.uint8), "P")
    image.putpalette([0, 0, 0, 10, 10, 10])
    seen = _read(_write(tmp_path / "p.png", image, "PNG", transparency=0))
    assert np.array_equal(seen, np.where(_drawing() == 0, 10, 255))


def test_a_grey_png_with_a_transparent_shade_is_on_paper(tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(_png(2, 2, 8, 0, rows=b"\0\x07\x30\0\x30\x07", extra=_chunk(b"tRNS", b"\0\x07")))
    assert _read(str(tmp_path / "p.png")).tolist() == [[255, 0x30], [0x30, 255]]


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_every_kind_of_jpeg_is_read(tmp_path: Path, mode: str, progressive: bool) -> None:
    image = Image.fromarray(_drawing()).convert("RGB").convert(mode)
    file = _write(tmp_path / "p.jpg", image, "JPEG", quality=95, progressive=progressive)
    assert np.abs(_read(file).astype(int) - _drawing()).mean() < 4


def test_the_content_counts_and_not_the_ending(tmp_path: Path) -> None:
    file = _write(tmp_path / "really_a_jpeg.png", Image.fromarray(_drawing()), "JPEG", quality=95)
    assert _read(file).shape == (40, 60)
    (tmp_path / "text.png").write_text("Dear all,\nplease find enclosed a scän.\n" * 100, encoding="utf-8")
    assert "is text" in _reason(str(tmp_path / "text.png"))
    (tmp_path / "phone.jpg").write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    assert "from the phone" in _reason(str(tmp_path / "phone.jpg"))
    (tmp_path / "moving.jpg").write_bytes(b"GIF89a" + bytes(100))
    assert "a GIF, which is not read" in _reason(str(tmp_path / "moving.jpg"))
    (tmp_path / "noise.jpg").write_bytes(bytes(range(1, 256)))
    assert "no kind that is known" in _reason(str(tmp_path / "noise.jpg"))


def _noise(kind: str, **options: object) -> bytes:
    out = BytesIO()
    Image.fromarray(np.random.default_rng(3).integers(0, 255, (80, 90), np.uint8)).save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "options"),
    [("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("WEBP", {"lossless": True}), ("BMP", {})],
    ids=["jpeg", "progressive", "png", "webp", "bmp"],
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 0.999))
def test_a_file_cut_anywhere_never_comes_as_a_page(
    tmp_path: Path, kind: str, options: dict[str, object], share: float
) -> None:
    data = _noise(kind, **options)
    (tmp_path / "cut").write_bytes(data[: int(len(data) * share)])
    assert _reason(str(tmp_path / "cut"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_sentence_says_that_the_file_ends_early(tmp_path: Path, kind: str) -> None:
    data = _noise(kind)
    (tmp_path / "cut").write_bytes(data[: len(data) // 2])
    assert "ends early" in _reason(str(tmp_path / "cut"))
    (tmp_path / "cut").write_bytes(data[: len(data) // 2] + bytes(len(data) // 2))  # as a broken copy leaves it
    assert "ends early" in _reason(str(tmp_path / "cut")) or kind == "PNG"


def test_a_thumbnail_in_front_does_not_hide_that_a_jpeg_is_cut(tmp_path: Path) -> None:
    data, thumbnail = _noise("JPEG"), _noise("JPEG", quality=20)
    cut = data[:2] + b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail + data[2 : len(data) // 2]
    assert b"\xff\xd9" in cut
    (tmp_path / "cut.jpg").write_bytes(cut)
    assert "ends early" in _reason(str(tmp_path / "cut.jpg"))


def test_what_a_phone_adds_behind_a_jpeg_does_no_harm(tmp_path: Path) -> None:
    data = _noise("JPEG")
    (tmp_path / "p.jpg").write_bytes(data + b"motion photo" * 100)
    expected = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert np.array_equal(_read(str(tmp_path / "p.jpg")), expected)


def test_a_png_with_one_wrong_byte_is_damaged(tmp_path: Path) -> None:
    data = bytearray(_noise("PNG"))
    data[len(data) // 2] ^= 0x55
    (tmp_path / "p.png").write_bytes(data)
    assert _reason(str(tmp_path / "p.png")) == "The PNG is damaged; scan or copy it again."


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = zlib.compressobj()
    packed = b"".join(rows.compress(bytes(7501)) for _ in range(2000)) + rows.flush()
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + header + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
    (tmp_path / "bomb.png").write_bytes(bomb)
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("was decoded"))
    assert "60,000 x 60,000" in _reason(str(tmp_path / "bomb.png"))


def test_a_jpeg_and_a_bmp_that_claim_to_be_huge_are_refused(tmp_path: Path) -> None:
    jpeg = bytearray(_noise("JPEG"))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    (tmp_path / "p.jpg").write_bytes(jpeg)
    assert "65,535 x 65,535" in _reason(str(tmp_path / "p.jpg"))
    bmp = bytearray(_noise("BMP"))
    bmp[18:26] = struct.pack("<ii", 40_000, 40_000)
    (tmp_path / "p.bmp").write_bytes(bmp)
    assert "lower resolution" in _reason(str(tmp_path / "p.bmp"))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(["JPEG", "PNG", "BMP", "WEBP", "TIFF"]), at=st.floats(0, 0.99), junk=st.binary(max_size=40))
def test_damage_gives_a_page_or_a_sentence_but_never_an_error(
    tmp_path: Path, kind: str, at: float, junk: bytes
) -> None:
    data = bytearray(_noise(kind))
    start = int(at * len(data))
    data[start : start + len(junk)] = junk
    (tmp_path / "p").write_bytes(data)
    (page,) = open_pages(str(tmp_path / "p"))
    assert isinstance(page, Page) or page.reason.endswith(".")


@pytest.mark.parametrize("ending", ["jpg", "jpeg", "jpe", "jfif"])
def test_a_damaged_jpeg_is_no_page_and_nothing_is_written_on_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], ending: str
) -> None:
    data = bytearray(_noise("JPEG", quality=95))
    middle = len(data) // 2
    (tmp_path / f"p.{ending}").write_bytes(data[:middle] + b"\xff\xd9")
    assert "damaged or missing" in _reason(str(tmp_path / f"p.{ending}"))
    # A few bytes too many before the end cost no pixel.
    (tmp_path / f"q.{ending}").write_bytes(data[:-2] + b"\x00\x11\x22\xff\xd9")
    assert _read(str(tmp_path / f"q.{ending}")).shape == (80, 90)
    assert capfd.readouterr().err == ""


def test_what_another_part_of_the_program_writes_meanwhile_is_not_lost(capfd: pytest.CaptureFixture[str]) -> None:
    with decoder_messages() as messages:
        os.write(2, b"libpng warning: iCCP: too short\nsomething else\n")
    assert messages == ["libpng warning: iCCP: too short"]
    assert capfd.readouterr().err == "something else\n"


def _form(height: int = 900, width: int = 700) -> Gray:
    page = np.full((height, width), 245, np.uint8)
    for number in range(12):
        cv2.putText(page, f"{number}. Total of the row", (60, 80 + 65 * number), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 30, 2)
        cv2.rectangle(page, (440, 50 + 65 * number), (640, 90 + 65 * number), 60, 2)
    return page


def _dithered(image: Gray) -> Gray:
    return np.array(Image.fromarray(image).convert("1").convert("L"))


@pytest.mark.parametrize("dither", [False, True])
def test_a_page_that_is_white_on_black_is_turned_round(tmp_path: Path, dither: bool) -> None:
    page = _form()
    page[page > 200] = 225
    negative = _dithered(255 - page) if dither else 255 - page
    seen = _read(_write(tmp_path / "p.png", Image.fromarray(negative), "PNG"))
    assert np.array_equal(seen, 255 - negative)


def test_a_dark_page_that_is_no_negative_stays_as_it_is(tmp_path: Path) -> None:
    sheet = cv2.resize(_form(), (420, 540), interpolation=cv2.INTER_AREA)
    desk = np.full((1200, 900), 50, np.uint8)
    desk[300:840, 200:620] = sheet
    beside = np.full((900, 700), 20, np.uint8)
    beside[:300] = 250
    for page in (desk, _dithered(desk), beside, np.zeros((60, 60), np.uint8)):
        assert np.array_equal(_read(_write(tmp_path / "p.png", Image.fromarray(page), "PNG")), page)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize(("kind", "ending"), [("HEIF", "heic"), ("HEIF", "jpg"), ("AVIF", "avif")])
def test_photos_of_phones_come_upright(tmp_path: Path, kind: str, ending: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x112] = orientation
    file = _write(tmp_path / f"p.{ending}", Image.fromarray(_form()).convert("RGB"), kind, exif=exif, quality=90)
    turned = np.rot90(_form(), {1: 0, 3: 2, 6: 3, 8: 1}[orientation])
    seen = _read(file)
    assert seen.shape == turned.shape
    assert np.abs(seen.astype(int) - turned).mean() < 4
    assert count_pages(file) == 1


def test_every_picture_of_a_heic_is_a_page_and_its_thumbnail_is_none(tmp_path: Path) -> None:
    first, other = Image.fromarray(_form()).convert("RGB"), Image.fromarray(_form(500, 700)).convert("RGB")
    first.save(tmp_path / "p.heic", "HEIF", save_all=True, append_images=[other])
    assert count_pages(str(tmp_path / "p.heic")) == 2
    assert [page.image.shape for page in open_pages(str(tmp_path / "p.heic")) if isinstance(page, Page)] == [
        (900, 700),
        (500, 700),
    ]


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_a_photo_that_is_too_large_or_cut_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    file = _write(tmp_path / "p", Image.fromarray(_form()).convert("RGB"), kind)
    data = Path(file).read_bytes()
    monkeypatch.setattr(limits, "MAX_PIXELS", 629_999)
    assert "700 x 900 pixels" in _reason(file)
    monkeypatch.undo()
    for share in (0.3, 0.6, 0.95):
        Path(file).write_bytes(data[: int(len(data) * share)])
        _reason(file)
