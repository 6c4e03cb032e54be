"""PDF pages drawn by poppler, for those that are more than a scan."""

from __future__ import annotations

from pathlib import Path

from pdf2image import convert_from_path
from pdf2image.exceptions import PDFInfoNotInstalledError, PDFPopplerTimeoutError

from extractor.documents.grey import grey_from_pillow
from extractor.documents.limits import check_size
from extractor.errors import DocumentError
from extractor.values import Gray

TIMEOUT = 120
"""Seconds that one page may take."""

POINTS_PER_INCH = 72.0
_SLACK = 0.02
"""How far what poppler draws may be off the size that was asked for, as a share of it."""


def render(file: str, number: int, dpi: int, size: tuple[float, float], unit: float, *, darkest: bool = False) -> Gray:
    """Page `number` (from 1) of the PDF `file` in grey at `dpi`; with `darkest` the darkest colour of each pixel.

    `size` is the page's width and height as it is shown, in its own units of `unit` / 72 inches; checked against
    the limits first, and what poppler draws is checked against it. Raises DocumentError.
    """
    width, height = (side / POINTS_PER_INCH * dpi for side in size)
    check_size(width * unit, height * unit)
    try:
        # An absolute path, since one that begins with a dash would be taken for an option.
        images = convert_from_path(
            Path(file).absolute(),
            dpi=dpi,
            first_page=number,
            last_page=number,
            grayscale=not darkest,
            use_cropbox=True,
            timeout=TIMEOUT,
        )
    except (PDFInfoNotInstalledError, FileNotFoundError):
        raise DocumentError(
            "This PDF page is more than a scan, and poppler, which draws such pages, is not installed; install it "
            "(apt-get install poppler-utils, dnf install poppler-utils or brew install poppler)."
        ) from None
    except PDFPopplerTimeoutError:
        raise DocumentError(f"The PDF page took more than {TIMEOUT} seconds to draw; scan a print of it.") from None
    except Exception:  # pdf2image reads poppler's messages, and stumbles in many ways over those of damaged files
        raise DocumentError("The PDF page cannot be drawn; export the PDF again, or scan a print of it.") from None
    if len(images) != 1:
        raise DocumentError("The PDF page cannot be drawn; export the PDF again, or scan a print of it.")
    image = grey_from_pillow(images[0], darkest=darkest)
    # Some versions of poppler leave the page's own unit out.
    if not any(_close(image.shape, (height * scale, width * scale)) for scale in (unit, 1)):
        raise DocumentError("The PDF page states a size that it does not have; export the PDF again.")
    return image


def _close(shape: tuple[int, ...], expected: tuple[float, float]) -> bool:
    return all(abs(a - b) <= max(2, _SLACK * b) for a, b in zip(shape, expected, strict=True))
