"""The real office in a folder of its own: its process can die and its database can be put back in time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from kiosk.catalogue.items import ItemKind, Kind
from kiosk.ledger.accounts import own_money
from kiosk.ledger.posting import JournalKey
from kiosk.people.residents import Resident
from kiosk.services.charging.items import CHARGING_SITE, SocketPlace
from sync.errors import SyncError
from sync.office.books.exposure import Exposure, exposure
from sync.office.books.verify import verify
from sync.office.catalogue.publishing import publish, shown, withdraw
from sync.office.console.reviewing.suspense.deciding import see_cash
from sync.office.intake import restoring, succession
from sync.office.intake.told import resume
from sync.office.rights import cash, rights
from sync.office.services.charging.phone.asking import CARRIED_OUT_WITHIN_MS, ByPhone
from sync.office.services.listed import SERVICES
from sync.office.serving.app import create_office
from sync.office.settings import DATABASE_FILE, OfficeSettings
from sync.office.store.database import reading, snapshot, writing
from tests.services.three import THREE
from tests.simulation.machine.files import copy_folder, is_synced, query, replace_folder
from tests.simulation.machine.network import Unplugged
from tests.sync.world import OfficeWorld

URL = "http://{kiosk}.office.invalid"


class SimOffice:
    """Answers requests through the whole Flask application. `now_ms` is true time; its own may be wrong."""

    def __init__(self, folder: Path, now_ms: Callable[[], int], **limits: int) -> None:
        """`limits` as in the office's settings."""
        self.folder, self._true_ms, self._limits = folder, now_ms, limits
        self.clock_error_ms = 0
        # In which request from now, and there after the answer, or (above 0) before this statement.
        self.dies_in: int | None = None
        self.dies_at_statement = 0
        self.deaths = self.restores = 0
        self._image = folder.with_name("office-image")
        self._backup = folder.with_name("office-backup")
        self._since_backup: list[Callable[[], object]] = []
        self.start()

    def start(self) -> None:
        settings = OfficeSettings(data=self.folder, threads=2, **self._limits)
        self.app = create_office(settings, (*SERVICES, *(each.at_office for each in THREE)))
        self.office = self.app.extensions["office"]
        self.office.now_ms = self.now_ms
        self.world = OfficeWorld(self.office, URL.format(kiosk="nobody"))
        self.client = self.app.test_client()

    def now_ms(self) -> int:
        return self._true_ms() + self.clock_error_ms

    def stop(self) -> None:
        self.office.close()

    def deliver(self, path: str, body: bytes) -> tuple[int, bytes]:
        """One request. Raises `Unplugged` if the process dies under it."""
        if self.dies_in is None:
            return self._answer(path, body)
        if self.dies_in > 0:
            self.dies_in -= 1
            return self._answer(path, body)
        self.dies_in = None
        if self.dies_at_statement and self._image_at_statement(self.dies_at_statement, path, body):
            self._die()
            raise Unplugged
        answered = self._answer(path, body)
        self._copy(self._image)
        self._die()
        return answered

    def back_up(self) -> None:
        self._copy(self._backup)
        self._since_backup.clear()

    def restore(self) -> bool:
        """Put the last backup in place of the database, as the manual says. False if there is none."""
        if not self._backup.exists():
            return False
        self.restores += 1
        self.stop()
        replace_folder(self.folder, self._backup)
        self.start()
        with writing(self.office.engine) as connection:
            restoring.begin(connection, self.office.region_id, self.now_ms(), "an operator said so")
            resume(connection, self.office.region_id)
        for again in self._since_backup:
            again()
        return True

    def _do(self, work: Callable[[], object]) -> None:
        """Something at the office's desk, to be done again after a restore."""
        work()
        self._since_backup.append(work)

    def publish(self, kind: ItemKind[Any] | str, key: str, value: msgspec.Struct, **options: Any) -> None:
        self._do(lambda: self.world.publish(kind, key, value, **options))

    def withdraw(self, kind: ItemKind[Any], key: str) -> None:
        def work() -> None:
            with writing(self.office.engine) as connection:
                withdraw(connection, self.office.region_id, kind, key)

        self._do(work)

    def enter(self, request: str, account: str, fen: int) -> None:
        """Money taken in at the desk; the same request once more books nothing."""
        self._do(lambda: self.world.enter(request, account, fen))

    def resident(self, number: int, site: str, born: Any) -> None:
        someone = Resident(id=number, name=f"测试{number}", born=born, home_site=site)
        self.publish(Kind.RESIDENT, str(number), someone, label=someone.name)

    def move(self, number: int, site: str, born: Any) -> None:
        someone = Resident(id=number, name=f"测试{number}", born=born, home_site=site)

        def work() -> None:
            with writing(self.office.engine) as connection:
                region_id = self.office.region_id
                publish(connection, region_id, Kind.RESIDENT, str(number), someone, label=someone.name)
                rights.refresh(connection, region_id, [own_money(number)])

        self._do(work)

    def start_by_phone(self, site: str, place: SocketPlace, resident: int, cap_fen: int) -> tuple[str, int]:
        """The button of the office's page, which nobody touches again; returns the order, and until when."""
        region_id, now_ms = self.office.region_id, self.now_ms()
        with writing(self.office.engine) as connection:
            told = shown(connection, region_id, CHARGING_SITE, site)
            asked = ByPhone(connection, region_id, told, place, resident, now_ms)
            return asked.start(cap_fen), self._true_ms() + CARRIED_OUT_WITHIN_MS

    def see_cash(self, device_id: bytes) -> int:
        """All that the office knows of, and once more after a restore. Returns what it was at first; fen."""
        counted: list[int] = []

        def work() -> None:
            region_id = self.office.region_id
            with writing(self.office.engine) as connection:
                fen = cash.of_kiosk(connection, region_id, device_id).to_see_fen
                see_cash(connection, region_id, device_id, fen, self.office.now_ms())
            counted.append(fen)

        self._do(work)
        return counted[0]

    def end_copies(self, device_id: bytes, alive: set[bytes]) -> bool:
        """A person looked for a second kiosk, and there is none. False if there is nothing to end."""
        rows = self.ask("SELECT journal_id FROM journals WHERE device_id = ? AND NOT sealed", device_id)
        there = {journal_id for (journal_id,) in rows}
        if not alive < there:
            return False
        key = JournalKey(self.office.region_id, min(alive))
        with writing(self.office.engine) as connection:
            succession.end_others(connection, key, device_id, clerk="", at_ms=self.now_ms())
        return True

    def exposure(self) -> Exposure:
        """What the office says can be lost at most, as things stand."""
        ration = self.office.settings.ration
        with reading(self.office.engine) as connection:
            return exposure(connection, self.office.region_id, self.now_ms(), ration)

    def ask(self, statement: str, *values: object) -> list[tuple]:
        """The database as a stranger reads it."""
        return query(self.folder / DATABASE_FILE, statement, *values)

    def discrepancies(self) -> list[Any]:
        with snapshot(self.office.engine) as connection:
            return list(verify(connection, self.office.region_id, self.office.offered.derived))

    def _answer(self, path: str, body: bytes) -> tuple[int, bytes]:
        response = self.client.post(path, data=body)
        return response.status_code, response.data

    def _image_at_statement(self, number: int, path: str, body: bytes) -> bool:
        """Answer the request, and keep what was on the disk before its statement of that number."""
        seen = 0

        def look(_connection: object, _cursor: object, *_rest: object) -> None:
            nonlocal seen
            seen += 1
            if seen == number:
                self._copy(self._image)

        raw = self.office.engine.raw_connection()
        driver = raw.driver_connection
        raw.close()  # the pool hands the same connection to the request
        driver.set_trace_callback(look)
        with suppress(SyncError):
            self._answer(path, body)
        driver.set_trace_callback(None)
        return seen >= number

    def _die(self) -> None:
        self.deaths += 1
        self.stop()
        replace_folder(self.folder, self._image)
        self.start()

    def _copy(self, target: Path) -> None:
        raw = self.office.engine.raw_connection()
        synced = is_synced(raw.driver_connection)
        raw.close()
        copy_folder(self.folder, target, lose_wal_of=() if synced else (DATABASE_FILE,))
