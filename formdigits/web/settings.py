"""What a server is started with."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path

from extractor.errors import InputError
from extractor.objects import is_object

SHORTEST_TOKEN = 16
"""Letters; below it a token can be guessed."""


@dataclass(frozen=True)
class Settings:
    """`home` is where uploads and state are kept; `folders` are those from which jobs may read, by the name that they
    are shown by; `templates` are template files to pick from. With a `token`, nobody is let in without it, or without
    an account; without one, an `open` server asks nobody until there are accounts. With `local`, jobs are read on this
    machine even where there is a broker. `lan` is the address at which phones find it by TLS. What nobody has used for
    `keep_s` seconds is deleted, and at most `quota` bytes are kept of what is sent. What is sent lies in the place
    `store` of an object store, where there is one.
    """

    home: Path
    token: str | None = None
    folders: tuple[tuple[str, Path], ...] = ()
    templates: tuple[Path, ...] = ()
    local: bool = False
    open: bool = True
    lan: str | None = None
    keep_s: float | None = None
    quota: int | None = None
    store: str | None = None


def is_loopback(host: str) -> bool:
    """Whether `host` is an address that only this machine can reach."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_token(token: str) -> str:
    """The token, if it is one that cannot be guessed. Raises InputError."""
    if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise InputError(
            f"FORMDIGITS_TOKEN must be at least {SHORTEST_TOKEN} ASCII letters and digits without a space; leave it "
            "unset to have one made."
        )
    return token


def check_store(address: str) -> str:
    """The place in an object store, if it is one. Raises InputError."""
    if not is_object(address):
        raise InputError(f"FORMDIGITS_STORE is {address}; give a place in an object store, such as s3://bucket/folder.")
    return address.rstrip("/")


def duration(text: str) -> float:
    """Seconds of `30d`, `12h` or `6w`. Raises InputError."""
    units = {"h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}
    match = re.fullmatch(r"([1-9][0-9]{0,5})([hdw])", text.strip().lower())
    if match is None:
        raise InputError(f"'{text}' is no time to keep things for; give hours, days or weeks, such as 12h, 30d or 8w.")
    return float(int(match[1]) * units[match[2]])


def size(text: str) -> int:
    """Bytes of `500MB`, `20GB` or `1TB`. Raises InputError."""
    units = {"mb": 10**6, "gb": 10**9, "tb": 10**12}
    match = re.fullmatch(r"([1-9][0-9]{0,8}) ?([mgt]b)", text.strip().lower())
    if match is None:
        raise InputError(f"'{text}' is no size; give one such as 500MB, 20GB or 1TB.")
    return int(match[1]) * units[match[2]]


def named_folders(given: tuple[str, ...]) -> tuple[tuple[str, Path], ...]:
    """The folders that were given, as they really lie, each by a name of its own. Raises InputError."""
    found: dict[str, Path] = {}
    for one in given:
        path = Path(one).resolve()
        if not path.is_dir():
            raise InputError(f"There is no folder {one}; give --folder a folder that the server may read.")
        if path in found.values():
            continue
        name, number = path.name.encode("utf-8", "backslashreplace").decode() or "files", 2
        while name in found:
            name, number = f"{path.name} ({number})", number + 1
        found[name] = path
    return tuple(found.items())
