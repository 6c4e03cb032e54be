"""What `formdigits user` does."""

from __future__ import annotations

import sys
import time

import click

from extractor.errors import InputError
from formdigits import messages
from workers.accounts.account import Role
from workers.accounts.passwords import SHORTEST_PASSWORD, hashed
from workers.database.people import add_account, has_accounts, list_accounts, remove_account
from workers.database.store import open_store
from workers.review.values import reviewer_name


def add_user(name: str, role: str, *, replace: bool) -> None:
    """Adds the account after asking for its password. Raises InputError or ServiceError."""
    shown = reviewer_name(name)
    store = open_store()
    try:
        known = {one.key for one in list_accounts(store)}
        password = hashed(_password())
        account = add_account(store, shown, Role(role), password, replace=replace)
        if account.key in known:
            messages.say(f"{account.name} is {role} from now on, with the new password, and is logged out everywhere.")
        else:
            messages.say(f"{account.name} may log in as {role}.")
        if not known:
            messages.say("This is the first account: from now on everybody has to log in.")
    finally:
        store.close()


def remove_user(name: str) -> None:
    """Removes the account. Raises InputError or ServiceError."""
    store = open_store()
    try:
        account = remove_account(store, name, last=True)
        messages.say(f"{account.name} may log in no more.")
        if not has_accounts(store):
            messages.say("There are no accounts any more: whoever knows the server's token may do everything.")
    finally:
        store.close()


def print_users() -> None:
    """One line per account on standard output: name, role, since when."""
    store = open_store()
    try:
        for one in list_accounts(store):
            click.echo(f"{one.name}\t{one.role}\t{time.strftime('%Y-%m-%d', time.localtime(one.created))}")
    finally:
        store.close()


def _password() -> str:
    if sys.stdin.isatty():
        text = f"Password ({SHORTEST_PASSWORD} characters or more)"
        return str(click.prompt(text, hide_input=True, confirmation_prompt="The same again"))
    try:
        line = sys.stdin.readline()
    except UnicodeDecodeError:
        raise InputError("The password is no text in this terminal's encoding; send it as UTF-8.") from None
    if not line:
        raise InputError("No password was given; type it, or send it as the first line of standard input.")
    return line.rstrip("\r\n")
