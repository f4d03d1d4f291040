"""What the `office` commands share: exit codes, errors in one line, and the office that they open."""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import click
import sqlalchemy as sa

from kiosk.common.clock import unix_ms
from kiosk.plain.refusals import Refusal
from kiosk.settings import SettingsError
from kiosk.store.users import OFFICE, forbidden, of_the_office, work_in
from sync.errors import SyncError
from sync.office.office import Offered, Office
from sync.office.people.access.audit import Deed, write
from sync.office.settings import OfficeSettings, load
from sync.office.store.region_map import RegionMap

FINDING, BAD_USAGE = 1, 2
TERMINAL = "terminal: "  # before the name of the machine's user, who is no clerk
EXPECTED = (OSError, Refusal, SyncError, sa.exc.SQLAlchemyError)  # the world's doing, not ours


class Commands(click.Group):
    """Ends every command with an exit code, and with one line if something is wrong."""

    group_class = type  # groups within are of this kind too

    def resolve_command(
        self, context: click.Context, words: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(context, words[0]) is None:
            allowed = ", ".join(self.list_commands(context))
            raise click.UsageError(f"{words[0]}: no such command; allowed are {allowed}")
        return super().resolve_command(context, words)

    def main(self, *args: Any, **options: Any) -> NoReturn:
        try:
            answer = super().main(*args, **{**options, "standalone_mode": False})
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.ctx.get_help() if error.ctx else "", err=True)
            sys.exit(BAD_USAGE)
        except click.Abort:
            _end("stopped", FINDING)
        except click.ClickException as error:
            _end(error.format_message(), error.exit_code)
        except SettingsError as error:
            _end(str(error), BAD_USAGE)
        except PermissionError as error:
            _end(forbidden(error), FINDING)
        except EXPECTED as error:
            _end(str(getattr(error, "orig", error)).strip() or type(error).__name__, FINDING)
        sys.exit(answer if isinstance(answer, int) else 0)


def _end(message: str, code: int) -> NoReturn:
    click.echo(f"office: {' '.join(message.split())}", err=True)
    sys.exit(code)


@dataclass
class Invocation:
    """What a command works with; nothing is opened before it is asked for."""

    config: Path
    offered: Offered
    opened: list[Office] = field(default_factory=list)

    @cached_property
    def settings(self) -> OfficeSettings:
        return load(self.config)

    @property
    def region_map(self) -> RegionMap:
        """Where each region lies, for commands that are about several."""
        if self.settings.region_map is None:
            raise click.UsageError("`regions` in office.toml must name the file that says where regions lie")
        return self.settings.region_map

    @cached_property
    def office(self) -> Office:
        """An office that exists."""
        self.require()
        return self.open()

    def require(self) -> None:
        """A mistyped folder must not quietly become a new office."""
        self.enter()
        if not self.settings.key_file.exists():
            raise click.ClickException(f"{self.settings.data}: no office here yet; run `office init` first")

    def open(self) -> Office:
        self.enter()
        office = Office(self.settings, self.offered)
        self.opened.append(office)
        return office

    @property
    def who(self) -> str:
        """Whoever types, as the audit log names them."""
        return f"{TERMINAL}{os.environ.get('SUDO_USER') or getpass.getuser()}"

    def note(self, connection: sa.Connection, what: str, **about: object) -> None:
        """Write down what was typed, the last thing in its transaction."""
        told = {name: str(value) for name, value in about.items() if value not in (None, "", False)}
        deed = Deed(who=self.who, what=f"office {what}", about=told)
        write(connection, self.settings.region_id, deed, unix_ms())

    def enter(self) -> None:
        """Go on as the office's own user."""
        work_in(self.settings.data, OFFICE, of_the_office, lambda text: click.echo(text, err=True))

    def close(self) -> None:
        for office in self.opened:
            office.close()


pass_invocation = click.make_pass_decorator(Invocation)
