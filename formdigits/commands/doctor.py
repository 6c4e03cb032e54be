"""`formdigits doctor`: what is there, what is missing, and the one command that mends it."""

from __future__ import annotations

import click


@click.command(
    help="""Check that everything needed to read is there: Python, packages, the model, poppler, OpenCV, the folder and
the database for jobs.

Each line says ok, missing, or absent (where reading works without it), and what mends it.

Exit codes: 0 everything needed to read works; 1 something is missing.
"""
)
def doctor() -> None:
    from extractor.errors import ExitCode
    from formdigits.actions.doctor import all_checks

    missing = 0
    for check in all_checks():
        word, colour = ("ok", "green") if check.ok else ("missing", "red") if check.needed else ("absent", "yellow")
        click.echo(click.style(f"{word:8}", fg=colour) + f"{check.name:22}  {check.found}")
        if not check.ok:
            click.echo(f"{'':8}{'':22}  → {check.remedy}")
        missing += check.needed and not check.ok
    if missing:
        click.echo(f"Not ready: {missing} of the things that reading needs are missing.", err=True)
        raise SystemExit(ExitCode.SOME_UNREAD)
    click.echo("Ready to read.", err=True)
