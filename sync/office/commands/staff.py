"""The `office staff` commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.people.staff import SHORTEST_PIN, Role
from sync.office.commands.opening import Commands, Invocation, pass_invocation
from sync.office.people import staff as people
from sync.office.people.pins import HashedPin, UnusablePin, hashed
from sync.office.store.database import reading, writing
from sync.office.store.tables import catalogue_items
from sync.terminal import typed_secret


@click.group(cls=Commands)
def staff() -> None:
    """Who may sign in at the counters. A PIN of 6 to 8 digits is typed, or read from standard input."""


@staff.command("add")
@click.argument("staff_id")
@click.option("--name", required=True, help="As the counter shows it.")
@click.option("--site", required=True)
@click.option(
    "--role", "roles", multiple=True, type=click.Choice([each.value for each in Role]), default=["server"]
)
@click.option("--badge", "badges", multiple=True, help="Token of a card, such as nfc:04A1B2C3D4E5F6.")
@pass_invocation
def add(
    invocation: Invocation,
    staff_id: str,
    name: str,
    site: str,
    roles: tuple[str, ...],
    badges: tuple[str, ...],
) -> None:
    """Let STAFF_ID work at a site, with a PIN."""
    pin = _typed_pin()
    with _changing(invocation, "staff add", staff_id) as connection:
        people.add(
            connection,
            invocation.office.region_id,
            staff_id=staff_id,
            name=name,
            site=site,
            roles=[Role(each) for each in roles],
            sites=_sites(connection, invocation.office.region_id),
        )
        people.set_pin(connection, invocation.office.region_id, staff_id, pin)
        people.set_badges(connection, invocation.office.region_id, staff_id, badges)
    click.echo(f"{staff_id}: may sign in at {site}")


@staff.command("pin")
@click.argument("staff_id")
@pass_invocation
def pin(invocation: Invocation, staff_id: str) -> None:
    """Change the PIN of STAFF_ID."""
    typed = _typed_pin()
    with _changing(invocation, "staff pin", staff_id) as connection:
        people.set_pin(connection, invocation.office.region_id, staff_id, typed)
    click.echo(f"{staff_id}: PIN changed")


@staff.command("badge")
@click.argument("staff_id")
@click.argument("tokens", nargs=-1)
@pass_invocation
def badge(invocation: Invocation, staff_id: str, tokens: tuple[str, ...]) -> None:
    """Know STAFF_ID by these cards and no others; a card that cannot prove itself needs the PIN as well."""
    with _changing(invocation, "staff badge", staff_id) as connection:
        people.set_badges(connection, invocation.office.region_id, staff_id, tokens)
    click.echo(f"{staff_id}: {len(tokens)} badges")


@staff.command("dismiss")
@click.argument("staff_id")
@pass_invocation
def dismiss(invocation: Invocation, staff_id: str) -> None:
    """Let STAFF_ID sign in no more."""
    with _changing(invocation, "staff dismiss", staff_id) as connection:
        people.dismiss(connection, invocation.office.region_id, staff_id)
    click.echo(f"{staff_id}: dismissed")


@staff.command("list")
@pass_invocation
def list_(invocation: Invocation) -> None:
    """Name everybody, with site and roles, and who needs a longer PIN."""
    with reading(invocation.office.engine) as connection:
        for each in people.members(connection, invocation.office.region_id):
            wanting = "" if each.pin_digits >= SHORTEST_PIN else "\tneeds a PIN of 6 digits: office staff pin"
            click.echo(f"{each.id}\t{each.name}\t{each.site}\t{', '.join(each.roles)}{wanting}")


def _typed_pin() -> HashedPin:
    try:
        return hashed(typed_secret("PIN"))
    except UnusablePin as error:
        raise click.UsageError(str(error)) from error


@contextmanager
def _changing(invocation: Invocation, what: str, staff_id: str) -> Iterator[sa.Connection]:
    try:
        with writing(invocation.office.engine) as connection:
            yield connection
            invocation.note(connection, what, staff=staff_id)
    except people.UnusableStaff as error:
        raise click.UsageError(str(error)) from error


def _sites(connection: sa.Connection, region_id: int) -> set[str]:
    c = catalogue_items.c
    wanted = (c.region_id == region_id, c.kind == Kind.SITE, c.value.is_not(None))
    return set(connection.execute(sa.select(c.key).where(*wanted)).scalars())
