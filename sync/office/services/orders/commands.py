"""`office report orders`: what was ordered for a day, and who did not eat."""

from __future__ import annotations

from datetime import date

import click
import msgspec

from sync.office.commands.days import Day, today
from sync.office.commands.opening import Invocation, pass_invocation
from sync.office.store.database import reading


@click.command()
@click.option("--format", "file_format", type=click.Choice(["json"]), default="json")
@click.option("--day", type=Day(), help="Today unless given.")
@pass_invocation
def orders(invocation: Invocation, file_format: str, day: date | None) -> None:
    """Portions ordered for a day by site, meal, diet and delivery, and who did not eat."""
    from sync.office.services.orders.headcount import figures, headcount

    office = invocation.office
    with reading(office.engine) as connection:
        found = headcount(connection, office.region_id, day or today(), office.now_ms())
    click.echo(msgspec.json.format(msgspec.json.encode([figures(each) for each in found])))
