"""The `office clerk` commands."""

from __future__ import annotations

import click
import sqlalchemy as sa

from sync.office.commands.opening import Commands, Desk, pass_desk
from sync.office.office import Office
from sync.office.people import clerks
from sync.office.store.database import reading, writing
from sync.terminal import typed_secret


@click.group(cls=Commands)
def clerk() -> None:
    """Who may open the office pages. A password is typed, or read from standard input."""


@clerk.command("add")
@click.argument("name")
@pass_desk
def clerk_add(desk: Desk, name: str) -> None:
    """Add the clerk NAME."""
    _set_password(desk.office, name, new=True)
    click.echo(f"{name}: may log in")


@clerk.command("password")
@click.argument("name")
@pass_desk
def clerk_password(desk: Desk, name: str) -> None:
    """Change the password of NAME, who is logged out everywhere."""
    _set_password(desk.office, name, new=False)
    click.echo(f"{name}: password changed")


@clerk.command("remove")
@click.argument("name")
@pass_desk
def clerk_remove(desk: Desk, name: str) -> None:
    """Let NAME in no more."""
    with writing(desk.office.engine) as connection:
        _require_clerk(connection, desk.office.region_id, name, there=True)
        clerks.remove(connection, desk.office.region_id, name)
    click.echo(f"{name}: removed")


@clerk.command("list")
@pass_desk
def clerk_list(desk: Desk) -> None:
    """Name all clerks."""
    with reading(desk.office.engine) as connection:
        for name in clerks.names(connection, desk.office.region_id):
            click.echo(name)


def _set_password(office: Office, name: str, *, new: bool) -> None:
    with reading(office.engine) as connection:
        _require_clerk(connection, office.region_id, name, there=not new)
    password = typed_secret("Password")
    try:
        made = clerks.make(name, password)
    except clerks.UnusableClerk as error:
        raise click.UsageError(str(error)) from error
    with writing(office.engine) as connection:
        clerks.store(connection, office.region_id, made)


def _require_clerk(connection: sa.Connection, region_id: int, name: str, *, there: bool) -> None:
    known = clerks.names(connection, region_id)
    if there and name not in known:
        raise click.UsageError(f"{name}: no such clerk; there are: {', '.join(known) or 'none yet'}")
    if not there and name in known:
        raise click.UsageError(f"{name}: is a clerk already; `office clerk password {name}` is allowed")
