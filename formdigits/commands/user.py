"""`formdigits user`: accounts of the web page."""

from __future__ import annotations

import click

HELP = """Accounts of the web page that 'formdigits serve' opens.

\b
  formdigits user add Ann --role reviewer      asks for a password
  formdigits user list
  formdigits user remove Ann

Without any account, whoever knows the server's token may do everything; from the first one on everybody has to log in.
"""

ADD = """Add an account for NAME and ask for its password; with a pipe, the first line of standard input is taken.

\b
  reviewer   sees jobs, and reviews
  manager    starts and deletes jobs and templates as well
  admin      adds people as well

Names that differ in case alone are one person's. A server that runs knows of it at once.

Exit codes: 0 added; 2 wrong usage, or there is an account of that name; 3 the database cannot be reached.
"""


@click.group(help=HELP, no_args_is_help=True)
def user() -> None:
    pass


@user.command(help=ADD)
@click.argument("name")
@click.option(
    "--role", type=click.Choice(["reviewer", "manager", "admin"]), required=True, help="What the person may do."
)
@click.option("--replace", is_flag=True, help="Give an account that is there this role and a new password.")
def add(*, name: str, role: str, replace: bool) -> None:
    from formdigits.actions.user import add_user

    add_user(name, role, replace=replace)


@user.command("list", help="List the accounts.\n\nExit codes: 0; 3 the database cannot be reached.")
def list_users() -> None:
    from formdigits.actions.user import print_users

    print_users()


@user.command(
    help="Remove the account of NAME; what the person has said of fields stays.\n\n"
    "Exit codes: 0 removed; 2 there is none; 3 the database cannot be reached."
)
@click.argument("name")
def remove(*, name: str) -> None:
    from formdigits.actions.user import remove_user

    remove_user(name)
