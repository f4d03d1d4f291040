"""`office report cups`."""

from __future__ import annotations

import click

from sync.office.commands.opening import Invocation, pass_invocation
from sync.office.store.database import reading
from tests.services.coffee_machine.at_office.cups import cups as sold


@click.command()
@pass_invocation
def cups(invocation: Invocation) -> None:
    """How many cups each site sold, and for how much."""
    with reading(invocation.office.engine) as connection:
        for site, count, fen in sold(connection, invocation.office.region_id):
            click.echo(f"{site} {count} {fen}")
