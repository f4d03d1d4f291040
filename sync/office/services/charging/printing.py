"""`office print-labels`: sheets of labels for the sockets of a site, to be printed, cut out and put up."""

from __future__ import annotations

from pathlib import Path

import click

from kiosk.catalogue.items import Kind
from kiosk.services.charging.items import CHARGING_SITE
from kiosk.services.charging.saying.labels import NoPage, sheets
from kiosk.store.users import as_caller
from sync.office.catalogue.publishing import shown
from sync.office.commands.opening import Invocation, pass_invocation
from sync.office.store.database import reading


@click.command("print-labels")
@click.option("--site", required=True, help="Whose sockets.")
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="A folder.")
@pass_invocation
def print_labels(invocation: Invocation, site: str, output: Path) -> None:
    """Draw a label for each of a site's sockets, with the code that leads to its page: A4 as SVG."""
    office = invocation.office
    with reading(office.engine) as connection:
        found = shown(connection, office.region_id, CHARGING_SITE, site)
        known = shown(connection, office.region_id, Kind.SITE, site)
    if found is None:
        raise click.UsageError(f"--site {site}: it has no sockets; a site of `charging_sites` is allowed")
    title = known.title.get("zh", site) if known is not None else site
    try:
        drawn = list(sheets(found, title))
    except NoPage as error:
        raise click.UsageError(str(error)) from error
    with as_caller():
        output.mkdir(parents=True, exist_ok=True)
        for number, svg in enumerate(drawn, start=1):
            (output / f"{site}-{number}.svg").write_text(svg, encoding="utf-8")
    click.echo(f"{len(found.sockets)} labels drawn in {output}, sheets of A4: {len(drawn)}")
