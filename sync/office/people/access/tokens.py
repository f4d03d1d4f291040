"""Tokens of programs that read the office's pages and files: each may see some things, and change nothing.

A token is shown once; what is kept of it is a hash. What a program fetches stands in the audit log under its
name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.plain.refusals import Refusal
from sync.office.people import secret_hashes
from sync.office.people.access.permissions import Permission
from sync.office.store.tables import program_tokens

SCOPES = tuple(each for each in Permission if not each.changes)


class ProgramKnown(Refusal):
    """The name is taken."""

    code = "program_known"
    name: str


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """One thing that a program may see, in one division of the tree; empty: everywhere."""

    permission: Permission
    division: str = ""

    def __str__(self) -> str:
        return f"{self.permission} in {self.division}" if self.division else str(self.permission)

    def may(self, permission: Permission) -> bool:
        return permission is self.permission


@dataclass(frozen=True, slots=True)
class Program:
    """Whose a token is."""

    name: str
    scopes: tuple[Scope, ...]
    made_by: str
    made_at_ms: int


def make(
    connection: sa.Connection, region_id: int, name: str, scopes: Iterable[Scope], *, by: str, at_ms: int
) -> str:
    """The token, to be shown once. Raises `ProgramKnown`."""
    if any(each.name == name for each in every(connection, region_id)):
        raise ProgramKnown(name=name)
    token = secret_hashes.new_token()
    row = {
        "region_id": region_id,
        "name": name,
        "token_hash": secret_hashes.of_token(token),
        "made_by": by,
        "made_at_ms": at_ms,
    }
    rows = [{**row, "permission": each.permission, "division": each.division} for each in {*scopes}]
    connection.execute(program_tokens.insert(), rows)
    return token


def find(connection: sa.Connection, region_id: int, token: str) -> Program | None:
    """Whose it is; None: nobody's, or no longer."""
    return next(
        iter(_programs(connection, region_id, program_tokens.c.token_hash == secret_hashes.of_token(token))),
        None,
    )


def every(connection: sa.Connection, region_id: int) -> list[Program]:
    """By name."""
    return _programs(connection, region_id)


def revoke(connection: sa.Connection, region_id: int, name: str) -> None:
    c = program_tokens.c
    connection.execute(program_tokens.delete().where(c.region_id == region_id, c.name == name))


def _programs(connection: sa.Connection, region_id: int, *which: sa.ColumnElement[bool]) -> list[Program]:
    c = program_tokens.c
    found: dict[str, Program] = {}
    query = sa.select(program_tokens).where(c.region_id == region_id, *which)
    for row in connection.execute(query.order_by(c.name, c.permission)):
        known = found[row.name].scopes if row.name in found else ()
        # A permission that a newer program wrote gives nothing here.
        more = (Scope(Permission(row.permission), row.division),) if row.permission in set(SCOPES) else ()
        found[row.name] = Program(row.name, (*known, *more), row.made_by, row.made_at_ms)
    return list(found.values())
