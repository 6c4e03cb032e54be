"""Patience with a database that is away or locked: who opens the store says how long to wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

from extractor.errors import ServiceError
from workers.database.connection import Database

D = TypeVar("D", bound=Database)
P = ParamSpec("P")
T = TypeVar("T")


def retried(what: Callable[Concatenate[D, P], T]) -> Callable[Concatenate[D, P], T]:
    """Makes `what`, a function of a store, try again for `store.patience_s` seconds; it raises ServiceError after that.

    Only for what may be done twice: it may have been done when the connection broke.
    """

    @wraps(what)
    def patient(store: D, /, *args: P.args, **options: P.kwargs) -> T:
        until = time.monotonic() + store.patience_s
        pause = 0.1
        while True:
            try:
                return what(store, *args, **options)
            except ServiceError as error:
                # Anything else would be the same the next time.
                passing = isinstance(error.__cause__, OperationalError | InterfaceError)
                if not passing or time.monotonic() >= until:
                    raise
            time.sleep(pause)
            pause = min(2.0, pause * 2)

    return patient
