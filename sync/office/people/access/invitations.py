"""Invitations: a link, good once and for 48 hours, with which somebody chooses a password of their own.

The same way somebody who forgot theirs gets another. The link is shown once, to whoever invites; what is kept
of it is a hash.
"""

from __future__ import annotations

import sqlalchemy as sa

from sync.office.people import clerk_sessions, clerks, secret_hashes
from sync.office.people.clerks import Clerk
from sync.office.store.tables import invitations

GOOD_MS = 48 * 3600_000


def invite(connection: sa.Connection, region_id: int, username: str, by: str, at_ms: int) -> str:
    """What the link ends in, for somebody who has no password. It replaces a former one."""
    token = secret_hashes.new_token()
    clerks.end_links(connection, region_id, username)
    row = {
        "username": username,
        "token_hash": secret_hashes.of_token(token),
        "made_by": by,
        "expires_at_ms": at_ms + GOOD_MS,
    }
    connection.execute(invitations.insert(), {"region_id": region_id, **row})
    return token


def find(connection: sa.Connection, region_id: int, token: str, at_ms: int) -> str | None:
    """Whom the link is for; None: it was used, or is too old."""
    c = invitations.c
    query = sa.select(c.username).where(*_is(region_id, token), c.expires_at_ms > at_ms)
    return connection.execute(query).scalar()


def accept(connection: sa.Connection, region_id: int, token: str, clerk: Clerk, at_ms: int) -> str | None:
    """A session of the clerk, who has the password now; None: somebody was faster with the link."""
    if find(connection, region_id, token, at_ms) != clerk.username:
        return None
    if not connection.execute(invitations.delete().where(*_is(region_id, token))).rowcount:
        return None
    clerks.store(connection, region_id, clerk)
    return clerk_sessions.begin(connection, region_id, clerk.username, at_ms)


def open_ones(connection: sa.Connection, region_id: int) -> dict[str, int]:
    """Until when each is good, by whom it is for."""
    c = invitations.c
    rows = connection.execute(sa.select(c.username, c.expires_at_ms).where(c.region_id == region_id))
    return {row.username: row.expires_at_ms for row in rows}


def _is(region_id: int, token: str) -> list[sa.ColumnElement[bool]]:
    return [invitations.c.region_id == region_id, invitations.c.token_hash == secret_hashes.of_token(token)]
