"""`office report books`."""

from __future__ import annotations

import click

from sync.office.commands.opening import Desk, pass_desk
from sync.office.store.database import reading
from tests.services.lending_library.at_office.loans import loans


@click.command()
@pass_desk
def books(desk: Desk) -> None:
    """Who has which book."""
    with reading(desk.office.engine) as connection:
        for resident_id, book in loans(connection, desk.office.region_id):
            click.echo(f"{resident_id} {book}")
