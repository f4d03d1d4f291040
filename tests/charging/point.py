"""A charging point in simulated time: a kiosk's folder, its box, and people who come with bicycles."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from drivers.contracts import Happened
from drivers.sim.outlets.battery import Load, load
from kiosk.common.outcomes import Outcome
from kiosk.counter import Counter, open_counter
from kiosk.journal.proof import examine
from kiosk.ledger.accounts import Account, held, own_money, programme, revenue
from kiosk.ledger.asking import Asking
from kiosk.ledger.records import Record, decode
from kiosk.ledger.rights import turnover
from kiosk.ledger.sql import run
from kiosk.people.identify import Identified
from kiosk.people.residents import Resident
from kiosk.plain.refusals import Refusal
from kiosk.services.charging.actions import Charging, Means, SocketView
from kiosk.services.charging.items import (
    CHARGING_SITE,
    CHARGING_TARIFF,
    Basis,
    ChargingSite,
    ChargingTariff,
    SocketPlace,
    Thresholds,
    Tier,
)
from kiosk.services.charging.records import (
    CHARGING_ENDED,
    CHARGING_LATE,
    ChargingEnded,
    decode_ended,
)
from kiosk.services.charging.service import CHARGING
from kiosk.services.contract import offered
from kiosk.services.listed import BOOKS, SERVICES
from tests.charging.box import BoxBeside
from tests.factories import SITE, World, card, resident

WHO, OTHER = 1001, 1002
MONEY_FEN = 10_000
TARIFF = ChargingTariff(
    id="by-energy",
    first_day=date(2026, 1, 1),
    basis=Basis.ENERGY,
    electricity_fen_per_kwh=60,
    service_fen_per_kwh=40,
)
BY_TIME = ChargingTariff(
    id="by-time", first_day=date(2026, 1, 1), basis=Basis.TIME, tiers=(Tier(1200, 20, 10),)
)
ELECTRICITY, SERVICE = revenue("charging_electricity", SITE), revenue("charging_service", SITE)


def place(number: int, box: str = "east") -> SocketPlace:
    return SocketPlace(box=box, number=number, label=f"A{number}", column=number)


@dataclass
class Point:
    """`tick_s` is how often the box looks at its sockets; the kiosk steps as often."""

    world: World
    tariff: ChargingTariff = TARIFF
    thresholds: Thresholds = field(default_factory=Thresholds)
    tick_s: float = 1.0
    beside: Callable[[Callable[[], int]], Any] = BoxBeside
    shown: list[Outcome] = field(default_factory=list)
    asking: Asking | None = None

    def __post_init__(self) -> None:
        self.box = self.beside(lambda: self.world.time.monotonic_ms)
        self.publish()
        self.counter = self.open()
        self.pass_by(self.tick_s)

    @property
    def folder(self) -> Path:
        return self.world.folder

    def publish(self) -> None:
        """What the office tells this point."""
        self.world.publish(CHARGING_SITE, {SITE: self.site()})
        self.world.publish(CHARGING_TARIFF, {self.tariff.id: self.tariff})
        self.world.add(resident(WHO), fen=MONEY_FEN)
        self.world.add(resident(OTHER), fen=MONEY_FEN)

    def site(self) -> ChargingSite:
        sockets = tuple(place(number, self.box.name) for number in self.box.all)
        return ChargingSite(site=SITE, sockets=sockets, thresholds=self.thresholds)

    def open(self) -> Counter:
        charging = replace(CHARGING, opens=lambda here: [Charging(here, [self.box])], devices=lambda *_: ())
        services = [charging if each.name == CHARGING.name else each for each in SERVICES]
        return open_counter(
            self.world.settings(), offered(services), self.world.time.source(), asking=self.asking
        )

    @property
    def charging(self) -> Charging:
        return self.counter[Charging]

    # What time brings.

    def pass_by(self, seconds: float) -> None:
        """Time for kiosk and box."""
        passed = 0.0
        while passed < seconds:
            self.away(self.tick_s)
            self.look()
            passed += self.tick_s

    def away(self, seconds: float) -> None:
        """Time for the box alone, in which no kiosk runs."""
        self.world.time.advance(seconds=seconds)
        self.box.run(seconds)

    def look(self) -> None:
        for event in self.box.heard():
            self.hear(event)
        self.charging.step()

    def hear(self, event: Happened) -> None:
        outcome = self.charging.heard(event)
        if outcome is not None:
            self.shown.append(outcome)

    def restart(self, *, off_s: float = 0.0, reboots: bool = False) -> None:
        """The kiosk's process ends and begins again; `reboots`: its machine too."""
        self.counter.close()
        for _ in range(int(off_s // 5)):
            self.away(5)
        if reboots:
            self.world.time.boot_id += "+"
            self.world.time.monotonic_ms = 5_000
            for socket in self.box.all.values():
                socket.kept_ms, socket.order = 0, ""
        self.counter = self.open()

    def close(self) -> None:
        self.counter.close()

    def thresholds_to(self, **changes: object) -> None:
        """The office says so from now on."""
        self.thresholds = msgspec.structs.replace(self.thresholds, **changes)
        self.world.publish(CHARGING_SITE, {SITE: self.site()})
        self.charging.step()

    # What people do.

    def plug(self, number: int, what: str | Load = "bicycle", charge_percent: float = 30.0) -> None:
        self.box.all[number].load = load(what, charge_percent) if isinstance(what, str) else what

    def unplug(self, number: int) -> None:
        self.box.all[number].load = None

    def start(self, number: int = 1, who: int = WHO, **more: object) -> str:
        """The code of the answer."""
        return self.asked(
            lambda: self.charging.start(
                self.payer(who), f"A{number}", at=self.counter.clock.now(), **{"means": Means.CARD} | more
            )  # type: ignore[arg-type]
        )

    def stop(self, number: int = 1, by: int = WHO) -> str:
        return self.asked(lambda: self.charging.stop(f"A{number}", by=by, at=self.counter.clock.now()))

    def tap(self, who: int = WHO) -> str:
        """A card, as the tap loop would have it answered."""
        tapped = Identified(self.payer(who), card(who), card(who).level)

        def answer() -> Outcome:
            awaited = self.charging.awaited(tapped)
            return awaited or self.charging.answer(tapped, self.counter.clock.now())

        return self.asked(answer)

    def asked(self, ask: Callable[[], Outcome]) -> str:
        try:
            outcome = ask()
        except Refusal as refusal:
            return refusal.code
        self.shown.append(outcome)
        return outcome.code

    def payer(self, who: int) -> Resident:
        found = self.counter.catalogue.resident(who)
        assert found is not None
        return found

    def view(self, number: int = 1) -> SocketView:
        return self.charging.socket(f"A{number}")

    # What the books say.

    def fen(self, account: Account) -> int:
        """With the money that the office had brought along."""
        with self.counter.journal.writing() as writing:
            moved = turnover(writing.connection, writing.key, account)
        brought = MONEY_FEN if account in (own_money(WHO), own_money(OTHER)) else 0
        return brought + moved.credits - moved.debits

    def books(self, who: int = WHO) -> tuple[int, int, int, int]:
        """Own money, held, electricity, service."""
        return (
            self.fen(own_money(who)),
            self.fen(held(who)),
            self.fen(ELECTRICITY),
            self.fen(SERVICE),
        )

    def records(self, *kinds: tuple[str, int]) -> list[Record]:
        with self.counter.reader.connect() as connection, connection.begin():
            rows = run(connection, _RECORDS, ())
        found = [decode(raw) for (raw,) in rows]
        return [each for each in found if not kinds or (each.kind, each.version) in kinds]

    def ends(self) -> list[ChargingEnded]:
        return [decode_ended(each.body) for each in self.records(CHARGING_ENDED)]

    def late(self) -> int:
        return len(self.records(CHARGING_LATE))

    def prove(self) -> None:
        """The journal holds, and nothing is energised for nobody."""
        with closing(self.counter.reader.connect()) as connection, connection.begin():
            examined = examine(connection, self.counter.journal.key, BOOKS)
            assert examined.holds, examined
        for number, socket in self.box.all.items():
            assert not socket.order or self.view(number).order == socket.order


_RECORDS = "SELECT raw FROM records ORDER BY journal_id, seq"
PROGRAMME = programme("elder-charging")
