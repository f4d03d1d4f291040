"""`office report books`."""

from __future__ import annotations

import click

from sync.office.commands.opening import Invocation, pass_invocation
from sync.office.store.database import reading
from tests.services.lending_library.at_office.loans import loans


@click.command()
@pass_invocation
def books(invocation: Invocation) -> None:
    """Who has which book."""
    with reading(invocation.office.engine) as connection:
        for resident_id, book in loans(connection, invocation.office.region_id):
            click.echo(f"{resident_id} {book}")
