"""Tries to log in that failed, and how long whoever fails has to wait.

A stranger is counted three times: by address and name together, by name, and by address; after some free
tries each failure doubles the wait. So one place guesses one password slowly, many places together no
faster, and one place does not try many names. A browser in which the clerk has logged in before is counted
by itself alone (OWASP's device cookies): what strangers do keeps nobody from their own desk. When it has
failed too often it is a stranger.

Kept in the database, so that the office's processes count together. What is kept are hashes: people type
their passwords where their names belong.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.ledger.sql import run
from sync.office.store.database import lock
from sync.office.store.tables import login_tries

FORGOTTEN_MS = 24 * 3600_000  # after the last failure
AHEAD_MS = 60_000  # what failed later than that from now, failed by a clock that was wrong
FREE_AT_A_KNOWN_BROWSER = 10


class TooSoon(Exception):
    """Wait: after as many failures the next try comes too early."""

    def __init__(self, wait_ms: int) -> None:
        super().__init__(f"{wait_ms} ms")
        self.wait_ms = wait_ms


@dataclass(frozen=True, slots=True)
class Count:
    """What is counted together. After `free` failures the wait is 1 s, and doubles up to `longest_ms`."""

    key: bytes
    free: int
    longest_ms: int

    def wait_ms(self, failures: int, failed_at_ms: int, at_ms: int) -> int:
        if failures < self.free:
            return 0
        doubled = min(failures - self.free, 20)
        return max(failed_at_ms + min(1000 << doubled, self.longest_ms) - at_ms, 0)


def of_a_stranger(address: str, username: str) -> list[Count]:
    """How a try from an unknown browser is counted."""
    place, name = _place(address), username.casefold()
    return [
        Count(_key("place", place, name), free=5, longest_ms=15 * 60_000),
        Count(_key("name", name), free=20, longest_ms=60_000),
        Count(_key("address", place), free=30, longest_ms=15 * 60_000),
    ]


def of_a_known_browser(browser: str) -> list[Count]:
    """How a try from a browser is counted in which this clerk has logged in before."""
    return [Count(_key("browser", browser), free=FREE_AT_A_KNOWN_BROWSER, longest_ms=0)]


def of_a_phone(address: str, site: str) -> list[Count]:
    """How digits are counted that should join a phone to a card tapped at a site."""
    return [
        Count(_key("phone", _place(address)), free=5, longest_ms=3600_000),
        Count(_key("phones at", site), free=20, longest_ms=10 * 60_000),
    ]


def of_a_code(username: str) -> list[Count]:
    """How the second step is counted, of somebody who knows the password; and proving it once more."""
    return [Count(_key("code", username.casefold()), free=5, longest_ms=15 * 60_000)]


def is_trusted(connection: sa.Connection, region_id: int, browser: str, at_ms: int) -> bool:
    """Whether this browser has not failed too often."""
    found = _failures(connection, region_id, of_a_known_browser(browser), at_ms)
    return sum(failures for failures, _at_ms in found.values()) < FREE_AT_A_KNOWN_BROWSER


def wait_ms(connection: sa.Connection, region_id: int, counts: list[Count], at_ms: int) -> int:
    """How long the next try has to wait."""
    return _wait_ms(counts, _failures(connection, region_id, counts, at_ms), at_ms)


def require_patience(connection: sa.Connection, region_id: int, counts: list[Count], at_ms: int) -> None:
    """Raises `TooSoon`."""
    _require_patience(counts, _failures(connection, region_id, counts, at_ms), at_ms)


def count(connection: sa.Connection, region_id: int, counts: list[Count], at_ms: int) -> None:
    """Take the try for a failure before it is looked at, so that many at once do not get in for one.

    Raises `TooSoon`.
    """
    _require_patience(counts, _failures(connection, region_id, counts, at_ms, locked=True), at_ms)
    for each in _in_order(counts):
        run(connection, _COUNT, (region_id, each.key, at_ms, at_ms - FORGOTTEN_MS, at_ms + AHEAD_MS))


_COUNT = (
    "INSERT INTO login_tries (region_id, key, failures, failed_at_ms) VALUES (?, ?, 1, ?)"
    " ON CONFLICT (region_id, key) DO UPDATE SET failed_at_ms = excluded.failed_at_ms, failures ="
    " CASE WHEN login_tries.failed_at_ms BETWEEN ? AND ? THEN login_tries.failures + 1 ELSE 1 END"
)


def take_back(connection: sa.Connection, region_id: int, counts: list[Count]) -> None:
    """It was the right password: this try was none, and those before it from the same place were slips."""
    for each in _in_order(counts):
        mine = _are(region_id, [each])
        connection.execute(login_tries.update().where(mine).values(failures=login_tries.c.failures - 1))
    connection.execute(login_tries.delete().where(_are(region_id, counts[:1])))


def tally(connection: sa.Connection, region_id: int, what: str, username: str, at_ms: int) -> int:
    """How often this has failed of late, now included; it makes nobody wait."""
    one = _tally(what, username)
    run(connection, _COUNT, (region_id, one.key, at_ms, at_ms - FORGOTTEN_MS, at_ms + AHEAD_MS))
    return _failures(connection, region_id, [one], at_ms)[one.key][0]


def end_tally(connection: sa.Connection, region_id: int, what: str, username: str) -> None:
    """It did not fail: the next failure is the first again."""
    connection.execute(login_tries.delete().where(_are(region_id, [_tally(what, username)])))


def _tally(what: str, username: str) -> Count:
    return Count(_key("tally", what, username.casefold()), free=0, longest_ms=0)


def forget(connection: sa.Connection, region_id: int, at_ms: int) -> None:
    """Those that are too long ago."""
    c = login_tries.c
    old = (c.region_id == region_id) & (c.failed_at_ms < at_ms - FORGOTTEN_MS)
    connection.execute(login_tries.delete().where(old))


_Failures = dict[bytes, tuple[int, int]]  # by key: how many, and when the last one was


def _failures(
    connection: sa.Connection, region_id: int, counts: list[Count], at_ms: int, *, locked: bool = False
) -> _Failures:
    c = login_tries.c
    query = sa.select(c.key, c.failures, c.failed_at_ms).where(
        _are(region_id, counts), c.failed_at_ms.between(at_ms - FORGOTTEN_MS, at_ms + AHEAD_MS)
    )
    rows = connection.execute(lock(query.order_by(c.key)) if locked else query)
    return {bytes(row.key): (row.failures, row.failed_at_ms) for row in rows}


def _require_patience(counts: list[Count], failures: _Failures, at_ms: int) -> None:
    too_soon_ms = _wait_ms(counts, failures, at_ms)
    if too_soon_ms:
        raise TooSoon(too_soon_ms)


def _wait_ms(counts: list[Count], failures: _Failures, at_ms: int) -> int:
    waits_ms = (each.wait_ms(*failures[each.key], at_ms) for each in counts if each.key in failures)
    return max(waits_ms, default=0)


def _are(region_id: int, counts: Iterable[Count]) -> sa.ColumnElement[bool]:
    c = login_tries.c
    return (c.region_id == region_id) & c.key.in_([each.key for each in counts])


def _in_order(counts: list[Count]) -> list[Count]:
    """As everybody locks them, so that no two wait for each other."""
    return sorted(counts, key=lambda each: each.key)


def _key(*what: str) -> bytes:
    return hashlib.sha256("\n".join(what).encode(errors="replace")).digest()


def _place(address: str) -> str:
    """The address; of the newer kind the network, for every household has as many addresses as it likes."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
