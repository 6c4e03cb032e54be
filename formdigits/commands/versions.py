"""`formdigits versions`: the versions of models that were learned, and which reads a form."""

from __future__ import annotations

import click

HELP = """List what was learned of forms (of FORM alone where it is given), or choose which version reads FORM.

\b
  formdigits versions
  formdigits versions tally --use 2         new jobs read the form tally by version 2
  formdigits versions tally --use 0         by the model that comes with the program

Jobs that were read before stay as they are. Exit codes: 0; 2 no such version; 3 the database cannot be reached.
"""


@click.command(help=HELP)
@click.argument("form", required=False)
@click.option("--use", type=click.IntRange(0), metavar="N", help="The version that reads FORM from now on.")
def versions(*, form: str | None, use: int | None) -> None:
    from formdigits.actions.versions import change, tell

    if use is not None:
        if form is None:
            raise click.UsageError("say of which form, for instance: formdigits versions tally --use 0")
        change(form, use)
    tell(form)
