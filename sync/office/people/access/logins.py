"""Logins at the office: what changes them, and what nobody may do to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.plain.refusals import Refusal
from sync.office.people import clerk_sessions, clerks, second_factors
from sync.office.people.access import areas, invitations, posts
from sync.office.people.access.permissions import MAY, Permission
from sync.office.people.access.posts import Post
from sync.office.people.clerks import Clerk
from sync.office.store.database import lock
from sync.office.store.tables import clerks as table
from sync.office.store.tables import posts as posts_table
from sync.office.store.tables import regions
from sync.office.store.tables import second_factors as factors_table

OPEN, LOCKED = "open", "locked"


class ClerkKnown(Refusal):
    """The name is taken."""

    code = "clerk_known"


class ClerkUnknown(Refusal):
    """Nobody has this name."""

    code = "clerk_unknown"


class OwnLogin(Refusal):
    """Nobody changes their own."""

    code = "own_login"


class LastManager(Refusal):
    """Nobody would be left who may change logins everywhere."""

    code = "last_manager"


class HasPassword(Refusal):
    """A link is for somebody who has none."""

    code = "has_password"


class MoreThanHeld(Refusal):
    """Nobody gives what they may not do themselves, and everywhere."""

    code = "more_than_held"


@dataclass(frozen=True, slots=True)
class Login:
    """One of them, as a manager sees it. `invited_until_ms`: 0 unless a link is open."""

    username: str
    posts: tuple[Post, ...]
    disabled: bool
    has_second_factor: bool
    has_password: bool
    invited_until_ms: int
    seen_at_ms: int  # 0: never


def every(connection: sa.Connection, region_id: int, at_ms: int) -> list[Login]:
    """By name."""
    c, f, p = table.c, factors_table.c, posts_table.c
    held: dict[str, list[Post]] = {}
    for row in connection.execute(sa.select(p.username, p.role, p.division).where(p.region_id == region_id)):
        held.setdefault(row.username, []).extend(posts.known([row]))
    query = sa.select(f.username).where(f.region_id == region_id, f.nonce.is_not(None))
    with_factor = set(connection.execute(query).scalars())
    invited = invitations.open_ones(connection, region_id)
    return [
        Login(
            row.username,
            tuple(sorted(held.get(row.username, []))),
            row.disabled_at_ms is not None,
            row.username in with_factor,
            row.password_hash != clerks.NO_PASSWORD,
            invited[row.username] if invited.get(row.username, 0) > at_ms else 0,
            row.seen_at_ms,
        )
        for row in connection.execute(sa.select(table).where(c.region_id == region_id).order_by(c.username))
    ]


def told(connection: sa.Connection, region_id: int, username: str) -> Mapping[str, str]:
    """For the audit log."""
    c = table.c
    query = sa.select(c.disabled_at_ms).where(c.region_id == region_id, c.username == username)
    state = OPEN if connection.execute(query).scalar() is None else LOCKED
    return {"posts": in_words(posts.of(connection, region_id, username)), "state": state}


def in_words(held: Iterable[Post]) -> str:
    return ", ".join(map(str, sorted(held))) or "–"


def disable(connection: sa.Connection, region_id: int, username: str, since_ms: int | None) -> None:
    """Let somebody in no more, whose sessions end; None: again. The password stays."""
    c = table.c
    mine = (c.region_id == region_id) & (c.username == username)
    connection.execute(table.update().where(mine).values(disabled_at_ms=since_ms))
    clerk_sessions.end_all(connection, region_id, username)
    clerks.end_links(connection, region_id, username)


def add(connection: sa.Connection, region_id: int, username: str) -> None:
    """Somebody new without a password. Raises `ClerkKnown` and `clerks.UnusableName`."""
    clerks.require_name(username)
    alone(connection, region_id)
    if username.casefold() in map(str.casefold, clerks.names(connection, region_id)):
        raise ClerkKnown  # names that differ by capitals alone are mistaken for each other
    clerks.store(connection, region_id, Clerk(username, clerks.NO_PASSWORD))


def reset(connection: sa.Connection, region_id: int, username: str) -> None:
    """Password, second factor and sessions end: a link lets them choose anew."""
    clerks.store(connection, region_id, Clerk(username, clerks.NO_PASSWORD))
    second_factors.remove(connection, region_id, username)


def require_known(connection: sa.Connection, region_id: int, username: str) -> None:
    """Raises `ClerkUnknown`."""
    if username not in clerks.names(connection, region_id):
        raise ClerkUnknown


def require_no_password(connection: sa.Connection, region_id: int, username: str) -> None:
    """Raises `HasPassword`, of a locked login too."""
    c = table.c
    query = sa.select(c.password_hash, c.disabled_at_ms).where(
        c.region_id == region_id, c.username == username
    )
    row = connection.execute(query).one()
    if row.password_hash != clerks.NO_PASSWORD or row.disabled_at_ms is not None:
        raise HasPassword


def require_may_give(connection: sa.Connection, region_id: int, held: Iterable[Post], post: Post) -> None:
    """Raises `MoreThanHeld`, and `areas.NoSuchDivision`."""
    may = {each for one in held if not one.division for each in MAY[one.role]}
    if not MAY[post.role] <= may:
        raise MoreThanHeld
    if post.division and post.division not in {
        each.code for each in areas.all_divisions(connection, region_id)
    }:
        raise areas.NoSuchDivision(division=post.division)


def require_a_manager(connection: sa.Connection, region_id: int) -> None:
    """Somebody who can log in may change logins. Raises `LastManager`."""
    for each in every(connection, region_id, 0):
        if (
            not each.disabled
            and each.has_password
            and any(one.may(Permission.CHANGE_CLERKS) and not one.division for one in each.posts)
        ):
            return
    raise LastManager


def alone(connection: sa.Connection, region_id: int) -> None:
    """Keep others from changing logins until this transaction ends."""
    connection.execute(lock(sa.select(regions.c.revision).where(regions.c.region_id == region_id)))
