"""Where the real handwriting is that is measured on."""

from __future__ import annotations

from pathlib import Path

from extractor.documents import open_pages
from extractor.errors import InputError
from extractor.values import Page
from training.data.sources import data_folder

DATA = data_folder()


def needed(name: str) -> Path:
    """The folder of the data set `name`. Raises InputError where there is none."""
    folder = DATA / name
    if not folder.is_dir():
        raise InputError(f"There is no {name} in {DATA}; set FORMDIGITS_DATA to the folder with the data sets.")
    return folder


def first_page(file: Path, dpi: int = 200) -> Page:
    """The first page of `file`, which must be one that can be opened."""
    one = next(iter(open_pages(str(file), dpi=dpi)))
    assert isinstance(one, Page), one
    return one
