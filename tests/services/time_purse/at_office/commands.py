"""`office report minutes`."""

from __future__ import annotations

import click

from sync.office.commands.opening import Invocation, pass_invocation
from sync.office.store.database import reading
from tests.services.time_purse.at_office.purses import purses


@click.command()
@pass_invocation
def minutes(invocation: Invocation) -> None:
    """How many minutes everybody has."""
    with reading(invocation.office.engine) as connection:
        for resident_id, left in purses(connection, invocation.office.region_id):
            click.echo(f"{resident_id} {left}")
