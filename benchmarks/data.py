"""Where the real handwriting is that is measured on."""

from __future__ import annotations

from pathlib import Path

from extractor.errors import InputError
from training.data.sources import data_folder

DATA = data_folder()


def needed(name: str) -> Path:
    """The folder of the data set `name`. Raises InputError where there is none."""
    folder = DATA / name
    if not folder.is_dir():
        raise InputError(f"There is no {name} in {DATA}; set FORMDIGITS_DATA to the folder with the data sets.")
    return folder
