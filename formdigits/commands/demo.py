"""`formdigits demo`: the samples, read and compared with what is written on them."""

from __future__ import annotations

import click


@click.command(
    help="""Read the sample scans with both sample templates, and compare with what is written on them.

Writes numbers.xlsx, numbers.csv and a picture of each page with what was read.

Exit codes: 0 every page found its form, 99 % of the fields are right and no accepted one is wrong; 1 otherwise.
"""
)
@click.option(
    "-o", "--out", default="demo-out", show_default=True, metavar="FOLDER", help="Folder for the tables and pictures."
)
def demo(out: str) -> None:
    from formdigits.actions.demo import run_demo

    raise SystemExit(run_demo(out))
