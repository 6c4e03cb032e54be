"""PDF pages: a scan is the embedded picture itself, everything else is drawn by poppler, and the two agree."""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.pdfgen import canvas

from extractor.documents import count_pages, limits, open_pages, pdf
from extractor.values import FailedPage, Gray, Page

WIDTH, HEIGHT = 90, 120
FULL = f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /Im Do Q"


@pytest.fixture
def poppler() -> None:
    if shutil.which("pdftoppm") is None:
        if os.environ.get("CI"):
            pytest.fail("pdftoppm is missing; install poppler-utils")
        pytest.skip("needs poppler's pdftoppm (apt-get install poppler-utils)")


@pytest.fixture
def scans_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "render", lambda *_: pytest.fail("was rendered"))


def _drawing(width: int = WIDTH, height: int = HEIGHT) -> Gray:
    """Looks different however it is turned or mirrored; its edges are soft, so that resampling does little."""
    image = np.full((height, width), 255, np.uint8)
    image[: height // 2, : width // 3] = 0
    image[height // 2 :, : width // 6] = 120
    return cv2.GaussianBlur(image, (9, 9), 2)


def _bilevel() -> Gray:
    return np.where(_drawing() > 128, 255, 0).astype(np.uint8)


def _jpeg(image: Image.Image, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=95, **options)
    return out.getvalue()


def _group4(image: Gray) -> bytes:
    out = BytesIO()
    Image.fromarray(image > 0).save(out, "TIFF", compression="group4", tiffinfo={262: 0})
    with Image.open(out) as tiff:
        (offset,), (count,) = tiff.tag_v2[273], tiff.tag_v2[279]  # type: ignore[attr-defined]
    return out.getvalue()[offset : offset + count]


def _entries(data: bytes, space: Any = "/DeviceGray", bits: int = 8, code: str = "", **more: Any) -> dict[str, Any]:
    entries = {"Type": "/XObject", "Subtype": "/Image", "Width": WIDTH, "Height": HEIGHT, "BitsPerComponent": bits}
    if space:
        entries["ColorSpace"] = space
    if code:
        entries["Filter"] = code
    return {"data": data, **entries, **more}


def _named(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("/"):
        return pikepdf.Name(value)
    if isinstance(value, list):
        return pikepdf.Array([_named(item) for item in value])
    if isinstance(value, dict):
        return pikepdf.Dictionary({f"/{key}": _named(item) for key, item in value.items()})
    return value


def _save(
    file: Path,
    entries: dict[str, Any] | None = None,
    content: str = FULL,
    *,
    change: Callable[[pikepdf.Pdf, pikepdf.Page], None] | None = None,
    **page: Any,
) -> str:
    """A PDF of one page that draws `content`, in which /Im is the picture of `entries`."""
    entries = dict(entries or _entries(_jpeg(Image.fromarray(_drawing())), code="/DCTDecode"))
    document = pikepdf.new()
    document.add_blank_page(page_size=(WIDTH, HEIGHT))
    added = document.pages[0]
    stream = document.make_stream(entries.pop("data"))
    for key, value in entries.items():
        stream[f"/{key}"] = _named(value)
    font = {"Type": "/Font", "Subtype": "/Type1", "BaseFont": "/Helvetica"}
    added.obj.Resources = _named({"Font": {"F": font}, "ExtGState": {"Half": {"ca": 0.5}, "Same": {"SA": True}}})
    added.obj.Resources.XObject = pikepdf.Dictionary(Im=stream)
    added.obj.Contents = document.make_stream(content.encode("latin-1"))
    for key, value in page.items():
        added.obj[f"/{key}"] = _named(value)
    if change:
        change(document, added)
    document.save(file, **({"compress_streams": False}))
    return str(file)


def _read(file: str, dpi: int = 72) -> Gray:
    (page,) = open_pages(file, dpi=dpi)
    assert isinstance(page, Page), page
    return page.image


def _reason(file: str, **options: int) -> str:
    (page,) = open_pages(file, **options)
    assert isinstance(page, FailedPage)
    assert page.reason.endswith(".")
    assert "\n" not in page.reason
    return page.reason


def _drawn(file: str, monkeypatch: pytest.MonkeyPatch) -> Gray:
    """The page as poppler draws it, whether or not it is a scan."""
    with monkeypatch.context() as patch:
        patch.setattr(pdf, "find_scan", lambda *_: None)
        return _read(file)


def _differ(one: Gray, other: Gray) -> float:
    assert one.shape == other.shape
    return float(np.abs(one.astype(int) - other).mean())


@pytest.mark.usefixtures("scans_only")
def test_a_scanned_page_is_its_embedded_picture(tmp_path: Path) -> None:
    data = _jpeg(Image.fromarray(_drawing(300, 400)).convert("RGB"))
    file = _save(tmp_path / "p.pdf", _entries(data, "/DeviceRGB", code="/DCTDecode", Width=300, Height=400))
    assert np.array_equal(_read(file), cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE))


def _filled(image: Gray) -> dict[str, dict[str, Any]]:
    """The same picture in the many ways in which a PDF may hold it."""
    grey, bits = image.tobytes(), np.packbits(_bilevel() > 0, axis=1).tobytes()
    colour = np.dstack([image] * 3).tobytes()
    jpeg, inverse = _jpeg(Image.fromarray(image)), _jpeg(Image.fromarray(255 - image))
    predicted = np.insert(np.diff(image, axis=1, prepend=np.uint8(0)), 0, 1, axis=1).tobytes()
    parms = {"Predictor": 15, "Columns": WIDTH}
    group4 = {"K": -1, "Columns": WIDTH, "Rows": HEIGHT}
    four = (image // 16)[:, ::2] * 16 + (image // 16)[:, 1::2]
    palette = bytes(255 - i for i in range(256) for _ in range(3))
    exif = Image.Exif()
    exif[0x112] = 6
    return {
        "jpeg": _entries(jpeg, code="/DCTDecode"),
        "jpeg rgb": _entries(_jpeg(Image.fromarray(image).convert("RGB")), "/DeviceRGB", code="/DCTDecode"),
        "jpeg with exif": _entries(_jpeg(Image.fromarray(image), exif=exif), code="/DCTDecode"),
        "jpeg in flate": _entries(zlib.compress(jpeg), code=["/FlateDecode", "/DCTDecode"]),  # type: ignore[arg-type]
        "jpeg inverted": _entries(inverse, code="/DCTDecode", Decode=[1, 0]),
        "raw": _entries(grey),
        "flate": _entries(zlib.compress(grey), code="/FlateDecode"),
        "flate inverted": _entries(zlib.compress((255 - image).tobytes()), code="/FlateDecode", Decode=[1, 0]),
        "predicted": _entries(zlib.compress(predicted), code="/FlateDecode", DecodeParms=parms),
        "rgb": _entries(zlib.compress(colour), "/DeviceRGB", code="/FlateDecode"),
        "palette": _entries((255 - image).tobytes(), ["/Indexed", "/DeviceRGB", 255, pikepdf.String(palette)]),
        "16 bits": _entries((image.astype(">u2") * 257).tobytes(), bits=16),
        "4 bits": _entries(four.astype(np.uint8).tobytes(), bits=4),
        "1 bit": _entries(bits, bits=1),
        "1 bit inverted": _entries(bits, bits=1, Decode=[1, 0]),
        "stencil": _entries(bits, "", bits=1, ImageMask=True),
        "stencil inverted": _entries(bits, "", bits=1, ImageMask=True, Decode=[1, 0]),
        "group 4": _entries(_group4(_bilevel()), bits=1, code="/CCITTFaxDecode", DecodeParms=group4),
        "group 4 black is 1": _entries(
            _group4(_bilevel()), bits=1, code="/CCITTFaxDecode", DecodeParms=group4 | {"BlackIs1": True}
        ),
        "group 4 stencil": _entries(
            _group4(_bilevel()), "", bits=1, code="/CCITTFaxDecode", DecodeParms=group4, ImageMask=True
        ),
    }


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("way", list(_filled(_drawing())))
def test_however_the_picture_is_stored_it_looks_as_poppler_draws_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    file = _save(tmp_path / "p.pdf", _filled(_drawing())[way])
    with monkeypatch.context() as patch:
        patch.setattr(pdf, "render", lambda *_: pytest.fail("was rendered"))
        seen = _read(file)
    assert seen.std() > 30
    assert _differ(seen, _drawn(file, monkeypatch)) < 3


PLACEMENTS = {
    "upright": (WIDTH, 0, 0, HEIGHT, 0, 0),
    "mirrored": (-WIDTH, 0, 0, HEIGHT, WIDTH, 0),
    "upside down": (WIDTH, 0, 0, -HEIGHT, 0, HEIGHT),
    "half turn": (-WIDTH, 0, 0, -HEIGHT, WIDTH, HEIGHT),
    "quarter turn": (0, HEIGHT, -WIDTH, 0, WIDTH, 0),
    "other quarter turn": (0, -HEIGHT, WIDTH, 0, 0, HEIGHT),
    "transposed": (0, HEIGHT, WIDTH, 0, 0, 0),
    "other transposed": (0, -HEIGHT, -WIDTH, 0, WIDTH, HEIGHT),
}


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("rotate", [0, 90, 180, 270, -90])
@pytest.mark.parametrize("placement", list(PLACEMENTS))
def test_a_scan_is_turned_and_mirrored_as_the_page_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, placement: str, rotate: int
) -> None:
    matrix = PLACEMENTS[placement]
    drawing = _drawing() if matrix[0] else _drawing(HEIGHT, WIDTH)
    entries = _entries(drawing.tobytes()) | {"Width": drawing.shape[1], "Height": drawing.shape[0]}
    content = f"q {' '.join(map(str, matrix))} cm /Im Do Q"
    file = _save(tmp_path / "p.pdf", entries, content, Rotate=rotate)
    with monkeypatch.context() as patch:
        patch.setattr(pdf, "render", lambda *_: pytest.fail("was rendered"))
        seen = _read(file)
    assert _differ(seen, _drawn(file, monkeypatch)) < 3


HIDDEN = "BT 3 Tr /F 10 Tf 5 50 Td (12345) Tj ET "
SHOWN = "BT 0 Tr /F 10 Tf 5 50 Td (12345) Tj ET "


@pytest.mark.usefixtures("scans_only")
@pytest.mark.parametrize(
    "content",
    [
        FULL + HIDDEN,
        HIDDEN + FULL,
        SHOWN + FULL,  # lies under the picture
        "1 g 0 0 90 120 re f " + FULL,
        f"q 0 0 {WIDTH} {HEIGHT} re W n {FULL} Q",
        f"q 0 0 m 0 {HEIGHT} l {WIDTH} {HEIGHT} l {WIDTH} 0 l h W* n {FULL} Q",
        "/Same gs " + FULL,
        "q 0.5 0 0 0.5 0 0 cm 180 0 0 240 0 0 cm /Im Do Q",
        f"q 1 0 0 1 10 20 cm {WIDTH} 0 0 {HEIGHT} -10 -20 cm /Im Do Q",
        f"/Artifact BMC {FULL} EMC /P <</MCID 0>> BDC {HIDDEN} EMC",
        "q 89.6 0 0 119.7 0.2 0.1 cm /Im Do Q",
        "q 90 0.5 -0.6 120 0 0 cm /Im Do Q",
        "q 86 0 0 115 2 2 cm /Im Do Q",  # with a white margin
        "/Im Do " + FULL,  # a point, then the page
    ],
)
def test_what_scanners_and_ocr_programs_write_is_a_scan(tmp_path: Path, content: str) -> None:
    assert _differ(_read(_save(tmp_path / "p.pdf", content=content)), _drawing()) < 2


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize(
    "content",
    [
        FULL + SHOWN,
        FULL + "0 0 m 50 50 l S",
        FULL + "1 g 10 60 30 30 re f",
        FULL + "q 20 0 0 20 10 10 cm /Im Do Q",
        "q 90 0 0 60 0 60 cm /Im Do Q q 90 0 0 60 0 0 cm /Im Do Q",
        "q 45 0 0 60 0 0 cm /Im Do Q",
        "q 180 0 0 240 0 0 cm /Im Do Q",
        "q 80 40 -40 80 30 0 cm /Im Do Q",
        "/Half gs " + FULL,
        f"q 0 0 45 {HEIGHT} re W n {FULL} Q",
        f"q 45 60 m 90 0 l 0 0 l h W n {FULL} Q",
        f"q 0 0 m {WIDTH} 0 {WIDTH} {HEIGHT} 0 {HEIGHT} c h W n {FULL} Q",
        FULL + " BI /W 1 /H 1 /CS /G /BPC 8 ID \x30 EI",
        SHOWN + "q 86 0 0 115 2 2 cm /Im Do Q",
        "",
    ],
)
def test_a_page_that_shows_more_or_less_than_its_picture_is_rendered(tmp_path: Path, content: str) -> None:
    file = _save(tmp_path / "p.pdf", content=content)
    with pikepdf.open(file) as document:
        assert pdf.find_scan(document.pages[0], pdf.Box(0, 0, WIDTH, HEIGHT)) is None
    assert _read(file, dpi=144).shape == (2 * HEIGHT, 2 * WIDTH)


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize(
    "content", ["1 0 0 rg " + FULL, "/DeviceGray cs 0.5 sc " + FULL, "0.9 g 0 0 90 60 re f " + FULL]
)
def test_a_stencil_that_is_not_plain_black_on_white_is_rendered(tmp_path: Path, content: str) -> None:
    entries = _filled(_drawing())["stencil"]
    assert _read(_save(tmp_path / "p.pdf", entries, content), dpi=144).shape == (2 * HEIGHT, 2 * WIDTH)


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("kind", ["grey as colour", "four colours", "JPEG 2000"])
def test_a_picture_stored_in_an_unusual_way_is_rendered(tmp_path: Path, kind: str) -> None:
    image, out = Image.fromarray(_drawing()), BytesIO()
    image.save(out, "JPEG2000")
    entries = {
        "grey as colour": _entries(_jpeg(image), "/DeviceRGB", code="/DCTDecode"),
        "four colours": _entries(
            _jpeg(image.convert("RGB").convert("CMYK")), "/DeviceCMYK", code="/DCTDecode", Decode=[1, 0] * 4
        ),
        "JPEG 2000": _entries(out.getvalue(), code="/JPXDecode"),
    }[kind]
    assert _read(_save(tmp_path / "p.pdf", entries), dpi=144).shape == (2 * HEIGHT, 2 * WIDTH)


@pytest.mark.usefixtures("poppler")
def test_a_picture_with_a_soft_mask_is_rendered(tmp_path: Path) -> None:
    def mask(document: pikepdf.Pdf, page: pikepdf.Page) -> None:
        soft = document.make_stream(bytes(WIDTH * HEIGHT))
        for key, value in _entries(b"").items():
            if key != "data":
                soft[f"/{key}"] = _named(value)
        page.obj.Resources.XObject.Im.SMask = soft

    assert _read(_save(tmp_path / "p.pdf", change=mask)).min() == 255  # transparent all over


@pytest.mark.usefixtures("poppler")
def test_what_was_written_onto_a_scan_afterwards_is_seen(tmp_path: Path) -> None:
    def note(document: pikepdf.Pdf, page: pikepdf.Page) -> None:
        look = document.make_stream(b"0 g 0 0 90 120 re f")
        look.stream_dict.update(_named({"Type": "/XObject", "Subtype": "/Form", "BBox": [0, 0, WIDTH, HEIGHT]}))
        ink = _named({"Type": "/Annot", "Subtype": "/Ink", "Rect": [0, 0, WIDTH, HEIGHT], "F": 4})
        ink.AP = pikepdf.Dictionary(N=look)
        link = _named({"Type": "/Annot", "Subtype": "/Link", "Rect": [0, 0, 5, 5]})
        page.obj.Annots = pikepdf.Array([document.make_indirect(link), document.make_indirect(ink)])

    assert _read(_save(tmp_path / "p.pdf", change=note)).mean() < 5


@pytest.mark.usefixtures("scans_only")
def test_a_scan_inside_a_form_is_found(tmp_path: Path) -> None:
    def wrap(document: pikepdf.Pdf, page: pikepdf.Page) -> None:
        form = document.make_stream(b"q 1 0 0 1 0 0 cm /Im Do Q " + HIDDEN.encode())
        form.stream_dict.update(
            _named(
                {"Type": "/XObject", "Subtype": "/Form", "BBox": [0, 0, 1, 1], "Matrix": [WIDTH, 0, 0, HEIGHT, 0, 0]}
            )
        )
        form.Resources = page.obj.Resources
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Form=form))

    assert _differ(_read(_save(tmp_path / "p.pdf", content="/Form Do", change=wrap)), _drawing()) < 2


def test_a_form_that_draws_itself_does_no_harm(tmp_path: Path) -> None:
    def loop(document: pikepdf.Pdf, page: pikepdf.Page) -> None:
        form = document.make_stream(b"/Form Do /Form Do")
        form.stream_dict.update(_named({"Type": "/XObject", "Subtype": "/Form", "BBox": [0, 0, WIDTH, HEIGHT]}))
        form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Form=form))
        page.obj.Resources = form.Resources

    assert len(list(open_pages(_save(tmp_path / "p.pdf", content="/Form Do", change=loop)))) == 1


@pytest.mark.usefixtures("poppler")
def test_only_the_visible_part_of_a_page_counts(tmp_path: Path) -> None:
    file = _save(tmp_path / "p.pdf", CropBox=[0, HEIGHT // 2, WIDTH, HEIGHT])
    seen = _read(file)
    assert seen.shape == (HEIGHT // 2, WIDTH)
    assert _differ(seen, _drawing()[: HEIGHT // 2]) < 3


@pytest.mark.usefixtures("scans_only")
def test_a_fax_in_a_pdf_is_stretched_to_square_pixels(tmp_path: Path) -> None:
    squeezed = np.ascontiguousarray(_drawing()[::2])
    file = _save(tmp_path / "p.pdf", _entries(squeezed.tobytes(), Height=HEIGHT // 2))
    assert _differ(_read(file), _drawing()) < 3
    file = _save(tmp_path / "p.pdf", _entries(squeezed.tobytes(), Height=HEIGHT // 2), Rotate=90)
    assert _differ(_read(file), np.rot90(_drawing(), -1)) < 3


@pytest.mark.usefixtures("poppler")
def test_a_vector_page_is_drawn_at_the_resolution_asked_for(tmp_path: Path) -> None:
    sheet = canvas.Canvas(str(tmp_path / "-v.pdf"), pagesize=(200, 100))
    sheet.rect(50, 25, 100, 50, fill=1)
    sheet.showPage()
    sheet.save()
    image = _read(str(tmp_path / "-v.pdf"), dpi=144)
    assert image.shape == (200, 400)
    assert image[100, 200] == 0
    assert image[10, 10] == 255
    assert abs(float((image < 128).mean()) - 0.25) < 0.01


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("upright", [True, False])
def test_a_page_is_drawn_as_fine_as_the_picture_on_it(tmp_path: Path, upright: bool) -> None:
    large = Image.fromarray(_drawing(900, 1200))
    entries = _entries(_jpeg(large), code="/DCTDecode", Width=900, Height=1200)
    within = FULL if upright else f"q 0 {HEIGHT} {-WIDTH} 0 {WIDTH} 0 cm /Im Do Q"
    seen = _read(_save(tmp_path / "p.pdf", entries, within + SHOWN))
    assert seen.shape[0] == pytest.approx(1200 if upright else 1600, abs=16)
    # At least as fine as was asked for, and not for the sake of a logo.
    assert _read(_save(tmp_path / "p.pdf", content=FULL + SHOWN), dpi=144).shape == (240, 180)
    logo = _save(tmp_path / "p.pdf", entries, "q 20 0 0 20 5 5 cm /Im Do Q" + SHOWN)
    assert _read(logo, dpi=144).shape == (240, 180)


@pytest.mark.usefixtures("poppler")
def test_a_page_is_drawn_no_finer_than_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = _entries(_jpeg(Image.fromarray(_drawing(900, 1200))), code="/DCTDecode", Width=900, Height=1200)
    monkeypatch.setattr(pdf, "_DRAWN_PIXELS", 400_000)
    assert 300_000 < _read(_save(tmp_path / "p.pdf", entries, FULL + SHOWN)).size < 405_000


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("way", ["counted", "lost"])
def test_pages_that_a_pdf_should_have_fail_where_they_are_missing(tmp_path: Path, way: str) -> None:
    document = pikepdf.new()
    for number in range(6):
        document.add_blank_page(page_size=(100 + number, 120))
    document.save(tmp_path / "p.pdf", object_stream_mode=pikepdf.ObjectStreamMode.disable)
    data = (tmp_path / "p.pdf").read_bytes()
    if way == "counted":
        data = data.replace(b"/Count 6", b"/Count 7")
    else:
        at = data.index(b"0 0 102 120")
        at = data.rindex(b"<<", 0, at)
        data = data[:at] + b"xx" + data[at + 2 :]
    (tmp_path / "p.pdf").write_bytes(data)
    pages = list(open_pages(str(tmp_path / "p.pdf"), dpi=72))
    widths = [100, 101, 102, 103, 104, 105] if way == "counted" else [100, 101, 103, 104, 105]
    assert [page.image.shape[1] for page in pages if isinstance(page, Page)] == widths
    assert [page.number for page in pages if isinstance(page, FailedPage)] == [len(widths) + 1]
    assert f"Of the {len(widths) + 1} pages" in pages[-1].reason  # type: ignore[union-attr]
    assert count_pages(str(tmp_path / "p.pdf")) == len(pages)


@pytest.mark.usefixtures("poppler")
def test_a_path_that_looks_like_an_option_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _save(tmp_path / "-r", content=FULL + SHOWN)
    monkeypatch.chdir(tmp_path)
    assert _read("-r").shape == (HEIGHT, WIDTH)


def test_without_poppler_scans_are_read_and_other_pages_say_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def more(document: pikepdf.Pdf, page: pikepdf.Page) -> None:
        document.pages.append(page)
        document.pages[0].obj.Contents = document.make_stream((FULL + SHOWN).encode())

    monkeypatch.setenv("PATH", str(tmp_path))
    drawn, scan = open_pages(_save(tmp_path / "p.pdf", change=more))
    assert isinstance(drawn, FailedPage)
    assert "apt-get install poppler-utils" in drawn.reason
    assert isinstance(scan, Page)
    assert scan.number == 2


def test_a_password_is_asked_for_only_where_one_is_needed(tmp_path: Path) -> None:
    with pikepdf.open(_save(tmp_path / "p.pdf")) as document:
        document.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="o", user="u"))
        document.save(tmp_path / "open.pdf", encryption=pikepdf.Encryption(owner="o", user=""))
    assert "password" in _reason(str(tmp_path / "locked.pdf"))
    assert _differ(_read(str(tmp_path / "open.pdf")), _drawing()) < 2


def test_a_page_without_area_is_a_sentence(tmp_path: Path) -> None:
    assert "MediaBox" in _reason(_save(tmp_path / "p.pdf", MediaBox=[10, 10, 10, 500]))


@pytest.mark.usefixtures("scans_only")
def test_a_page_size_from_corner_to_corner_either_way_is_good(tmp_path: Path) -> None:
    assert _differ(_read(_save(tmp_path / "p.pdf", MediaBox=[WIDTH, HEIGHT, 0, 0])), _drawing()) < 2


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("box", [[0, 0, 90], ["/a", 0, 0, 1], []], ids=["too short", "no numbers", "empty"])
def test_a_page_without_a_legible_size_is_a_letter_as_in_every_viewer(tmp_path: Path, box: list[Any]) -> None:
    assert _read(_save(tmp_path / "p.pdf", MediaBox=box)).shape == (792, 612)


def test_a_page_too_large_to_draw_is_refused_beforehand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.documents.render.convert_from_path", lambda *_, **__: pytest.fail("was drawn"))
    wide = _save(tmp_path / "p.pdf", content=SHOWN, MediaBox=[0, 0, 14_400, 14_400])
    assert "40,000 x 40,000" in _reason(wide, dpi=200)
    unit = _save(tmp_path / "p.pdf", content=SHOWN, MediaBox=[0, 0, 1440, 1440], UserUnit=10)
    assert "40,000 x 40,000" in _reason(unit, dpi=200)
    picture = _save(tmp_path / "p.pdf", _entries(b"", Width=60_000, Height=60_000), content=FULL + SHOWN)
    assert "60,000 x 60,000" in _reason(picture)
    scan = _save(tmp_path / "p.pdf", _entries(b"", Width=60_000, Height=60_000))
    assert "60,000 x 60,000" in _reason(scan)


@pytest.mark.usefixtures("poppler")
def test_the_size_of_what_poppler_draws_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = Image.new("L", (1, 1))
    monkeypatch.setattr("extractor.documents.render.convert_from_path", lambda *_, **__: [tiny])
    assert "states a size" in _reason(_save(tmp_path / "p.pdf", content=SHOWN))
    monkeypatch.setattr("extractor.documents.render.convert_from_path", lambda *_, **__: [])
    assert "cannot be drawn" in _reason(_save(tmp_path / "p.pdf", content=SHOWN))


@pytest.mark.parametrize("way", ["jpeg", "raw", "flate", "predicted", "rgb", "palette", "16 bits", "4 bits", "1 bit"])
def test_a_scan_that_ends_early_is_no_page(tmp_path: Path, way: str) -> None:
    entries = _filled(np.random.default_rng(2).integers(0, 255, (HEIGHT, WIDTH), np.uint8))[way]
    cut = entries | {"data": entries["data"][: len(entries["data"]) // 2]}
    assert "ends early" in _reason(_save(tmp_path / "p.pdf", cut))


def _pages(file: Path, count: int) -> None:
    document = pikepdf.new()
    rng = np.random.default_rng(1)
    for number in range(count):
        document.add_blank_page(page_size=(WIDTH, HEIGHT))
        page = document.pages[-1]
        noise = rng.integers(0, 255, (HEIGHT * 4, WIDTH * 4), np.uint8)
        noise[0, 0] = number % 256
        stream = document.make_stream(noise.tobytes())
        for key, value in _entries(b"", Width=WIDTH * 4, Height=HEIGHT * 4).items():
            if key != "data":
                stream[f"/{key}"] = _named(value)
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=stream))
        page.obj.Contents = document.make_stream(FULL.encode())
    document.save(file)


@pytest.mark.usefixtures("scans_only")
def test_any_run_of_pages_can_be_had(tmp_path: Path) -> None:
    _pages(tmp_path / "p.pdf", 9)
    file = str(tmp_path / "p.pdf")
    assert count_pages(file) == 9
    pages = list(open_pages(file, first=4, last=6))
    assert [(page.number, int(page.image[0, 0])) for page in pages if isinstance(page, Page)] == [
        (4, 3),
        (5, 4),
        (6, 5),
    ]
    assert [page.number for page in open_pages(file, first=8)] == [8, 9]
    (missing,) = open_pages(file, first=10)
    assert isinstance(missing, FailedPage)
    assert (missing.number, "no page 10 but 9" in missing.reason) == (10, True)


@pytest.mark.usefixtures("scans_only")
def test_a_bad_page_does_not_stop_the_next(tmp_path: Path) -> None:
    _pages(tmp_path / "p.pdf", 3)
    with pikepdf.open(tmp_path / "p.pdf") as document:
        document.pages[1].obj.MediaBox = pikepdf.Array([0, 0, 0, 0])
        document.save(tmp_path / "bad.pdf")
    pages = list(open_pages(str(tmp_path / "bad.pdf")))
    assert [isinstance(page, Page) for page in pages] == [True, False, True]


def test_a_pdf_without_its_end_is_repaired_or_a_sentence(tmp_path: Path) -> None:
    data = Path(_save(tmp_path / "p.pdf")).read_bytes()
    (tmp_path / "cut.pdf").write_bytes(data[: data.rindex(b"xref")])
    assert _differ(_read(str(tmp_path / "cut.pdf")), _drawing()) < 2
    for length in (20, data.index(b"/Page") - 20):
        (tmp_path / "cut.pdf").write_bytes(data[:length])
        assert "beyond repair" in _reason(str(tmp_path / "cut.pdf"), first=3)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(share=st.floats(0, 1), junk=st.binary(max_size=30), cut=st.booleans())
def test_damage_gives_pages_or_sentences_but_never_an_error(
    tmp_path: Path, share: float, junk: bytes, cut: bool
) -> None:
    data = Path(_save(tmp_path / "p.pdf")).read_bytes()
    at = int(share * len(data))
    (tmp_path / "p.pdf").write_bytes(data[:at] + junk + (b"" if cut else data[at + len(junk) :]))
    pages = list(open_pages(str(tmp_path / "p.pdf")))
    assert pages
    assert all(isinstance(page, Page) or page.reason.endswith(".") for page in pages)


def test_too_many_pages_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _pages(tmp_path / "p.pdf", 3)
    monkeypatch.setattr(limits, "MAX_PAGES", 2)
    assert "3 pages" in _reason(str(tmp_path / "p.pdf"))


@pytest.mark.slow
@pytest.mark.alone
def test_memory_stays_flat_over_five_hundred_pages(tmp_path: Path) -> None:
    psutil = pytest.importorskip("psutil")
    _pages(tmp_path / "p.pdf", 500)
    process, early = psutil.Process(), 0
    for page in open_pages(str(tmp_path / "p.pdf")):
        assert isinstance(page, Page)
        if page.number == 100:
            early = process.memory_info().rss
    assert page.number == 500
    assert process.memory_info().rss <= early * 1.05
