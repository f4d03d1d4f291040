"""`office report minutes`."""

from __future__ import annotations

import click

from sync.office.commands.opening import Desk, pass_desk
from sync.office.store.database import reading
from tests.services.time_purse.at_office.purses import purses


@click.command()
@pass_desk
def minutes(desk: Desk) -> None:
    """How many minutes everybody has."""
    with reading(desk.office.engine) as connection:
        for resident_id, left in purses(connection, desk.office.region_id):
            click.echo(f"{resident_id} {left}")
