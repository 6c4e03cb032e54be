"""Draws the sample forms and writes their templates: `python -m samples.make_forms [FOLDER]`."""

from __future__ import annotations

import sys
from pathlib import Path

from samples.generator import exam, expenses, register, tally

HERE = Path(__file__).parent


def make_forms(folder: Path) -> None:
    """Write `forms/*.pdf` and `templates/*.yaml` of the forms below `folder`."""
    (folder / "forms").mkdir(parents=True, exist_ok=True)
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    for name, design in (("tally", tally), ("expenses", expenses), ("register", register), ("exam", exam)):
        sheet = design.draw(folder / "forms" / f"{name}.pdf")
        template = folder / "templates" / f"{name}.yaml"
        template.write_text(sheet.template(design.ABOUT), encoding="utf-8")


if __name__ == "__main__":
    make_forms(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
