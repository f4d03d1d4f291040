"""The `office photo` commands. Photos come in by `office import`."""

from __future__ import annotations

import click

from sync.office.commands.opening import Invocation, pass_invocation
from sync.office.people import photos
from sync.office.people.forgetting import NobodyThere
from sync.office.store.database import writing


@click.group()
def photo() -> None:
    """Residents' photos. To bring them in: `office import FOLDER`."""


@photo.command("withdraw")
@click.argument("resident_id", metavar="NUMBER", type=click.IntRange(min=1, max=2**53))
@pass_invocation
def withdraw(invocation: Invocation, resident_id: int) -> None:
    """Take the photo of resident NUMBER back from the kiosks, and delete it here."""
    office = invocation.office
    try:
        with writing(office.engine) as connection:
            photos.withdraw_photo(connection, office.region_id, resident_id)
            invocation.note(connection, "photo withdraw", resident=resident_id)
    except NobodyThere as refusal:
        raise click.UsageError(f"{resident_id}: no resident has this number") from refusal
    click.echo(f"{resident_id}: without a photo; kiosks follow as they are heard")
