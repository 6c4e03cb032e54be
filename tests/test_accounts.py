"""Accounts: one person for a name in whatever case, passwords that nobody reads, sessions that end when they should."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from extractor.errors import InputError
from extractor.values import CheckKind
from formdigits.web.security.sessions import Sessions
from formdigits.web.visitors import Visitor, needed_role
from tests.reviewed_job import field, job_of_pages
from workers.accounts.account import Role
from workers.accounts.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD, hashed, is_password
from workers.database.people import (
    add_account,
    change_account,
    find_account,
    has_accounts,
    list_accounts,
    remove_account,
)
from workers.database.review.answers import Answer, answer, history
from workers.database.review.field_claims import claim
from workers.database.review.plans import set_plan
from workers.database.review.report import report_of
from workers.database.schema import accounts
from workers.database.store import Store, open_store
from workers.review.forms import Forms
from workers.review.values import Seat, Stage, person_key

GOOD = "four words in a row"


def test_a_password_is_kept_as_argon2_and_known_however_it_is_encoded() -> None:
    kept = hashed("Zürich ist schön")
    assert kept.startswith("$argon2id$")
    assert hashed("Zürich ist schön") != kept
    assert is_password("Zu\u0308rich ist scho\u0308n", kept)
    assert not is_password("zürich ist schön", kept)
    assert not any(is_password(GOOD, none) for none in (None, "", "not a hash"))
    assert not is_password("x" * 1_000_000, kept)
    for wrong in ("x" * (SHORTEST_PASSWORD - 1), "x" * (LONGEST_PASSWORD + 1), ""):
        with pytest.raises(InputError, match="characters"):
            hashed(wrong)


def test_names_that_differ_in_case_alone_are_one_persons(store: Store) -> None:
    add_account(store, "Änne Groß", Role.REVIEWER, "h1")
    for name in ("änne groß", "ÄNNE GROSS", "A\u0308nne Groß"):
        with pytest.raises(InputError, match="Änne Groß already"):
            add_account(store, name, Role.ADMIN, "h2")
        found = find_account(store, name)
        assert found is not None
        assert (found[0].name, found[1]) == ("Änne Groß", "h1")
    assert find_account(store, "Anne Groß") is None
    assert person_key("ANN") == person_key("ann")


def test_a_changed_or_removed_account_ends_its_sessions_and_no_others(store: Store) -> None:
    kept = Sessions("the-server's-own-token")
    root, ann, ben = (
        add_account(store, name, role, "hash")
        for name, role in (("root", Role.ADMIN), ("Ann", Role.MANAGER), ("Ben", Role.REVIEWER))
    )
    changes = (
        lambda: change_account(store, "ANN", role=Role.REVIEWER),
        lambda: change_account(store, "ann", password="other"),
        lambda: add_account(store, "ann", Role.ADMIN, "third", replace=True),
        lambda: remove_account(store, "Ann"),
    )
    for change in changes:
        mine, others = kept.begin(store, ann), kept.begin(store, ben)
        assert kept.visitor(store, mine) is not None
        change()
        assert kept.visitor(store, mine) is None
        assert kept.visitor(store, others) == Visitor(Role.REVIEWER, "Ben", by_session=True)
    assert [one.name for one in list_accounts(store)] == ["Ben", "root"]
    assert root.role is Role.ADMIN


def test_a_change_that_is_refused_changes_nothing(store: Store) -> None:
    kept = Sessions(None)
    root = add_account(store, "root", Role.ADMIN, "hash")
    secret = kept.begin(store, root)
    for refused in (
        lambda: change_account(store, "root", role=Role.MANAGER),
        lambda: remove_account(store, "root"),
        lambda: add_account(store, "ROOT", Role.MANAGER, "other"),
        lambda: change_account(store, "nobody", password="x"),
        lambda: remove_account(store, "nobody"),
    ):
        with pytest.raises(InputError):
            refused()
    assert kept.visitor(store, secret) == Visitor(Role.ADMIN, "root", by_session=True)
    remove_account(store, "root", last=True)
    assert not has_accounts(store)


def test_one_person_is_not_two_who_agree(store: Store) -> None:
    job = job_of_pages(store, [[field("total", "57", 0.5)]]).id
    set_plan(store, job, second=True, sample=0)
    ann, same, ben = Seat("Ann", "w1"), Seat("ANN", "w2"), Seat("Ben", "w3")
    [item] = claim(store, job, ann, 1)
    none = Forms({})
    assert answer(store, none, item.key, ann, Answer(CheckKind.TYPE, "58", 0)).stage is Stage.SECOND
    assert claim(store, job, same, 1) == []
    # Nor by answering once more under the other spelling.
    assert answer(store, none, item.key, same, Answer(CheckKind.TYPE, "58", 1)).stage is Stage.SECOND
    [item] = claim(store, job, ben, 1)
    assert answer(store, none, item.key, ben, Answer(CheckKind.TYPE, "58", 2)).stage is Stage.SETTLED
    assert len(history(store, job, "ann", 10)) == 2
    assert sorted((one.name.lower(), one.answers) for one in report_of(store, job).reviewers) == [
        ("ann", 2),
        ("ben", 1),
    ]


@pytest.mark.parametrize(
    ("method", "path", "role"),
    [
        ("GET", "/jobs", Role.REVIEWER),
        ("GET", "/jobs/abc/report", Role.REVIEWER),
        ("GET", "/review/abc", Role.REVIEWER),
        ("GET", "/api/jobs/abc/export", Role.REVIEWER),
        ("POST", "/api/jobs/abc/review/fields/1-1-0/answer", Role.REVIEWER),
        ("POST", "/logout", Role.REVIEWER),
        ("PUT", "/api/jobs/abc/review", Role.MANAGER),
        ("POST", "/review/abc", Role.MANAGER),
        ("POST", "/api/jobs", Role.MANAGER),
        ("DELETE", "/api/jobs/abc", Role.MANAGER),
        ("POST", "/api/jobs/abc/cancel", Role.MANAGER),
        ("POST", "/api/templates", Role.MANAGER),
        ("GET", "/", Role.MANAGER),
        ("GET", "/api/folders", Role.MANAGER),
        ("GET", "/something/new", Role.MANAGER),
        ("GET", "/people", Role.ADMIN),
        ("GET", "/api/people", Role.ADMIN),
        ("DELETE", "/api/people", Role.ADMIN),
        ("GET", "/api/people/", Role.ADMIN),
    ],
)
def test_what_each_role_may(method: str, path: str, role: Role) -> None:
    assert needed_role(method, path) is role
    assert [one.may(role) for one in Role].count(True) == len(Role) - list(Role).index(role)


def user(*arguments: str, password: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "formdigits", "user", *arguments]
    return subprocess.run(command, input=password, capture_output=True, text=True, timeout=300, check=False)


def test_accounts_from_the_command_line(own_home: Path) -> None:
    added = user("add", "  Ann   Bo ", "--role", "admin", password=f"{GOOD}\nmore\n")
    assert (added.returncode, added.stdout) == (0, "")
    assert "Ann Bo may log in as admin." in added.stderr
    assert "everybody has to log in" in added.stderr
    again = user("add", "ann bo", "--role", "reviewer", password=GOOD)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    assert user("add", "ann bo", "--role", "manager", "--replace", password=GOOD).returncode == 0
    assert user("list").stdout == f"ann bo\tmanager\t{time.strftime('%Y-%m-%d')}\n"
    short = user("add", "Cem", "--role", "reviewer", password="short\n")
    assert (short.returncode, short.stderr.count("\n")) == (2, 1)
    assert user("add", "Cem", "--role", "reviewer").returncode == 2
    strange = subprocess.run(
        [sys.executable, "-m", "formdigits", "user", "add", "Cem", "--role", "reviewer"],
        input="Größe der Seite\n".encode("latin-1"),
        env=os.environ | {"PYTHONIOENCODING": "utf-8:strict"},
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert (strange.returncode, strange.stderr.count(b"\n")) == (2, 1)
    assert user("remove", "nobody").returncode == 2
    store = open_store(f"sqlite:///{own_home / 'jobs.sqlite'}")
    with store.engine.connect() as connection:
        [row] = connection.execute(select(accounts)).all()
    store.close()
    assert is_password(GOOD, row.password)
    assert user("remove", "ANN BO").returncode == 0
    assert user("list").stdout == ""
