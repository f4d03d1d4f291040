"""Clerks' sessions, kept at the office: what has ended there opens nothing, whoever kept the cookie.

A session ends when its clerk logs out, gets another password or is removed; half an hour after its last
request; and twelve hours after it began, whatever happens in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from sync.office.people import secret_hashes
from sync.office.store.tables import clerk_sessions

IDLE_MS = 30 * 60_000
LONGEST_MS = 12 * 3600_000
NOTE_EVERY_MS = 60_000  # a session's use is written down no more often


@dataclass(frozen=True, slots=True)
class Session:
    """One that is not over. `to_be_noted`: its use is to be written down again."""

    username: str
    to_be_noted: bool
    proved_at_ms: int  # when its clerk last proved who they are


def begin(connection: sa.Connection, region_id: int, username: str, at_ms: int) -> str:
    """A new session's token, for the browser alone."""
    token = secret_hashes.new_token()
    row = (region_id, secret_hashes.of_token(token), username, at_ms, at_ms, at_ms)
    names = ("region_id", "token_hash", "username", "began_at_ms", "used_at_ms", "proved_at_ms")
    connection.execute(clerk_sessions.insert(), dict(zip(names, row, strict=True)))
    return token


def find(connection: sa.Connection, region_id: int, token: str, at_ms: int) -> Session | None:
    """None if the session is over."""
    c = clerk_sessions.c
    query = sa.select(c.username, c.used_at_ms, c.proved_at_ms).where(_is(region_id, token), ~_over(at_ms))
    row = connection.execute(query).one_or_none()
    return Session(row.username, row.used_at_ms + NOTE_EVERY_MS <= at_ms, row.proved_at_ms) if row else None


def note_use(connection: sa.Connection, region_id: int, token: str, at_ms: int) -> None:
    connection.execute(clerk_sessions.update().where(_is(region_id, token)).values(used_at_ms=at_ms))


def note_proof(connection: sa.Connection, region_id: int, token: str, at_ms: int) -> None:
    """Its clerk has just proved again who they are."""
    connection.execute(clerk_sessions.update().where(_is(region_id, token)).values(proved_at_ms=at_ms))


def end(connection: sa.Connection, region_id: int, token: str) -> None:
    connection.execute(clerk_sessions.delete().where(_is(region_id, token)))


def end_all(connection: sa.Connection, region_id: int, username: str | None = None) -> None:
    """Of one clerk, or of all."""
    c = clerk_sessions.c
    whose = c.region_id == region_id if username is None else _of(region_id, username)
    connection.execute(clerk_sessions.delete().where(whose))


def forget(connection: sa.Connection, region_id: int, at_ms: int) -> None:
    """Those that are over."""
    connection.execute(clerk_sessions.delete().where(clerk_sessions.c.region_id == region_id, _over(at_ms)))


def _is(region_id: int, token: str) -> sa.ColumnElement[bool]:
    c = clerk_sessions.c
    return (c.region_id == region_id) & (c.token_hash == secret_hashes.of_token(token))


def _of(region_id: int, username: str) -> sa.ColumnElement[bool]:
    c = clerk_sessions.c
    return (c.region_id == region_id) & (c.username == username)


def _over(at_ms: int) -> sa.ColumnElement[bool]:
    """By time; what was used later than now was so by a clock that was wrong."""
    used_ms, began_ms = clerk_sessions.c.used_at_ms, clerk_sessions.c.began_at_ms
    wrong = used_ms > at_ms + NOTE_EVERY_MS
    return (used_ms <= at_ms - IDLE_MS) | (began_ms <= at_ms - LONGEST_MS) | wrong
