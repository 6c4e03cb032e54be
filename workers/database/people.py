"""Accounts in the database, and the browsers that are signed in."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, select, update

from extractor.errors import InputError
from workers.accounts.account import Account, Role
from workers.database.connection import Database, reading, seconds_now, writing
from workers.database.schema import accounts, sessions
from workers.review.values import person_key

SESSION_S = 30 * 24 * 3600
"""How long a browser stays signed in."""

SESSIONS_OF_A_PERSON, SESSIONS_OF_THE_TOKEN = 50, 2000
"""Kept at once; beyond them the oldest of that person, or of those who knew the token, ends."""


class SignedIn(NamedTuple):
    """Who has a session: an account, or None for whoever knew the server's token."""

    account: Account | None


def add_account(store: Database, name: str, role: Role, password: str, *, replace: bool = False) -> Account:
    """A new account, whose `password` is a hash. With `replace`, one of that name gets role and password anew, and
    its sessions end.

    Raises InputError where there is one of that name, in whatever case, and it is not to be replaced.
    """
    key = person_key(name)
    with writing(store.engine) as connection:
        connection.execute(delete(sessions).where(sessions.c.person == key))
        known = connection.execute(select(accounts).where(accounts.c.person == key)).one_or_none()
        if known is not None and not replace:
            raise InputError(f"There is an account of {known.name} already; take another name, or change that one.")
        values = {"name": name, "role": role.value, "password": password}
        if known is None:
            created = seconds_now(connection)
            connection.execute(insert(accounts).values(person=key, created=created, **values))
        else:
            created = known.created
            connection.execute(update(accounts).where(accounts.c.person == key).values(values))
    return Account(name, role, created)


def change_account(store: Database, name: str, *, role: Role | None = None, password: str | None = None) -> Account:
    """Gives an account another role or password (a hash), and ends its sessions.

    Raises InputError where there is none of that name, where nothing would change, or where no admin would be left.
    """
    key = person_key(name)
    values = {"role": None if role is None else role.value, "password": password}
    wanted = {column: value for column, value in values.items() if value is not None}
    if not wanted:
        raise InputError("Say what should change: the role, or the password.")
    with writing(store.engine) as connection:
        connection.execute(delete(sessions).where(sessions.c.person == key))
        if role not in (None, Role.ADMIN):
            _keep_an_admin(connection, key)
        changed = update(accounts).where(accounts.c.person == key).values(wanted).returning(accounts)
        row = connection.execute(changed).one_or_none()
        if row is None:
            raise _no_account(name)
    return _account(row)


def remove_account(store: Database, name: str, *, last: bool = False) -> Account:
    """Removes an account with its sessions; what the person has said of fields stays.

    Raises InputError where there is none of that name, or, unless `last`, where no admin would be left.
    """
    key = person_key(name)
    with writing(store.engine) as connection:
        connection.execute(delete(sessions).where(sessions.c.person == key))
        if not last:
            _keep_an_admin(connection, key)
        row = connection.execute(delete(accounts).where(accounts.c.person == key).returning(accounts)).one_or_none()
        if row is None:
            raise _no_account(name)
    return _account(row)


def list_accounts(store: Database) -> list[Account]:
    """All accounts, by name."""
    with reading(store.engine) as connection:
        return [_account(row) for row in connection.execute(select(accounts).order_by(accounts.c.person))]


def has_accounts(store: Database) -> bool:
    """Whether there are any."""
    with reading(store.engine) as connection:
        return connection.execute(select(accounts.c.person).limit(1)).first() is not None


def find_account(store: Database, name: str) -> tuple[Account, str] | None:
    """The account of that name, in whatever case, with the hash of its password."""
    with reading(store.engine) as connection:
        row = connection.execute(select(accounts).where(accounts.c.person == person_key(name))).one_or_none()
    return None if row is None else (_account(row), row.password)


def begin_session(store: Database, session: str, account: Account | None) -> None:
    """Keeps that a browser is signed in; `session` is the hash of what it keeps."""
    person = None if account is None else account.key
    theirs = sessions.c.person == person if person is not None else sessions.c.person.is_(None)
    most = SESSIONS_OF_THE_TOKEN if person is None else SESSIONS_OF_A_PERSON
    with writing(store.engine) as connection:
        now = seconds_now(connection)
        connection.execute(delete(sessions).where(sessions.c.began < now - SESSION_S))
        newest = select(sessions.c.id).where(theirs).order_by(sessions.c.began.desc()).limit(most - 1)
        connection.execute(delete(sessions).where(theirs, sessions.c.id.not_in(newest)))
        connection.execute(insert(sessions).values(id=session, person=person, began=now))


def signed_in(store: Database, of_person: str, of_token: str | None) -> SignedIn | None:
    """Whose session it is, whose hash is `of_person` if it is a person's, and `of_token` if it is of who knew that."""
    query = (
        select(sessions.c.id, sessions.c.person, accounts)
        .outerjoin_from(sessions, accounts, accounts.c.person == sessions.c.person)
        .where(sessions.c.id.in_([one for one in (of_person, of_token) if one]))
    )
    with reading(store.engine) as connection:
        since = seconds_now(connection) - SESSION_S
        row = connection.execute(query.where(sessions.c.began > since)).first()
    if row is None:
        return None
    if row.name is None:
        return SignedIn(None) if row.id == of_token else None
    return SignedIn(_account(row)) if row.id == of_person else None


def end_session(store: Database, *hashes: str) -> None:
    """Ends a session for good."""
    with writing(store.engine) as connection:
        connection.execute(delete(sessions).where(sessions.c.id.in_(hashes)))


def _keep_an_admin(connection: Any, key: str) -> None:
    others = (accounts.c.role == Role.ADMIN.value, accounts.c.person != key)
    mine = select(accounts.c.role).where(accounts.c.person == key)
    if connection.execute(mine).scalar() != Role.ADMIN.value:
        return
    if not connection.execute(select(func.count()).select_from(accounts).where(*others)).scalar_one():
        raise InputError("This is the last admin; make another person one first.")


def _account(row: Any) -> Account:
    return Account(row.name, Role(row.role), row.created)


def _no_account(name: str) -> InputError:
    return InputError(f"There is no account of {name}; 'formdigits user list' lists those that there are.")
