"""The `office token` commands: programs that read the office's files."""

from __future__ import annotations

from collections.abc import Sequence

import click

from sync.office.commands.clerks import require_division
from sync.office.commands.opening import Commands, Invocation, pass_invocation
from sync.office.people.access import tokens
from sync.office.people.access.permissions import Permission
from sync.office.people.access.tokens import Scope
from sync.office.store.database import reading, writing

NAMED = click.argument("name")
SCOPES = click.Choice([str(each) for each in tokens.SCOPES])


@click.group(cls=Commands)
def token() -> None:
    """Programs that fetch the office's files, with `Authorization: Bearer TOKEN`. They change nothing."""


@token.command("make")
@NAMED
@click.option("--may", "scopes", type=SCOPES, multiple=True, required=True, help="Several times if need be.")
@click.option("--in", "where", default="", help="The division they may see it in; else everywhere.")
@pass_invocation
def token_make(invocation: Invocation, name: str, scopes: Sequence[str], where: str) -> None:
    """Make a token for the program NAME, and print it: this once."""
    office = invocation.office
    require_division(invocation, where)
    given = [Scope(Permission(each), where) for each in scopes]
    by, at_ms = invocation.who, office.now_ms()
    try:
        with writing(office.engine) as connection:
            made = tokens.make(connection, office.region_id, name, given, by=by, at_ms=at_ms)
            invocation.note(connection, "token make", name=name, may=", ".join(scopes), where=where)
    except tokens.ProgramKnown as error:
        raise click.UsageError(f"{name}: has a token; `office token revoke {name}` is allowed") from error
    click.echo(made)


@token.command("list")
@pass_invocation
def token_list(invocation: Invocation) -> None:
    """Name the programs, and what each may see."""
    office = invocation.office
    with reading(office.engine) as connection:
        for each in tokens.every(connection, office.region_id):
            click.echo(f"{each.name}: {', '.join(map(str, each.scopes))}; made by {each.made_by}")


@token.command("revoke")
@NAMED
@pass_invocation
def token_revoke(invocation: Invocation, name: str) -> None:
    """Let the program NAME in no more."""
    office = invocation.office
    with writing(office.engine) as connection:
        known = [each.name for each in tokens.every(connection, office.region_id)]
        if name not in known:
            raise click.UsageError(f"{name}: no such program; there are: {', '.join(known) or 'none'}")
        tokens.revoke(connection, office.region_id, name)
        invocation.note(connection, "token revoke", name=name)
    click.echo(f"{name}: revoked")
