"""An office and a kiosk that list the same services, for stories from a touch to a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import click
import msgspec
from click.testing import CliRunner

from kiosk.app import Kiosk, create_app
from kiosk.catalogue.items import Kind
from kiosk.ledger.accounts import own_money
from kiosk.services.contract import Service, sections
from kiosk.services.listed import SERVICES as AT_KIOSKS
from kiosk.settings import OutletSection, Settings, load
from sync.agent import Agent
from sync.enrolling.enrol import enrol
from sync.office.commands.opening import Invocation
from sync.office.services.contract import OfficeService, offered
from sync.office.services.listed import SERVICES as AT_OFFICE
from sync.wire.transport import Transport
from tests.factories import SITE, TestTime, card, resident, site, tariff
from tests.office.books import Books, open_books
from tests.services.test_left_out import TAP, WHO
from tests.sync.world import OfficeWorld, served

MINUTES_MS = count(60_000, 60_000)  # far enough apart to be no slip of a card


@contextmanager
def office_with(
    folder: Path, *services: OfficeService, database: str = "", listed: Sequence[OfficeService] = AT_OFFICE
) -> Iterator[tuple[Books, OfficeWorld]]:
    """An office with a site, its prices, and somebody with a card and money."""
    with open_books(folder, database, (*listed, *services)) as books, served(books.app) as url:
        office = OfficeWorld(books.office, url)
        office.publish(Kind.SITE, SITE, site())
        for rule in tariff():
            office.publish(Kind.TARIFF, rule.id, rule)
        office.publish(Kind.RESIDENT, str(WHO), resident(WHO))
        office.publish(Kind.CARD, card(WHO).token, card(WHO))
        office.enter("opening", own_money(WHO), 10_000)
        yield books, office


class Counter:
    """A kiosk that runs, with services of the tests, and its sync process."""

    def __init__(
        self,
        folder: Path,
        office: OfficeWorld,
        *services: Service,
        outlets: tuple[OutletSection, ...] = (),
        sections: str = "",
        listed: Sequence[Service] = AT_KIOSKS,
    ) -> None:
        self.folder, self._services, self.time = folder, (*listed, *services), TestTime()
        self._outlets, self._sections = outlets, sections
        folder.mkdir()
        enrol(folder, office.url, office.code("kiosk", SITE))
        self._agent, self._transport = Agent(folder), Transport(office.url)
        self.pull()
        self.kiosk = self._opened()

    def tap(self) -> str:
        self.kiosk.taps.handle(replace(TAP, monotonic_ms=next(MINUTES_MS)))
        return self.kiosk.board.recent[0].code

    def push(self) -> None:
        self._agent.push_all(self._transport, lambda *_: None)

    def pull(self) -> None:
        self._agent.pull_all(self._transport, lambda *_: None)

    def restart(self) -> None:
        self.kiosk.stop()
        self.kiosk = self._opened()

    def list(self, service: Service) -> None:
        """One more service from now on."""
        self._services = (*self._services, service)
        self.restart()

    def close(self) -> None:
        self._transport.close()
        self._agent.close()
        self.kiosk.stop()

    def _read(self) -> Settings:
        """`kiosk.toml`, with the `sections` of services."""
        path = self.folder.with_suffix(".toml")
        store = f'[store]\nfolder = "{self.folder}"\nvoice = "{self.folder}"\n'
        path.write_text(f'[kiosk]\nname = "kiosk"\nsite = "{SITE}"\n{store}{self._sections}')
        return load(path, sections(self._services))

    def _opened(self) -> Kiosk:
        settings = msgspec.structs.replace(self._read(), outlets=self._outlets)
        kiosk = create_app(settings, lambda *_: [], self.time.source(), self._services)
        kiosk.start()
        return kiosk


def reported(folder: Path, command: click.Command, *services: OfficeService, database: str = "") -> str:
    """What a report of the office in `folder` says."""
    config = folder.with_suffix(".toml")
    config.write_text(f'[office]\ndata = "{folder}"\n' + (f'database = "{database}"\n' if database else ""))
    invocation = Invocation(config, offered((*AT_OFFICE, *services)))
    try:
        return CliRunner().invoke(command, obj=invocation, catch_exceptions=False).output
    finally:
        invocation.close()
