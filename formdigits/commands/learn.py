"""`formdigits learn`: a version of the model that reads a form better."""

from __future__ import annotations

import click

HELP = """Learn from what people have answered on JOB, so that new jobs read its form better.

How much each reader's word counts on this form and what is usually written there is fitted to the answers, and with
the tensorflow extra the networks are trained further. What comes of it is compared on pages that were not learned from;
where it is better there, it becomes the form's newest version, and reads it from now on. Takes up to five minutes.

\b
  formdigits learn k3v9x2mw
  formdigits versions                       the versions that there are
  formdigits versions tally --use 0         back to the model that comes with the program

Exit codes: 0 there is a new version; 1 nothing was better; 2 no such job, or too few answers; 3 the database cannot be
reached.
"""


@click.command(help=HELP)
@click.argument("job")
@click.option("--name", default="", metavar="NAME", help="What to call the version.")
@click.option("--by", default="", metavar="NAME", help="Who had it learned.")
@click.option("--networks/--no-networks", default=True, help="Train the networks further as well.  [default: yes]")
def learn(*, job: str, name: str, by: str, networks: bool) -> None:
    from formdigits.actions.learn import learn_command

    raise SystemExit(learn_command(job, name=name, by=by, networks=networks))
