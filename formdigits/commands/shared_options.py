"""Options that several commands have."""

from __future__ import annotations

import click

templates = click.option(
    "-t", "--template", "templates", multiple=True, metavar="FILE", help="Template, or a folder of templates."
)
single_field = click.option("--single-field", is_flag=True, help="Every picture is one number; no template.")
accept = click.option(
    "--accept",
    type=click.FloatRange(0, 1),
    default=0.99,
    show_default=True,
    metavar="P",
    help="Accept readings that are right with at least this probability; the others go to review.",
)
engine = click.option(
    "--engine",
    type=click.Choice(["litert", "keras"]),
    default="litert",
    show_default=True,
    help="What runs the networks; keras needs the tensorflow extra.",
)
processes = click.option(
    "--processes", type=click.IntRange(min=1), metavar="N", help="Processes that read.  [default: one per processor]"
)
