"""The `office clerk` commands."""

from __future__ import annotations

import click
import sqlalchemy as sa

from sync.office.commands.opening import Commands, Invocation, pass_invocation
from sync.office.office import Office
from sync.office.people import clerks
from sync.office.store.database import reading, writing
from sync.terminal import typed_secret


@click.group(cls=Commands)
def clerk() -> None:
    """Who may open the office pages. A password is typed, or read from standard input."""


@clerk.command("add")
@click.argument("name")
@pass_invocation
def clerk_add(invocation: Invocation, name: str) -> None:
    """Add the clerk NAME."""
    _set_password(invocation.office, name, new=True)
    click.echo(f"{name}: may log in")


@clerk.command("password")
@click.argument("name")
@pass_invocation
def clerk_password(invocation: Invocation, name: str) -> None:
    """Change the password of NAME, who is logged out everywhere."""
    _set_password(invocation.office, name, new=False)
    click.echo(f"{name}: password changed")


@clerk.command("remove")
@click.argument("name")
@pass_invocation
def clerk_remove(invocation: Invocation, name: str) -> None:
    """Let NAME in no more."""
    with writing(invocation.office.engine) as connection:
        _require_clerk(connection, invocation.office.region_id, name, there=True)
        clerks.remove(connection, invocation.office.region_id, name)
    click.echo(f"{name}: removed")


@clerk.command("list")
@pass_invocation
def clerk_list(invocation: Invocation) -> None:
    """Name all clerks."""
    with reading(invocation.office.engine) as connection:
        for name in clerks.names(connection, invocation.office.region_id):
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
