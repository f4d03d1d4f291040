"""Clerks: who may open the office pages. Passwords are kept as Argon2id hashes; there is no default one.

Hashing is slow on purpose, so it is done outside of transactions. An unknown name costs as much time as a
wrong password, so the login page does not tell who works here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa

from kiosk.plain.refusals import Refusal
from sync.office.people import clerk_sessions, second_factors, secret_hashes
from sync.office.people.access import posts
from sync.office.people.access.passwords import require_usable
from sync.office.store.tables import clerks, invitations

NO_PASSWORD = ""  # of somebody who is invited and has not chosen one: none proves it
_NAME = re.compile(r"[^\s/\x00-\x1f]{1,40}")


class UnusableName(Refusal):
    """1 to 40 characters without space and / are allowed."""

    code = "unusable_name"
    name: str


@dataclass(frozen=True, slots=True)
class Clerk:
    """Somebody who may log in."""

    username: str
    password_hash: str


def make(username: str, password: str) -> Clerk:
    """A clerk with this password; slow. Raises `UnusableName` or `passwords.UnusablePassword`."""
    require_name(username)
    require_usable(password, username)
    return Clerk(username, secret_hashes.make(password))


def require_name(username: str) -> None:
    """Raises `UnusableName`."""
    if not _NAME.fullmatch(username):
        raise UnusableName(name=username)


@cache
def _nobodys_hash() -> str:
    return secret_hashes.make("nobody has this password")


def prove(clerk: Clerk | None, password: str) -> Clerk | None:
    """The clerk if this is the password, with a stronger hash if it was due; slow, of nobody as well."""
    kept = clerk.password_hash if clerk else NO_PASSWORD
    if not secret_hashes.holds(kept or _nobodys_hash(), password) or not kept:
        return None
    if clerk and secret_hashes.is_weak(clerk.password_hash):
        return Clerk(clerk.username, secret_hashes.make(password))
    return clerk


def find(connection: sa.Connection, region_id: int, username: str) -> Clerk | None:
    """The clerk of this name; a locked one has no password."""
    if not _NAME.fullmatch(username):
        return None
    row = connection.execute(sa.select(clerks).where(*_is(region_id, username))).one_or_none()
    if row is None:
        return None
    return Clerk(row.username, row.password_hash if row.disabled_at_ms is None else NO_PASSWORD)


def store(connection: sa.Connection, region_id: int, clerk: Clerk) -> None:
    """Add a clerk, or change the password, which ends what sessions and links there are."""
    keep_hash(connection, region_id, clerk)
    end_links(connection, region_id, clerk.username)
    clerk_sessions.end_all(connection, region_id, clerk.username)


def keep_hash(connection: sa.Connection, region_id: int, clerk: Clerk) -> None:
    """Add a clerk, or keep another hash of the same password."""
    changed = connection.execute(
        sa.update(clerks).where(*_is(region_id, clerk.username)).values(password_hash=clerk.password_hash)
    ).rowcount
    if not changed:
        row = {"username": clerk.username, "password_hash": clerk.password_hash, "seen_at_ms": 0}
        connection.execute(clerks.insert(), {"region_id": region_id, **row})


def note_seen(connection: sa.Connection, region_id: int, username: str, at_ms: int) -> None:
    connection.execute(sa.update(clerks).where(*_is(region_id, username)).values(seen_at_ms=at_ms))


def names(connection: sa.Connection, region_id: int) -> list[str]:
    """All clerks, by name."""
    found = connection.execute(sa.select(clerks.c.username).where(clerks.c.region_id == region_id)).scalars()
    return sorted(found)


def remove(connection: sa.Connection, region_id: int, username: str) -> None:
    """End a clerk's rights, open sessions included."""
    connection.execute(sa.delete(clerks).where(*_is(region_id, username)))
    posts.dismiss(connection, region_id, username)
    second_factors.remove(connection, region_id, username)
    end_links(connection, region_id, username)
    clerk_sessions.end_all(connection, region_id, username)


def end_links(connection: sa.Connection, region_id: int, username: str) -> None:
    """What somebody was sent to choose a password is good no more."""
    c = invitations.c
    connection.execute(invitations.delete().where(c.region_id == region_id, c.username == username))


def _is(region_id: int, username: str) -> list[sa.ColumnElement[bool]]:
    return [clerks.c.region_id == region_id, clerks.c.username == username]
