"""Options that several commands have."""

from __future__ import annotations

import click


class Share(click.ParamType[float]):
    """A share above 0 and below 1, given as `0.5%` or as `0.005`."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        text = str(value).strip()
        try:
            share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            share = 0.0
        if not 0 < share < 1:
            self.fail(f"'{text}' is no share; give one such as 0.5%", param, ctx)
        return share


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
max_error = click.option(
    "--max-error",
    type=Share(),
    metavar="E",
    help="Choose the probability so that fewer than this share of the accepted readings are wrong, such as 0.5%, with "
    "95 % certainty, by what people have answered on these forms; --accept counts where too few have.",
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
