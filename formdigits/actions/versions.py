"""What `formdigits versions` does."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from formdigits.messages import counted, say
from workers.database.store import open_store
from workers.database.versions import SHIPPED_VERSION, ModelVersion, use_version, versions_of


def change(form: str, number: int) -> None:
    """New jobs read the form by that version. Raises InputError or ServiceError."""
    use_version(open_store(), form, number)
    what = "the model that comes with the program" if number == SHIPPED_VERSION else f"version {number}"
    say(f"New jobs read the form {form} by {what}.")


def tell(form: str | None) -> None:
    """Lists the versions of `form`, or of all. Raises ServiceError."""
    found = versions_of(open_store(), None if form is None else [form])
    if not found:
        say("Nothing was learned of any form yet; 'formdigits learn JOB' does it.")
    for one in found:
        click.echo(f"{'*' if one.used else ' '} {in_a_line(one)}")


def in_a_line(version: ModelVersion) -> str:
    """The version with its figures."""
    figures, taught = version.figures, version.learned_from
    before, after = figures["before"], figures["after"]
    name = f" ({version.name})" if version.name else ""
    when = datetime.fromtimestamp(version.created, UTC)
    return (
        f"{version.form}, version {version.number}{name}, {when:%Y-%m-%d %H:%M} UTC: {before['right']} -> "
        f"{after['right']} of {figures['fields']} right, {before['accepted']} -> {after['accepted']} accepted "
        f"({before['wrong']} -> {after['wrong']} wrong); from {counted(taught['answers'], 'answer')} on "
        f"{counted(taught['pages'], 'page')}"
    )
