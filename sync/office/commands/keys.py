"""`office key`: another key signs for the office, and no kiosk misses a meal over it."""

from __future__ import annotations

import click

from sync.office.commands.opening import Invocation, pass_invocation
from sync.office.keys import office_keys
from sync.office.store.database import reading, writing

FORCE = click.option("--force", is_flag=True, help="Even if kiosks are cut off by it: they must enrol again.")


@click.group()
def key() -> None:
    """Change the key that signs for the office: `new`, some days later `use`, then `retire`."""


@key.command()
@pass_invocation
def new(invocation: Invocation) -> None:
    """Make the next key and tell all kiosks, vouched for by the present one. Harmless to repeat."""
    office = invocation.office
    coming = office.keyring.make_next()
    with writing(office.engine) as connection:
        office_keys.announce(connection, office.region_id, coming.public)
        invocation.note(connection, "key new", key=coming.id.hex())
    click.echo(f"the next key is {coming.id.hex()}; kiosks learn it as they fetch the catalogue")


@key.command()
@FORCE
@pass_invocation
def use(invocation: Invocation, force: bool) -> None:
    """Sign with the next key from now on. Codes for enrolling that were given out before are void."""
    office = invocation.office
    if office.keyring.next is not None:
        _mind_the_unaware(invocation, office.keyring.next.public, force)
    with writing(office.engine) as connection:
        office.keyring.use_next()
        invocation.note(connection, "key use", key=office.key.id.hex(), force=force)
    click.echo(f"{office.key.id.hex()} signs now; keep a copy of {invocation.settings.key_file} elsewhere")


@key.command()
@FORCE
@pass_invocation
def retire(invocation: Invocation, force: bool) -> None:
    """Have the key before this one trusted by nobody, and destroy it."""
    office = invocation.office
    former = office.keyring.former
    if former is None:
        raise click.ClickException("there is no former key; see `office key use`")
    if former.id == office.key.id:
        raise click.ClickException("`office key use` was cut short; run it once more")
    _mind_the_unaware(invocation, office.key.public, force)
    with writing(office.engine) as connection:
        office_keys.renounce(connection, office.region_id, former.public)
        invocation.note(connection, "key retire", key=former.id.hex(), force=force)
    office.keyring.forget_former()
    click.echo(f"{former.id.hex()} is retired")


def _mind_the_unaware(invocation: Invocation, public_key: bytes, force: bool) -> None:
    """Refuse unless every kiosk that is not revoked knows this key."""
    with reading(invocation.office.engine) as connection:
        names = office_keys.unaware(connection, invocation.office.region_id, public_key)
    if names and not force:
        raise click.ClickException(f"not yet known to have read the key: {', '.join(names)} (see --force)")
