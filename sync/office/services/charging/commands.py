"""`office report charging`, as the pages show it, and `charging-ocpp`; `office stop-charging`, and keys."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import click
import sqlalchemy as sa

from sync.office.commands.days import Day, today
from sync.office.commands.opening import Invocation, pass_invocation
from sync.office.commands.outputs import OUTPUT, hand_over, require_order, require_printable
from sync.office.console import languages, names
from sync.office.console.reporting.sheets import export
from sync.office.office import Office
from sync.office.services.charging.pages import REPORTS, SHOWN
from sync.office.services.charging.phone import keys, stopping
from sync.office.services.charging.places import Places
from sync.office.services.charging.reports import ocpp
from sync.office.services.charging.reports.asked import AskedDays
from sync.office.store.database import reading, writing


@click.command()
@click.argument("report", type=click.Choice(list(REPORTS)))
@click.option("--format", "file_format", type=click.Choice(["json", "csv", "xlsx"]), default="json")
@click.option("--from", "first_day", type=Day(), help="First day; six days before the last unless given.")
@click.option("--to", "last_day", type=Day(), help="Last day, included; today unless given.")
@click.option("--site", default="", help="One site; all unless given.")
@click.option("--who", default="", help="Of sessions: a resident's number, or a socket such as A3.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="Language of the workbook.")
@OUTPUT
@pass_invocation
def charging(
    invocation: Invocation,
    report: str,
    file_format: str,
    first_day: date | None,
    last_day: date | None,
    site: str,
    who: str,
    lang: str,
    output: Path | None,
) -> None:
    """What was charged: sessions, money by fee, use by hour, energy nobody paid for, alarms."""
    require_printable(file_format, output)
    with reading(invocation.office.engine) as connection:
        titles = names.load_names(connection, invocation.office.region_id, lang)
        asked = _asked(first_day, last_day, site, who, titles)
        sheet = REPORTS[report](connection, invocation.office.region_id, asked, titles)
    content = export(
        sheet, file_format, titles, languages.translations(lang, tuple(SHOWN.translations)).gettext
    )
    hand_over(content, output)


@click.command("charging-ocpp")
@click.option("--from", "first_day", type=Day(), help="First day; six days before the last unless given.")
@click.option("--to", "last_day", type=Day(), help="Last day, included; today unless given.")
@click.option("--site", default="", help="One site; all unless given.")
@OUTPUT
@pass_invocation
def charging_ocpp(
    invocation: Invocation, first_day: date | None, last_day: date | None, site: str, output: Path | None
) -> None:
    """Sessions that ended as OCPP 2.0.1 TransactionEvent requests, one in a line of JSON."""
    with reading(invocation.office.engine) as connection:
        titles = names.load_names(connection, invocation.office.region_id, "en")
        asked = _asked(first_day, last_day, site, "", titles)
        region_id = invocation.office.region_id
        hand_over(b"".join(ocpp.lines(connection, region_id, asked, titles.time_zones)), output)


def _asked(
    first_day: date | None, last_day: date | None, site: str, who: str, titles: names.Names
) -> AskedDays:
    """Raises `click.UsageError`."""
    last_day = last_day or today()
    first_day = first_day or last_day - timedelta(days=6)
    require_order(first_day, last_day)
    if site and site not in titles.sites:
        raise click.UsageError(f"--site {site}: {', '.join(titles.sites) or 'none yet'} allowed")
    return AskedDays(first_day, last_day, site, who)


@click.command("renew-charging-key")
@click.argument("site")
@click.option("--at-once", is_flag=True, help="The former may be in wrong hands: codes under way are void.")
@pass_invocation
def renew_charging_key(invocation: Invocation, site: str, at_once: bool) -> None:
    """Make another key for the codes of SITE's sockets. Codes under way stay good, but for `--at-once`."""
    office = invocation.office
    with writing(office.engine) as connection:
        if not keys.renew(connection, office.region_id, site, at_once=at_once):
            sites = ", ".join(Places.read(connection, office.region_id).sites) or "none yet"
            raise click.UsageError(f"{site}: {sites} allowed")
        names = ", ".join(keys.unaware(connection, office.region_id, site))
        invocation.note(connection, "renew-charging-key", site=site, at_once=at_once)
    if at_once:
        told = (
            f"codes under way are void, and a kiosk refuses all until it hears of the key: {names or 'none'}"
        )
    else:
        told = f"the former is good until these have heard of the new one: {names or 'none'}"
    click.echo(f"{site} has another key; {told}")


@click.command("stop-charging")
@click.argument("site")
@click.argument("socket")
@pass_invocation
def stop_charging(invocation: Invocation, site: str, socket: str) -> None:
    """Have whatever runs at SOCKET of SITE stopped, such as A3, as soon as its kiosk hears of it."""
    with writing(invocation.office.engine) as connection:
        order = stop(connection, invocation.office, site, socket)
        invocation.note(connection, "stop-charging", site=site, socket=socket, order=order)
    click.echo(f"{order}: its kiosk is told; `office report charging sessions` says when it has ended")


def stop(connection: sa.Connection, office: Office, site_name: str, label: str) -> str:
    """The order that kiosks are told to stop. Raises `click.UsageError`."""
    sites = Places.read(connection, office.region_id).sites
    if site_name not in sites:
        raise click.UsageError(f"{site_name}: {', '.join(sites) or 'none yet'} allowed")
    found = stopping.place_called(connection, office.region_id, site_name, label)
    if found is None:
        labels = ", ".join(each.label for each in sites[site_name].sockets)
        raise click.UsageError(f"{label}: {labels} allowed")
    try:
        return stopping.stop(connection, office, *found)
    except stopping.NothingRunsThere as error:
        place = f"{site_name} {found[1].label}"
        raise click.ClickException(f"{place}: nothing runs there as far as is known") from error
