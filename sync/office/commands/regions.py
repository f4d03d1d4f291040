"""The `office region` commands: where each region lies, and how one moves."""

from __future__ import annotations

import click
import sqlalchemy as sa

from kiosk.plain.refusals import Refusal
from sync.office.commands.opening import Commands, Invocation, pass_invocation
from sync.office.store.database import writing
from sync.office.store.moving import CannotFollow, Move, NotTheSame, ThereAlready, TooSlow, clear
from sync.terminal import progress_line


@click.group(cls=Commands)
def region() -> None:
    """Where each region lies; see docs/scaling.md."""


@region.command("list")
@pass_invocation
def region_list(invocation: Invocation) -> None:
    """Each region's number, name and database."""
    for each in invocation.region_map.all():
        click.echo(f"{each.id}\t{each.name}\t{_shown(each.database)}")


@region.command("move")
@click.argument("database")
@pass_invocation
def region_move(invocation: Invocation, database: str) -> None:
    """Move this office's region to DATABASE, a URL of PostgreSQL, while kiosks go on sending.

    The server it comes from needs `wal_level = logical`, and the new one must reach it by the URL that the
    file of regions has. The old rows stay, and can be written no more.
    """
    office, region_map = invocation.office, invocation.region_map
    with writing(office.engine) as connection:
        invocation.note(connection, "region move", region=office.region_id, to=_shown(database))
    every = office.offered.tables
    move = Move(region_map.database_of(office.region_id), database, office.region_id, every)
    try:
        with progress_line() as tell:
            moved = move.run(
                lambda: region_map.move(office.region_id, database),
                lambda copied: tell(f"{copied} of {len(every)} tables"),
            )
    except (CannotFollow, ThereAlready, NotTheSame, TooSlow) as refusal:
        raise click.ClickException(said(refusal)) from refusal
    click.echo(f"{moved.rows} rows lie at {_shown(database)}; nobody could write for {moved.still_ms} ms")
    click.echo("Now type `office verify`.")


@region.command("clear")
@click.argument("database")
@pass_invocation
def region_clear(invocation: Invocation, database: str) -> None:
    """Delete what this office's region left behind in DATABASE, where it has been before it moved."""
    office, region_map = invocation.office, invocation.region_map
    if sa.make_url(database) == sa.make_url(region_map.database_of(office.region_id)):
        raise click.UsageError(f"{_shown(database)}: it lies there")
    with writing(office.engine) as connection:
        invocation.note(connection, "region clear", region=office.region_id, of=_shown(database))
    rows = clear(database, office.region_id, office.offered.tables)
    click.echo(f"{rows} rows deleted in {_shown(database)}")


def said(refusal: Refusal) -> str:
    """What is wrong, and what is to be done."""
    match refusal:
        case CannotFollow(wal_level=wal_level):
            return f"wal_level is {wal_level} where the region lies now: `logical` is needed, and a restart"
        case ThereAlready(region_id=region_id, table=table):
            return f"{table} has rows of region {region_id} there already: `office region clear` deletes them"
        case NotTheSame(table=table, rows_here=here, rows_there=there):
            return f"{table} has {here} rows here and {there} there; the region stays where it is"
    return "the new place did not catch up within a minute; the region stays where it is"


def _shown(database: str) -> str:
    return sa.make_url(database).render_as_string(hide_password=True)
