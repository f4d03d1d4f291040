"""The `kiosk-sync` command. Exit 0: good; 1: a finding; 2: bad usage or configuration."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial, update_wrapper
from pathlib import Path
from typing import Any

import click

from kiosk.common.books import Kinds
from kiosk.plain.logs import log_beside_output
from kiosk.plain.service_manager import keep_telling
from kiosk.settings import Settings, SettingsError, load
from kiosk.store.users import EXCHANGE, for_good, forbidden, of_a_store, work_in
from sync.agent import Agent, store_faults_named
from sync.enrolling.enrol import enrol as enrol_here
from sync.errors import NotEnrolled, SyncError, WrongCode
from sync.terminal import progress_line

IN_THE_CLEAR = "https is allowed, and http on this machine; or http anywhere with insecure_http = true"

DEFAULT_CONFIG = Path("/etc/neighbourhood-card/kiosk.toml")


@click.group()
@click.option(
    "--config", type=click.Path(path_type=Path), default=DEFAULT_CONFIG, show_default=True, help="kiosk.toml"
)
def main(config: Path) -> None:
    """Joins a kiosk to its office: sends what happened, fetches people, prices and rights."""
    log_beside_output()


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Hand a command its settings, as the service's user, and give every error its exit code."""

    @click.pass_context
    def loaded(context: click.Context, /, **options: Any) -> None:
        try:
            settings = load(context.find_root().params["config"], None)
            work_in(settings.store.folder, EXCHANGE, of_a_store, partial(click.echo, err=True))
            command(settings, **options)
        except (SettingsError, NotEnrolled, WrongCode) as error:
            click.echo(error, err=True)
            sys.exit(2)
        except PermissionError as error:
            click.echo(forbidden(error), err=True)
            sys.exit(1)
        except SyncError as error:
            hint = " (trying again can help)" if error.transient else ""
            click.echo(f"{error}{hint}", err=True)
            sys.exit(1)

    return update_wrapper(loaded, command)


@main.command()
@with_settings
def run(settings: Settings) -> None:
    """Keep in step with the office until told to stop."""
    for_good()
    socket = Path(settings.sync.socket) if settings.sync.socket else None
    with closing(_agent(settings, socket)) as agent:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: agent.stop())
        click.echo(f"{agent.enrolment.name} at {agent.enrolment.site}: in step with {agent.office}", err=True)
        if settings.sync.exposes(agent.office):
            click.echo(f"sync.office = {agent.office}: {IN_THE_CLEAR}", err=True)
        agent.run(keep_telling)


@main.command()
@with_settings
def once(settings: Settings) -> None:
    """Send all there is, fetch all there is, and end."""
    with closing(_agent(settings)) as agent:
        agent.once(_show)


@main.command()
@click.argument("code")
@click.option("--again", is_flag=True, help="Replace an enrolment that is there, and begin a new journal.")
@with_settings
def enrol(settings: Settings, code: str, again: bool) -> None:
    """Introduce this kiosk to the office with the CODE that the office gave out."""
    if not settings.sync.office:
        raise SettingsError("sync.office: the office's URL is needed to enrol")
    if settings.sync.exposes(settings.sync.office):
        raise SettingsError(f"sync.office = {settings.sync.office}: {IN_THE_CLEAR}")
    enrolment = enrol_here(
        settings.store.folder, settings.sync.office, code, again=again, ca=settings.sync.ca
    )
    click.echo(f"enrolled as {enrolment.name} at {enrolment.site}, journal {enrolment.journal_id}")


@main.command("rotate-key")
@with_settings
def rotate_key(settings: Settings) -> None:
    """Go on under another key of this kiosk; the old one is worth nothing afterwards."""
    with closing(_agent(settings)) as agent:
        agent.rotate_key()
        click.echo(f"this kiosk's key is {agent.enrolment.device_id} now")


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@with_settings
def bundle(settings: Settings, path: Path) -> None:
    """No network: exchange with the office by the memory stick at PATH, which goes there and comes back."""
    from sync.bundle.kiosk import KioskBundle
    from sync.bundle.report import Report
    from sync.bundle.stick import Stick

    with closing(_agent(settings)) as agent, progress_line() as progress:
        report = Report(tell=lambda text: click.echo(text, err=True), progress=progress)
        with store_faults_named():
            KioskBundle(agent, Stick(path), report).run()
    click.echo(f"{report.read} answers applied, {report.written} requests to carry to the office")
    if report.left_alone:
        click.echo(f"{report.left_alone} files of other kiosks left alone")
    sys.exit(1 if report.findings else 0)


def _agent(settings: Settings, socket: Path | None = None) -> Agent:
    return Agent(
        settings.store.folder, settings.sync.office, ca=settings.sync.ca, socket=socket, kinds=_kinds
    )


def _kinds() -> Sequence[Kinds]:
    """Loaded where they are wanted: with them comes all that the counter shows."""
    from kiosk.services.listed import KINDS

    return KINDS


def _show(stage: str, done: int, left: int) -> None:
    remaining = f", {left} to go" if left else ""
    click.echo(f"{stage}: {done}{remaining}", err=True)


if __name__ == "__main__":
    main()
