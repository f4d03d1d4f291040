"""The `kiosk` command. Exit 0: good; 1: a finding; 2: bad usage or configuration."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, update_wrapper
from pathlib import Path
from typing import Any, NoReturn

import click
import msgspec
import sqlalchemy as sa

from kiosk.catalogue.contact import silent_since_ms
from kiosk.catalogue.earlier import earlier_lines
from kiosk.catalogue.reader import Catalogue
from kiosk.commands.checks import say_all
from kiosk.commands.doctor import examine as look_for_faults
from kiosk.common.clock import local_time, lost_time, machine_time
from kiosk.common.troubles import of_the_disk, of_the_office
from kiosk.counter import CATALOGUE_FILE
from kiosk.front.health import disk_low_mb, offline_days
from kiosk.journal.identity import NotEnrolled, predecessors, read_identity
from kiosk.journal.journal_file import JOURNAL_FILE
from kiosk.journal.proof import examine
from kiosk.ledger.audit.export import export_lines
from kiosk.ledger.audit.faults import UNREADABLE, reason_of
from kiosk.ledger.posting import JournalKey
from kiosk.plain.logs import log_beside_output
from kiosk.plain.word_beside import troubles_beside
from kiosk.services.contract import sections
from kiosk.services.listed import BOOKS, SERVICES
from kiosk.settings import Settings, SettingsError, load
from kiosk.store.engine import reading
from kiosk.store.files import holds_something
from kiosk.store.users import COUNTER, for_good, forbidden, of_a_store, work_in

DEFAULT_CONFIG = Path("/etc/neighbourhood-card/kiosk.toml")


@click.group()
@click.option(
    "--config", type=click.Path(path_type=Path), default=DEFAULT_CONFIG, show_default=True, help="kiosk.toml"
)
def main(config: Path) -> None:
    """The counter of a community canteen: serves meals by card, with or without a network."""
    log_beside_output()


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Hand a command its settings, as the service's user; or end with what is wrong."""

    def as_the_service(settings: Settings, **options: Any) -> None:
        try:
            work_in(settings.store.folder, COUNTER, of_a_store, partial(click.echo, err=True))
            command(settings, **options)
        except PermissionError as error:
            _finding(forbidden(error))

    return as_whoever_calls(update_wrapper(as_the_service, command))


def as_whoever_calls(command: Callable[..., None]) -> Callable[..., None]:
    """Hand a command its settings, or end with what is wrong in the file."""

    @click.pass_context
    def loaded(context: click.Context, /, **options: Any) -> None:
        config: Path = context.find_root().params["config"]
        try:
            settings = load(config, sections(SERVICES))
        except SettingsError as error:
            _usage(str(error))
        command(settings, **options)

    return update_wrapper(loaded, command)


@main.command()
@click.option("--clock-lost", is_flag=True, help="A drill: start as if the time were not known.")
@with_settings
def run(settings: Settings, clock_lost: bool) -> None:
    """Serve until stopped."""
    from kiosk.commands.running import run as serve  # the devices' libraries take time to load

    for_good()
    serve(settings, lost_time() if clock_lost else None)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@with_settings
def status(settings: Settings, as_json: bool) -> None:
    """How far the journal is, how much of it the office has, and what the running kiosk says is wrong."""
    with _journal(settings) as (connection, key):
        head_seq = connection.execute(
            sa.text("SELECT max(seq) FROM records WHERE journal_id = :id"), {"id": key.journal_id}
        ).scalar()
    catalogue = Catalogue(settings.store.folder / CATALOGUE_FILE)
    contact = catalogue.contact(key.journal_id)
    catalogue.close()
    unsent = max((head_seq or 0) - contact.acked_seq, 0)
    now = machine_time()
    wall_ms = now.wall_ms()
    since_ms = silent_since_ms(contact.heard, now.boot_id, now.monotonic_ms(), wall_ms)
    running = troubles_beside(settings.store.folder)
    figures = {
        "name": settings.kiosk.name,
        "site": settings.kiosk.site,
        "journal": key.journal_id.hex(),
        "head_seq": head_seq or 0,
        "acked_seq": contact.acked_seq,
        "unsent": unsent,
        "last_contact_ms": contact.heard.at_ms,
        "offline_since_ms": since_ms,
        "running": running is not None,
        "troubles": running if running is not None else _troubles(settings, since_ms, wall_ms, unsent),
        "earlier_journals": [msgspec.to_builtins(each) for each in predecessors(settings.store.folder)],
    }
    click.echo(json.dumps(figures) if as_json else "\n".join(f"{k}: {v}" for k, v in figures.items()))


def _troubles(settings: Settings, since_ms: int | None, wall_ms: int, unsent: int) -> list[str]:
    """The codes of what can be seen while no kiosk runs."""
    since = local_time(since_ms).isoformat(timespec="minutes") if since_ms is not None else ""
    found = of_the_office(since, offline_days(since_ms, wall_ms), unsent)
    return ["not_running", *(each.code for each in (*found, *of_the_disk(disk_low_mb(settings.store))))]


@main.command()
@as_whoever_calls
def doctor(settings: Settings) -> None:
    """Look for what is wrong, and say what to do: `do` a next step, `->` a fault, which ends it with 1."""
    sys.exit(0 if say_all(look_for_faults(settings)) else 1)


@main.command()
@click.argument("code")
@click.pass_context
def enrol(context: click.Context, code: str) -> None:
    """Make this kiosk known to the office, with a one-time CODE from there.

    The sync process does it, for the kiosk itself opens no network connection.
    """
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    command = shutil.which("kiosk-sync", path=beside)
    if command is None:
        _usage("kiosk-sync is not installed")
    config = str(context.find_root().params["config"])
    os.execv(command, [command, "--config", config, "enrol", code])  # noqa: S606


@main.command()
@click.option("--list", "as_list", is_flag=True, help="Only print what there is to record.")
@with_settings
def voice(settings: Settings, as_list: bool) -> None:
    """Make the clips that the kiosk speaks with. People's own recordings lie beside them and are kept."""
    from kiosk.services.contract import said
    from kiosk.web.voice.clips import VoiceError, render_clips
    from kiosk.web.voice.recordings import to_record
    from kiosk.web.voice.voices import Voices

    assert settings.store.voice is not None
    clips = said(SERVICES).clips
    if as_list:
        recorded = Voices(settings.store.voice, settings.voice.recorded).recorded
        click.echo("\n".join(to_record(clips, recorded)))
        return
    try:
        made = render_clips(clips, settings.store.voice)
    except VoiceError as error:
        _finding(str(error))
    click.echo(f"{len(made)} clips made in {settings.store.voice}")


@main.group()
def journal() -> None:
    """Prove or export the journal."""


@journal.command()
@with_settings
def verify(settings: Settings) -> None:
    """Recompute every journal from its records alone: chain, totals, and all tables that follow from them."""
    with _journal(settings) as (connection, key):
        found = examine(connection, key, BOOKS, _progress)
    for fault in found.faults:
        click.echo(f"{JOURNAL_FILE}: {fault}")
    for proof in found.proofs:
        where = "" if proof.key == key else f"earlier journal {proof.key.journal_id.hex()}: "
        for finding in proof.findings:
            click.echo(f"{where}record {finding.seq}: {finding.code}: {finding.detail}")
        if proof.holds:
            head = f"{proof.head_seq}-{proof.head_hash[:4].hex()}"
            click.echo(f"{where}{proof.records} records hold; head {head}")
    if not found.holds:
        sys.exit(1)


@journal.command()
@click.option("--after", type=click.IntRange(0, 2**63 - 1), default=0, help="Only records after this seq.")
@click.option("--history", is_flag=True, help="First what came back from the office of earlier journals.")
@with_settings
def export(settings: Settings, after: int, history: bool) -> None:
    """Print the records as JSON lines."""
    with _journal(settings) as (connection, key):
        if history:
            for line in _earlier_lines(settings.store.folder / CATALOGUE_FILE):
                click.echo(line)
        for line in export_lines(connection, key, after):
            click.echo(line)


def _earlier_lines(catalogue: Path) -> Iterator[str]:
    if not holds_something(catalogue):
        return
    with reading(catalogue) as connection:
        yield from earlier_lines(connection)


@contextmanager
def _journal(settings: Settings) -> Iterator[tuple[sa.Connection, JournalKey]]:
    """This kiosk's journal, read-only; a finding if there is none or it is no database."""
    path = settings.store.folder / JOURNAL_FILE
    try:
        key = read_identity(settings.store.folder).journal
        if not holds_something(path):
            _finding(f"{path}: no journal yet")
        with reading(path) as connection:
            yield connection, key
    except NotEnrolled:
        _finding(f"{settings.store.folder}: not enrolled; run: kiosk enrol CODE")
    except UNREADABLE as error:
        _finding(f"{path}: {reason_of(error)}")


def _progress(seq: int) -> None:
    if sys.stderr.isatty() and seq % 100_000 == 0:
        click.echo(f"{seq} records so far", err=True)


def _finding(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)


def _usage(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(2)
