"""Clerks: who may open the office pages. Passwords are kept as Argon2id hashes; there is no default one.

An unknown name costs as much time as a wrong password, so the login page does not tell who works here.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_login import UserMixin

from sync.office.tables import clerks

FEWEST_CHARACTERS = 10
_NAME = re.compile(r"[^\s/\x00-\x1f]{1,40}")
_hasher = PasswordHasher()


class UnusableClerk(ValueError):
    """A name or password that cannot be taken; the message says what is allowed."""


@dataclass(frozen=True, slots=True)
class Clerk(UserMixin):  # type: ignore[misc]  # Flask-Login is untyped
    """Somebody who is logged in. The session names the password too, so that a change ends it."""

    username: str
    password_hash: str

    def get_id(self) -> str:
        """What the session keeps."""
        return f"{hashlib.sha256(self.password_hash.encode()).hexdigest()[:16]}/{self.username}"


def set_password(connection: sa.Connection, region_id: int, username: str, password: str) -> bool:
    """Add a clerk, or change the password; True if the clerk is new. Raises `UnusableClerk`."""
    if not _NAME.fullmatch(username):
        raise UnusableClerk(f"name {username!r}: 1 to 40 characters without space and / are allowed")
    if len(password) < FEWEST_CHARACTERS or password.casefold() == username.casefold():
        raise UnusableClerk(
            f"the password has {len(password)} characters: at least {FEWEST_CHARACTERS} are allowed,"
            " and not the clerk's name"
        )
    return _store(connection, region_id, username, _hasher.hash(password))


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")


def authenticate(connection: sa.Connection, region_id: int, username: str, password: str) -> Clerk | None:
    """The clerk whose name and password these are, or None."""
    clerk, nobodys_hash = _find(connection, region_id, username), _nobodys_hash()
    try:
        _hasher.verify(clerk.password_hash if clerk else nobodys_hash, password)
    except (VerificationError, InvalidHashError):
        return None
    if clerk and _hasher.check_needs_rehash(clerk.password_hash):
        clerk = Clerk(username, _hasher.hash(password))
        _store(connection, region_id, username, clerk.password_hash)
    return clerk


def returning(connection: sa.Connection, region_id: int, session_id: str) -> Clerk | None:
    """The clerk of a session, unless the password has changed since."""
    clerk = _find(connection, region_id, session_id.partition("/")[2])
    return clerk if clerk and clerk.get_id() == session_id else None


def names(connection: sa.Connection, region_id: int) -> list[str]:
    """All clerks, by name."""
    found = connection.execute(sa.select(clerks.c.username).where(clerks.c.region_id == region_id)).scalars()
    return sorted(found)


def remove(connection: sa.Connection, region_id: int, username: str) -> None:
    """End a clerk's rights, open sessions included."""
    connection.execute(sa.delete(clerks).where(*_is(region_id, username)))


def _find(connection: sa.Connection, region_id: int, username: str) -> Clerk | None:
    if not _NAME.fullmatch(username):
        return None
    row = connection.execute(sa.select(clerks).where(*_is(region_id, username))).one_or_none()
    return Clerk(row.username, row.password_hash) if row else None


def _store(connection: sa.Connection, region_id: int, username: str, password_hash: str) -> bool:
    changed = connection.execute(
        sa.update(clerks).where(*_is(region_id, username)).values(password_hash=password_hash)
    ).rowcount
    if not changed:
        row = {"region_id": region_id, "username": username, "password_hash": password_hash}
        connection.execute(clerks.insert(), row)
    return not changed


def _is(region_id: int, username: str) -> list[sa.ColumnElement[bool]]:
    return [clerks.c.region_id == region_id, clerks.c.username == username]
