"""A real kiosk and its sync process in a folder, on a clock and a disk that the scenario owns."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from drivers.contracts import Authentication, CardFamily, CardTap
from kiosk.app import Kiosk
from kiosk.common.board import Board
from kiosk.common.claims import NONE
from kiosk.common.clock import TimeSource
from kiosk.common.outcomes import Outcome
from kiosk.common.sync_process import Question
from kiosk.ledger.accounts import Account
from kiosk.ledger.asking import UNREACHABLE
from kiosk.ledger.asking import Answer as Told
from kiosk.ledger.errors import JournalUnwritable
from kiosk.people.cards import nfc_token
from kiosk.plain.refusals import Refusal
from kiosk.services.charging.actions import Charging
from kiosk.services.charging.running.progress import FILE as PROGRESS
from kiosk.services.charging.service import CHARGING, Boxes
from kiosk.services.contract import Service
from kiosk.services.listed import SERVICES
from kiosk.settings import KioskSection, Settings, StoreSection
from sync.agent import Agent
from sync.enrolling.enrol import enrol
from sync.enrolling.enrolment import read_enrolment
from sync.errors import SyncError
from tests.factories import uid_of
from tests.services.coffee_machine.actions import Coffee
from tests.services.coffee_machine.people import MachineBeside, with_machine
from tests.services.coffee_machine.service import COFFEE
from tests.services.three import THREE, VISITS, holder
from tests.services.time_purse.records import TIME_GIVEN, TimeMoved, given
from tests.simulation.charging.shelter import METERED, NEVER_S, Shelter, pace_s
from tests.simulation.machine.files import copy_folder, is_synced, query, replace_folder
from tests.simulation.office import URL

JOURNAL, CATALOGUE = "journal.db", "catalogue.db"


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody at the counter saw; `died`: nothing any more, for the power went."""

    outcome: Outcome | None
    died: bool = False


class _Asking:
    """The sync process answers the counter's questions, without the socket between them."""

    def __init__(self, agent: Callable[[], Agent]) -> None:
        self._agent = agent

    def ask(self, account: Account, need_fen: int, *, resident_id: int, day: str, meal: str) -> Told:
        question = Question(
            account=account, need_fen=need_fen, resident_id=resident_id, day=day, meal=meal, until_s=math.inf
        )
        agent = self._agent()
        try:
            with agent._asked_transport() as transport:
                return agent._answer_counter(question, transport)
        except SyncError:
            return UNREACHABLE


class _Screen(Board):
    """The kiosk's board, which remembers the last answer; none if it was only shown again."""

    outcome: Outcome | None = None

    def show(self, outcome: Outcome) -> None:
        super().show(outcome)
        self.outcome = outcome

    def repeat(self, *, slowly: bool = False) -> None:
        super().repeat(slowly=slowly)
        self.outcome = None


class SimKiosk:
    """One counter. `now_ms` is true time; the kiosk's own is what its clock says."""

    def __init__(self, folder: Path, name: str, site: str, now_ms: Callable[[], int]) -> None:
        self.folder, self.name, self.site, self._true_ms = folder, name, site, now_ms
        self.url = URL.format(kiosk=name)
        self.clock_error_ms = 0
        self.drift_ppm = 0
        self.heard = False  # the office, in this boot
        self.boots = 0
        self.cut_at: int | None = None  # the power goes at this statement of what is done next
        self.running = False
        self._durable = True
        self.machine = MachineBeside()
        self.shelter = Shelter(name, now_ms(), is_metered=site in METERED)
        self.services = (
            *(self._with_sockets(each) if each is CHARGING else each for each in SERVICES),
            *(self._in_town(each.service) for each in THREE),
        )
        self._image = folder.with_name(f"{folder.name}-image")

    @property
    def device_id(self) -> bytes:
        return bytes.fromhex(read_enrolment(self.folder)[0].device_id)

    def enrol(self, code: str) -> None:
        enrol(self.folder, self.url, code)
        self.settings = self.settings_in(self.folder)

    def settings_in(self, folder: Path) -> Settings:
        """What the configuration on this card says, wherever it runs."""
        store = StoreSection(folder=folder, voice=folder / "voice")
        return Settings(kiosk=KioskSection(name=self.name, site=self.site), store=store)

    def boot(self) -> None:
        self.boots += 1
        self._booted_ms = self._true_ms() - 20_000
        self.heard = False
        source = TimeSource(f"{self.name}-{self.boots}", self._wall_ms, self._monotonic_ms, battery=False)
        self.kiosk = Kiosk(self.settings, lambda *_: (), source, self.services)
        self.kiosk._asking = _Asking(lambda: self.agent)
        self.screen = _Screen(self.kiosk.board.standing)
        self.kiosk.board = self.kiosk.taps._board = self.screen
        self.running = True
        self.look()
        connection = self._connection()
        self._durable = connection is None or is_synced(connection)
        kinds = [each.kinds for each in self.services]
        self.agent = Agent(self.folder, self.url, source, kinds=lambda: kinds)
        self.agent.history_stage._monotonic_s = lambda: self._monotonic_ms() / 1000

    def look(self) -> None:
        """What the kiosk's own loop does twice a second."""
        self.kiosk._next_try_s = self.kiosk._next_renewal_s = 0.0
        with suppress(JournalUnwritable):  # the loop logs it and looks again
            self.kiosk.look()
            self._hear_machine()
            self.look_at_sockets()

    def look_at_sockets(self) -> float:
        """What they say, and what charging makes of it; returns in how many seconds to look again."""
        opened = self.kiosk._open
        if opened is None:
            return NEVER_S
        charging = opened[Charging]
        with suppress(Refusal):  # of a disk that takes nothing: it is tried again
            for event in self.shelter.box.heard():
                charging.heard(event)  # type: ignore[arg-type]
            charging.step()
        return min((pace_s(each) for each in charging.sockets()), default=NEVER_S)

    @property
    def is_charging(self) -> bool:
        """Whether money is set aside for it, or current may flow."""
        opened = self.kiosk._open
        return self.shelter.is_on or (
            opened is not None and any(each.order for each in opened[Charging].sockets())
        )

    def _with_sockets(self, service: Service) -> Service:
        return replace(service, devices=lambda *_: [Boxes([self.shelter.box])])

    def _in_town(self, service: Service) -> Service:
        """Taps are the canteen's here: whoever wants something else says so."""
        return replace(with_machine(self.machine) if service is COFFEE else service, claims=NONE)

    def _hear_machine(self) -> None:
        opened = self.kiosk._open
        for each in self.machine.answers() if opened is not None else ():
            with suppress(Refusal):  # of a disk that takes nothing: it is asked again
                opened[Coffee].ended(each)

    def _wall_ms(self) -> int:
        return self._true_ms() + self.clock_error_ms

    def _monotonic_ms(self) -> int:
        """Since the boot, by a crystal that runs a little fast or slow."""
        true_ms = self._true_ms() - self._booted_ms
        return true_ms + true_ms * self.drift_ppm // 1_000_000

    # What people do

    def tap(self, card: int) -> Answer:
        event = CardTap(
            uid=uid_of(card),
            family=CardFamily.NTAG21X,
            authentication=Authentication.NOT_OFFERED,
            signed_record=None,
            monotonic_ms=self._monotonic_ms(),
        )

        def lay_down() -> Outcome | None:
            self.kiosk.taps.handle(event)
            return self.screen.outcome

        return self.do(lay_down)

    def do(self, work: Callable[[], Outcome | None]) -> Answer:
        """Let something happen at the counter, unless or until the power goes."""
        if self.cut_at is None:
            return Answer(work())
        at, self.cut_at = self.cut_at, None
        seen = 0

        def look(_statement: str) -> None:
            nonlocal seen
            seen += 1
            if seen == at:
                self._copy(self._image)

        connection = self._connection()
        if connection is not None:
            connection.set_trace_callback(look)
        outcome = work()
        if connection is not None:
            connection.set_trace_callback(None)
        if seen >= at:
            self.lose_power(self._image)
            return Answer(None, died=True)
        self.lose_power()
        return Answer(outcome)

    def sync(self) -> str:
        """One round of the sync process, both ways; returns what went wrong, or nothing."""
        try:
            self.agent.once()
        except SyncError as error:
            return error.code
        self.heard = True
        return ""

    def confirm_meal(self, day: date, meal: str) -> None:
        """Staff say which meal it is; a disk that takes nothing does not take that either."""
        with suppress(Refusal):
            self.kiosk.confirm_meal(day, meal, f"{self.name} {self.boots} {day} {meal} {self._true_ms()}")

    def visit(self, what: str, card: int, request_id: str) -> Answer:
        """Somebody comes for a service that only the tests know. Nothing is brewed without power."""
        before = dict(self.machine.states)

        def come() -> Outcome | None:
            return self.kiosk.desk.answer(
                lambda counter: VISITS[what](counter, holder(counter, nfc_token(uid_of(card))), request_id)
            )

        answer = self.do(come)
        if answer.died:
            self.machine.states = before
        return answer

    def write_hours(self, resident: int, minutes: int) -> None:
        """A record that no screen made, as of an older release."""
        body = TimeMoved(resident, self.site, minutes)
        with suppress(Refusal):  # of a disk that takes nothing
            counter = self.kiosk.counter()
            with counter.journal.writing() as writing:
                writing.append(*TIME_GIVEN, body, *given(body), at=counter.clock.now())

    # What happens to the machine

    def lose_power(self, image: Path | None = None) -> None:
        """End everything at once; the disk is as it was when the image was taken, or now."""
        if image is None:
            image = self._image
            self._copy(image)
        self.shut_down()
        replace_folder(self.folder, image)

    def shut_down(self) -> None:
        if self.running:
            self.running = False
            self.agent.close()
            if self.kiosk._open is not None:
                self.kiosk._open.close()

    def fill_disk(self) -> None:
        connection = self._connection()
        if connection is not None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count={pages}")

    def free_disk(self) -> None:
        connection = self._connection()
        if connection is not None:
            connection.execute("PRAGMA max_page_count=1073741823")
            connection.execute("PRAGMA query_only=0")

    def freeze_disk(self) -> None:
        """The file system has gone read-only."""
        connection = self._connection()
        if connection is not None:
            connection.execute("PRAGMA query_only=1")

    def lose_catalogue(self) -> None:
        self.shut_down()
        for path in self.folder.glob(f"{CATALOGUE}*"):
            path.unlink()

    def lose_progress(self) -> None:
        self.shut_down()
        for path in self.folder.glob(f"{PROGRESS}*"):
            path.unlink()

    def spoil(self, statement: str) -> None:
        """Change the file while nobody has it open."""
        self.shut_down()
        with closing(sqlite3.connect(self.folder / JOURNAL)) as base, base:
            base.execute(statement)

    def keep_image(self, target: Path) -> None:
        """A copy of the whole folder, as somebody makes of an SD card."""
        self._copy(target)

    def put_back(self, image: Path) -> None:
        self.shut_down()
        replace_folder(self.folder, image)

    # What the oracle reads

    def new_facts(self, heads: dict[bytes, int]) -> list[tuple[bytes, int, bytes]]:
        """Records past these heads in the order of their journals: (journal, seq, raw)."""
        opened = self.kiosk._open
        known = dict.fromkeys(heads)
        if opened is not None:
            known[opened.journal.key.journal_id] = None
        return [
            (journal_id, seq, raw)
            for journal_id in known
            for seq, raw in query(self.folder / JOURNAL, _AFTER, journal_id, heads.get(journal_id, 0))
        ]

    @property
    def journal_id(self) -> bytes | None:
        """The journal that is open; none on a disk that gives none."""
        opened = self.kiosk._open
        return opened.journal.key.journal_id if opened is not None else None

    def ask(self, file: str, statement: str, *values: object) -> list[tuple]:
        """A database of this kiosk as a stranger reads it."""
        return query(self.folder / file, statement, *values)

    def _connection(self) -> sqlite3.Connection | None:
        opened = self.kiosk._open
        if opened is None:
            return None
        return opened.journal._connection.connection.dbapi_connection

    def _copy(self, target: Path) -> None:
        copy_folder(self.folder, target, lose_wal_of=() if self._durable else (JOURNAL,))


_AFTER = "SELECT seq, raw FROM records WHERE region_id = 1 AND journal_id = ? AND seq > ? ORDER BY seq"
