"""The `office` command. Exit 0: good; 1: a finding; 2: bad usage or configuration. Errors are one line."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.commands.checks import say_all
from kiosk.plain.logs import log_beside_output
from kiosk.store.users import as_caller, for_good
from sync.office.books import writeoff
from sync.office.commands import backing_up, recovery
from sync.office.commands.clerks import clerk
from sync.office.commands.days import today
from sync.office.commands.divisions import division
from sync.office.commands.forget import forget
from sync.office.commands.keys import key
from sync.office.commands.opening import FINDING, Commands, Invocation, pass_invocation
from sync.office.commands.photos import photo
from sync.office.commands.proposals import proposal
from sync.office.commands.regions import region
from sync.office.commands.staff import staff
from sync.office.commands.tokens import token
from sync.office.importing import FileFaulty, import_file
from sync.office.keys import devices
from sync.office.people.access import audit
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.store.database import snapshot, writing
from sync.office.store.tables import devices as device_table
from sync.terminal import progress_line

SHEETS = (".xlsx", ".xls", ".csv")
DEFAULT_CONFIG = Path("/etc/neighbourhood-card/office.toml")


@click.group(cls=Commands)
@click.option(
    "--config", type=click.Path(path_type=Path), default=DEFAULT_CONFIG, show_default=True, help="office.toml"
)
@click.version_option(package_name="neighbourhood-card", message="%(version)s")
@click.pass_context
def main(context: click.Context, config: Path) -> None:
    """The central office: keeps the books of all kiosks, publishes people, prices and rights."""
    log_beside_output()
    context.obj = Invocation(config, offered(SERVICES))
    context.call_on_close(context.obj.close)


@main.command()
@pass_invocation
def init(invocation: Invocation) -> None:
    """Make the office's key and database, or bring them up to date. Harmless to repeat."""
    office = invocation.open()
    click.echo(f"{invocation.settings.data}: ready; the office's key is {office.key.id.hex()}")


@main.command()
@pass_invocation
def doctor(invocation: Invocation) -> None:
    """Look for what is wrong, and say what to do: `do` a next step, `->` a fault, which ends it with 1."""
    from sync.office.commands.doctor import examine

    if not say_all(examine(invocation.settings)):
        sys.exit(FINDING)


@main.command()
@pass_invocation
def run(invocation: Invocation) -> None:
    """Serve kiosks and clerks until stopped."""
    from sync.office.serving.serve import serve  # the server's libraries take time to load

    invocation.require()
    for_good()
    serve(invocation.settings)


@main.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--operator", default="", help="Who imports, for the ledger.")
@click.option("--site", default="", help="Of a sheet: the home site of rows that name none.")
@pass_invocation
def import_(invocation: Invocation, file: Path, operator: str, site: str) -> None:
    """Bring in what is in FILE: all of it, or nothing.

    Sites, people, cards, prices and menus from a JSON file; photos from a folder or a zip of pictures that
    are named by residents' numbers, such as 1001.jpg; residents from a sheet (.xlsx, .xls, .csv).
    """
    from sync.office.importing.photos import is_of_photos  # the library for pictures takes time to load

    try:
        if file.suffix.lower() in SHEETS:
            _import_sheet(invocation, file, site)
        elif is_of_photos(file):
            _import_photos(invocation, file)
        else:
            _import_json(invocation, file, operator)
    except FileFaulty as error:
        for line in error.faults.lines():
            click.echo(f"{file}: {line}", err=True)
        raise click.ClickException(f"{file}: {error.faults.count} to mend; nothing was imported") from error


def _import_sheet(invocation: Invocation, file: Path, site: str) -> None:
    from sync.office.commands.sheets import import_sheet

    with as_caller():
        content = file.read_bytes()
    with progress_line() as tell:
        done = import_sheet(invocation, file.name, content, site, lambda count: tell(f"rows: {count}"))
    click.echo(done)


def _import_photos(invocation: Invocation, file: Path) -> None:
    from sync.office.importing.photos import import_photos, read_photos

    office = invocation.office
    with progress_line() as tell:
        photos = read_photos(file, lambda done: tell(f"photos: {done}"))
        with writing(office.engine) as connection:
            changes = import_photos(connection, office.region_id, photos)
            invocation.note(connection, "import", file=file.name, changes=changes)
    click.echo(f"{len(photos)} photos read, {changes} changes to the catalogue")


def _import_json(invocation: Invocation, file: Path, operator: str) -> None:
    office = invocation.office
    with as_caller():
        content = file.read_bytes()
    with writing(office.engine) as connection, progress_line() as tell:
        done = import_file(
            connection,
            office.region_id,
            content,
            office.offered.parts,
            today=today(),
            at_ms=office.now_ms(),
            operator=operator,
            progress=lambda part, count, total: tell(f"{part}: {count} of {total}"),
        )
        invocation.note(connection, "import", file=file.name, changes=done.changes, operator=operator)
    click.echo(
        f"{done.items} items read, {done.changes} changes to the catalogue,"
        f" {done.openings_booked} opening balances booked, {done.openings_known} booked before"
    )


@main.command("enrol-code")
@click.option("--name", help="What to call the kiosk.")
@click.option("--site", help="Where it stands.")
@click.option(
    "--replaces",
    help="A kiosk whose name, place, rights and history the new one takes over; the old one is revoked then.",
)
@pass_invocation
def enrol_code(invocation: Invocation, name: str | None, site: str | None, replaces: str | None) -> None:
    """Make a one-time code with which one kiosk enrols, within seven days."""
    from sync.office.catalogue.published import current_values

    office = invocation.office
    with writing(office.engine) as connection:
        old = None
        if replaces is not None:
            old = devices.the_one_called(connection, office.region_id, replaces)
            if old is None:
                raise click.UsageError(f"--replaces {replaces}: the name of one kiosk is allowed")
            name, site = name or old.name, site or old.site
        if not name or not site:
            raise click.UsageError("--name and --site, or --replaces, are needed")
        sites = sorted(each.name for each in current_values(connection, office.region_id, Kind.SITE))
        if site not in sites:
            raise click.UsageError(f"--site {site}: {', '.join(sites) or 'none yet, import one'} allowed")
        code = devices.new_code(
            connection,
            office.region_id,
            office_key=office.key.public,
            name=name,
            site=site,
            at_ms=office.now_ms(),
            replaces=old.id if old else None,
        )
        invocation.note(connection, "enrol-code", name=name, site=site, replaces=replaces)
    click.echo(code)


@main.command()
@click.argument("name")
@click.option(
    "--write-off",
    is_flag=True,
    help="It is lost: end its journal and free what it might still spend, which is set aside as a loss.",
)
@pass_invocation
def revoke(invocation: Invocation, name: str, write_off: bool) -> None:
    """Let the kiosk NAME speak to the office no more."""
    office = invocation.office
    with writing(office.engine) as connection:
        device_ids = _devices_called(connection, office.region_id, name)
        lost_fen = 0
        for device_id in device_ids:
            devices.revoke(connection, office.region_id, device_id, office.now_ms())
            if write_off:
                lost_fen += writeoff.write_off(
                    connection, office.region_id, device_id, operator="", at_ms=office.now_ms()
                )
        invocation.note(connection, "revoke", name=name, write_off=write_off)
    said = f" and written off; {lost_fen / 100:.2f} yuan set aside as a loss" if write_off else ""
    click.echo(f"{name}: revoked{said}")


def _devices_called(connection: sa.Connection, region_id: int, name: str) -> list[bytes]:
    """The devices of this name. A name that was used twice is both, for nobody can say which was meant."""
    c = device_table.c
    rows = connection.execute(sa.select(c.name, c.device_id).where(c.region_id == region_id)).all()
    found = [row.device_id for row in rows if row.name == name]
    if not found:
        known = ", ".join(sorted({row.name for row in rows})) or "none is enrolled"
        raise click.UsageError(f"{name}: no such kiosk; there are: {known}")
    return found


main.add_command(clerk)
main.add_command(division)
main.add_command(region)
main.add_command(staff)
main.add_command(token)
main.add_command(forget)
main.add_command(photo)
main.add_command(proposal)
main.add_command(recovery.accept)
main.add_command(backing_up.backup)
main.add_command(backing_up.restore)
main.add_command(recovery.release_write_offs)
main.add_command(recovery.restored)
main.add_command(key)


@main.command()
@click.option(
    "--audit",
    "taken_along",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The audit log as a page of the office gave it: is it still what it was?",
)
@pass_invocation
def verify(invocation: Invocation, taken_along: Path | None) -> None:
    """Recompute all books from what the kiosks sent, and the chain of the audit log, and compare."""
    from sync.office.books.verify import verify as recompute

    office = invocation.office
    with snapshot(office.engine) as connection, progress_line() as tell:
        found = recompute(
            connection,
            office.region_id,
            office.offered.derived,
            lambda records: tell(f"{records} records"),
        )
        broken = list(audit.faults(connection, office.region_id))
        if taken_along is not None:
            with as_caller():
                lines = taken_along.read_bytes().splitlines(keepends=True)
            broken += audit.faults_since(connection, office.region_id, lines)
    for each in found:
        place = f"{each.journal_id.hex()} {each.seq}"
        click.echo(f"{each.table} {place}: {each.code}: {each.detail}")
    for fault in broken:
        click.echo(f"audit_log {fault.seq}: {fault.code}: {fault.detail}")
    if found or broken:
        sys.exit(FINDING)
    click.echo("The books hold.")


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@pass_invocation
def bundle(invocation: Invocation, path: Path) -> None:
    """Answer what kiosks without a network have sent on the memory stick at PATH."""
    from prometheus_client import CollectorRegistry

    from sync.bundle.office import OfficeBundle
    from sync.bundle.report import Report
    from sync.bundle.stick import Stick
    from sync.office.api.answering import Api
    from sync.office.api.metrics import Counters

    api = Api(invocation.office, Counters(CollectorRegistry()))
    with progress_line() as progress:
        carried = Report(tell=lambda text: click.echo(text, err=True), progress=progress)
        OfficeBundle(invocation.office, api, Stick(path), carried).run()
    click.echo(f"{carried.read} requests answered, {carried.written} answers to carry back")
    sys.exit(FINDING if carried.findings else 0)


@main.group()
def report() -> None:
    """What was done, and who pays."""


@report.command()
@click.option("--format", "file_format", type=click.Choice(["json"]), default="json")
@pass_invocation
def exposure(invocation: Invocation, file_format: str) -> None:
    """The largest possible loss now: by kiosk, by lost card, and in all. Amounts are in fen."""
    from sync.office.books.exposure import exposure as measure

    with snapshot(invocation.office.engine) as connection:
        office = invocation.office
        found = measure(connection, office.region_id, office.now_ms(), office.settings.ration)
    click.echo(msgspec.json.format(msgspec.json.encode(found)))


for _service in SERVICES:
    for _command in _service.commands:
        main.add_command(_command)
    for _command in _service.reports:
        report.add_command(_command)
