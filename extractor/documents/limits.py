"""What is refused before a pixel is decoded, so that no file can fill the memory. All limits stand here."""

from __future__ import annotations

import warnings

from PIL import Image

from extractor.errors import DocumentError

MAX_PIXELS = 178_000_000
"""Pixels of one page: an A0 sheet at 300 dpi has 140 million. Just below where Pillow itself refuses to go on."""

MAX_PAGES = 20_000
"""Pages of one file."""

MAX_IMAGE_BYTES = 500_000_000
"""Bytes of a file of one picture, or of photographs, which is read as a whole."""

MAX_DOCUMENT_BYTES = 8_000_000_000
"""Bytes of a PDF or TIFF file, of which one page at a time is read."""

# What Pillow warns of is either checked here or becomes a failed page: a line on the terminal would say nothing more.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")


def check_size(width: float, height: float) -> None:
    """Raises DocumentError unless a page of `width` x `height` pixels has an area and keeps to the limit."""
    if width < 1 or height < 1:
        raise DocumentError("The page has no area; scan it again.")
    if width * height > MAX_PIXELS:
        raise DocumentError(
            f"The page has {width:,.0f} x {height:,.0f} pixels, more than the {MAX_PIXELS / 1e6:.0f} million "
            "that can be read; scan it at a lower resolution."
        )


def check_bytes(size: int, limit: int) -> None:
    """Raises DocumentError unless a file of `size` bytes holds something and keeps to `limit`."""
    if size == 0:
        raise DocumentError("The file is empty; scan or copy it again.")
    if size > limit:
        raise DocumentError(
            f"The file has {size / 1e6:,.0f} MB, more than the {limit / 1e6:,.0f} MB that can be read; split it."
        )


def check_pages(count: int) -> None:
    """Raises DocumentError unless a file of `count` pages has any and keeps to the limit."""
    if count < 1:
        raise DocumentError("The file has no pages; scan it again.")
    if count > MAX_PAGES:
        raise DocumentError(f"The file has {count:,} pages, more than the {MAX_PAGES:,} that can be read; split it.")
