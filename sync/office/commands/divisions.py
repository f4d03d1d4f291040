"""The `office division` commands."""

from __future__ import annotations

import click
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from sync.office.catalogue.published import current_values
from sync.office.commands.opening import Commands, Invocation, pass_invocation
from sync.office.people.access import areas
from sync.office.people.access.areas import Division, Level, NoSuchDivision, NotABuilding, NotBelow
from sync.office.store.database import reading, writing


@click.group(cls=Commands)
def division() -> None:
    """The tree of county, street, community, estate and building on which sites hang."""


@division.command("set")
@click.argument("code")
@click.option("--level", type=click.Choice([str(each) for each in Level]), required=True)
@click.option("--title", required=True, help="What people call it.")
@click.option("--in", "parent", default="", help="The division that it is a part of.")
@pass_invocation
def division_set(invocation: Invocation, code: str, level: str, title: str, parent: str) -> None:
    """Add the division CODE, or change it."""
    office = invocation.office
    try:
        with writing(office.engine) as connection:
            areas.keep(connection, office.region_id, Division(code, Level(level), title, parent))
            invocation.note(connection, "division set", code=code, level=level, title=title, parent=parent)
    except NoSuchDivision as refusal:
        raise click.UsageError(f"--in {refusal.division}: no such division") from refusal
    except NotBelow as refusal:
        said = f"{refusal.division}: is no part of {refusal.parent} by its level"
        raise click.UsageError(said) from refusal
    click.echo(f"{code}: {title}")


@division.command("site")
@click.argument("site")
@click.argument("code")
@pass_invocation
def division_site(invocation: Invocation, site: str, code: str) -> None:
    """Let SITE hang on the division CODE."""
    office = invocation.office
    try:
        with writing(office.engine) as connection:
            _check_site(connection, office.region_id, site)
            areas.hang(connection, office.region_id, site, code)
            invocation.note(connection, "division site", site=site, division=code)
    except NoSuchDivision as refusal:
        raise click.UsageError(f"{code}: no such division; see `office division list`") from refusal
    click.echo(f"{site}: hangs on {code}")


@division.command("building")
@click.argument("site")
@click.argument("building")
@click.argument("code")
@pass_invocation
def division_building(invocation: Invocation, site: str, building: str, code: str) -> None:
    """Let those at home at SITE whose address begins with BUILDING hang on the division CODE."""
    office = invocation.office
    try:
        with writing(office.engine) as connection:
            _check_site(connection, office.region_id, site)
            areas.hang_building(connection, office.region_id, site, building, code)
            invocation.note(connection, "division building", site=site, building=building, division=code)
    except NoSuchDivision as refusal:
        raise click.UsageError(f"{code}: no such division; see `office division list`") from refusal
    except NotABuilding as refusal:
        said = f"{building}: with its word, such as 3号楼, and no digit at its end"
        raise click.UsageError(said) from refusal
    click.echo(f"{site}, {building}: hangs on {code}")


@division.command("list")
@pass_invocation
def division_list(invocation: Invocation) -> None:
    """Name all divisions, the widest first, with the sites and buildings that hang on each."""
    office = invocation.office
    with reading(office.engine) as connection:
        sites = areas.sites_by_division(connection, office.region_id)
        buildings = areas.buildings_by_division(connection, office.region_id)
        for each in areas.all_divisions(connection, office.region_id):
            hanging = " ".join([*sites.get(each.code, []), *buildings.get(each.code, [])])
            click.echo("\t".join([each.code, each.level, each.title, each.parent, hanging]))


def _check_site(connection: sa.Connection, region_id: int, site: str) -> None:
    known = sorted(each.name for each in current_values(connection, region_id, Kind.SITE))
    if site not in known:
        raise click.UsageError(f"{site}: {', '.join(known) or 'none yet, import one'} allowed")
