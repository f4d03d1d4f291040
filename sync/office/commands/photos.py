"""The `office photo` commands. Photos come in by `office import`."""

from __future__ import annotations

import click

from sync.office.commands.opening import Desk, pass_desk
from sync.office.people import photos
from sync.office.people.forgetting import NobodyThere
from sync.office.store.database import writing


@click.group()
def photo() -> None:
    """Residents' photos. To bring them in: `office import FOLDER`."""


@photo.command("withdraw")
@click.argument("resident_id", metavar="NUMBER", type=click.IntRange(min=1, max=2**53))
@pass_desk
def withdraw(desk: Desk, resident_id: int) -> None:
    """Take the photo of resident NUMBER back from the kiosks, and delete it here."""
    office = desk.office
    try:
        with writing(office.engine) as connection:
            photos.withdraw_photo(connection, office.region_id, resident_id)
    except NobodyThere as refusal:
        raise click.UsageError(f"{resident_id}: no resident has this number") from refusal
    click.echo(f"{resident_id}: without a photo; kiosks follow as they are heard")
