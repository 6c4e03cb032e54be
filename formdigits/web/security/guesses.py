"""Whoever guesses at the token waits longer after each guess."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

FREE_GUESSES = 10
"""Wrong in a row from an address before it has to wait."""

LONGEST_WAIT_S = 60.0
"""Between two guesses; the first wait is one second, each further one twice as long."""

ADDRESSES_KEPT = 10_000


class Guesses:
    """Wrong tokens by the address that they came from. Several threads may use it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait_s(self, address: str) -> float:
        """How long the address has to wait before its next token is looked at; 0 where it need not."""
        with self._lock:
            count, last = self._wrong.get(_network(address), (0, 0.0))
        if count < FREE_GUESSES:
            return 0.0
        wait = min(LONGEST_WAIT_S, 2.0 ** min(count - FREE_GUESSES, 10))
        return max(0.0, last + wait - self._clock())

    def wrong(self, address: str) -> None:
        """A token from there was none."""
        key = _network(address)
        with self._lock:
            self._wrong[key] = (self._wrong.pop(key, (0, 0.0))[0] + 1, self._clock())
            while len(self._wrong) > ADDRESSES_KEPT:
                self._wrong.popitem(last=False)

    def right(self, address: str) -> None:
        """Somebody there knows it."""
        with self._lock:
            self._wrong.pop(_network(address), None)


def _network(address: str) -> str:
    """The address, or of the newer kind the network, of which one person has all addresses."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else address
