"""The `office forget` command."""

from __future__ import annotations

import click

from sync.office.commands.opening import Invocation, pass_invocation
from sync.office.people import forgetting
from sync.office.store.database import writing


@click.command()
@click.argument("resident_id", metavar="NUMBER", type=click.IntRange(min=1, max=2**53))
@pass_invocation
def forget(invocation: Invocation, resident_id: int) -> None:
    """Withdraw the resident NUMBER, who has left, from every kiosk, with cards and orders.

    The books keep the number alone. Take them out of the list that you import, too. Older backups name them.
    """
    office = invocation.office
    try:
        with writing(office.engine) as connection:
            count = forgetting.forget(connection, office.region_id, resident_id, office.offered.about)
            invocation.note(connection, "forget", resident=resident_id)
    except forgetting.NobodyThere as refusal:
        raise click.UsageError(f"{resident_id}: no resident has this number") from refusal
    except forgetting.NotSettled as refusal:
        what = f"{resident_id}: pay out or book off first what is left: {refusal.left}"
        raise click.ClickException(what) from refusal
    click.echo(f"{resident_id}: forgotten, {count} items withdrawn; kiosks follow as they are heard")
