"""Posts: which roles somebody has. Kept in the office's database, and looked up with every request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sync.office.people.access.permissions import MAY, Permission, Role
from sync.office.store.tables import posts


@dataclass(frozen=True, slots=True, order=True)
class Post:
    """One role, in one division of the tree; empty: everywhere."""

    role: Role
    division: str = ""

    def __str__(self) -> str:
        return f"{self.role} in {self.division}" if self.division else str(self.role)

    def may(self, permission: Permission) -> bool:
        return permission in MAY[self.role]


# What every clerk could do before there were roles.
USUAL = (Post(Role.ACCOUNTANT), Post(Role.CLERK))


def of(connection: sa.Connection, region_id: int, username: str) -> tuple[Post, ...]:
    """Somebody's posts."""
    rows = connection.execute(sa.select(posts.c.role, posts.c.division).where(*_of(region_id, username)))
    return tuple(sorted(known(rows)))


def known(rows: Iterable[Any]) -> Iterator[Post]:
    """A role that a newer program wrote gives nothing here."""
    return (Post(Role(row.role), row.division) for row in rows if row.role in set(Role))


def appoint(connection: sa.Connection, region_id: int, username: str, given: Iterable[Post]) -> None:
    """Give somebody these posts in place of those they had."""
    dismiss(connection, region_id, username)
    whose = {"region_id": region_id, "username": username}
    rows = [{**whose, "role": each.role, "division": each.division} for each in {*given}]
    if rows:
        connection.execute(posts.insert(), rows)


def dismiss(connection: sa.Connection, region_id: int, username: str) -> None:
    connection.execute(posts.delete().where(*_of(region_id, username)))


def _of(region_id: int, username: str) -> list[sa.ColumnElement[bool]]:
    return [posts.c.region_id == region_id, posts.c.username == username]
