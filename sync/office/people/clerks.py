"""Clerks: who may open the office pages. Passwords are kept as Argon2id hashes; there is no default one.

Hashing is slow on purpose, so it is done outside of transactions. An unknown name costs as much time as a
wrong password, so the login page does not tell who works here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa

from sync.office.people import clerk_sessions, second_factors, secret_hashes
from sync.office.people.access import posts
from sync.office.store.tables import clerks

FEWEST_CHARACTERS = 10
_NAME = re.compile(r"[^\s/\x00-\x1f]{1,40}")


class UnusableClerk(ValueError):
    """A name or password that cannot be taken; the message says what is allowed."""


@dataclass(frozen=True, slots=True)
class Clerk:
    """Somebody who may log in."""

    username: str
    password_hash: str


def make(username: str, password: str) -> Clerk:
    """A clerk with this password; slow. Raises `UnusableClerk`."""
    if not _NAME.fullmatch(username):
        raise UnusableClerk(f"name {username!r}: 1 to 40 characters without space and / are allowed")
    if len(password) < FEWEST_CHARACTERS or password.casefold() == username.casefold():
        raise UnusableClerk(
            f"the password has {len(password)} characters: at least {FEWEST_CHARACTERS} are allowed,"
            " and not the clerk's name"
        )
    return Clerk(username, secret_hashes.make(password))


@cache
def _nobodys_hash() -> str:
    return secret_hashes.make("nobody has this password")


def prove(clerk: Clerk | None, password: str) -> Clerk | None:
    """The clerk if this is the password, with a stronger hash if it was due; slow, of nobody as well."""
    if not secret_hashes.holds(clerk.password_hash if clerk else _nobodys_hash(), password):
        return None
    if clerk and secret_hashes.is_weak(clerk.password_hash):
        return Clerk(clerk.username, secret_hashes.make(password))
    return clerk


def find(connection: sa.Connection, region_id: int, username: str) -> Clerk | None:
    """The clerk of this name."""
    if not _NAME.fullmatch(username):
        return None
    row = connection.execute(sa.select(clerks).where(*_is(region_id, username))).one_or_none()
    return Clerk(row.username, row.password_hash) if row else None


def store(connection: sa.Connection, region_id: int, clerk: Clerk) -> None:
    """Add a clerk, or change the password, which ends what sessions there are."""
    keep_hash(connection, region_id, clerk)
    clerk_sessions.end_all(connection, region_id, clerk.username)


def keep_hash(connection: sa.Connection, region_id: int, clerk: Clerk) -> None:
    """Add a clerk, or keep another hash of the same password."""
    changed = connection.execute(
        sa.update(clerks).where(*_is(region_id, clerk.username)).values(password_hash=clerk.password_hash)
    ).rowcount
    if not changed:
        row = {"region_id": region_id, "username": clerk.username, "password_hash": clerk.password_hash}
        connection.execute(clerks.insert(), row)


def names(connection: sa.Connection, region_id: int) -> list[str]:
    """All clerks, by name."""
    found = connection.execute(sa.select(clerks.c.username).where(clerks.c.region_id == region_id)).scalars()
    return sorted(found)


def remove(connection: sa.Connection, region_id: int, username: str) -> None:
    """End a clerk's rights, open sessions included."""
    connection.execute(sa.delete(clerks).where(*_is(region_id, username)))
    posts.dismiss(connection, region_id, username)
    second_factors.remove(connection, region_id, username)
    clerk_sessions.end_all(connection, region_id, username)


def _is(region_id: int, username: str) -> list[sa.ColumnElement[bool]]:
    return [clerks.c.region_id == region_id, clerks.c.username == username]
