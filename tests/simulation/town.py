"""The whole town: one office, its kiosks, the network between them, and the oracle that watches."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
import requests

from kiosk.catalogue.items import Kind
from kiosk.catalogue.pricing.tariffs import Share, TariffRule
from kiosk.counter import Counter as KioskCounter
from kiosk.people.cards import Card, CardLevel, nfc_token
from kiosk.services.charging.items import CHARGING_SITE, CHARGING_TARIFF
from sync.office.catalogue.publishing import site_scope
from tests.factories import site, uid_of
from tests.simulation.charging.told import charging_site, tariffs
from tests.simulation.judged.oracle import NOTHING, Broken, Chain, Fact, Oracle, Wish
from tests.simulation.judged.sessions import Sessions
from tests.simulation.kiosk import Answer, SimKiosk
from tests.simulation.machine.network import Network
from tests.simulation.office import SimOffice
from tests.simulation.steps import BEGIN_MS, MINUTE_MS, Scenario, clock_words

FIRST_PRICES = {
    "lunch-60": (1500, 1000),
    "dinner-60": (800, 300),
    "lunch": (1500, 1500),
    "dinner": (800, 800),
}


class Town:
    """Everything that a step may touch. Made within `the_machine`."""

    def __init__(self, folder: Path, scenario: Scenario, **limits: int) -> None:
        self.at_ms = 0
        self.steps_done = 0
        self.largest_loss_fen = self.stated_loss_fen = 0  # the largest seen, and what the office said then
        self.trace: list[str] = []
        self.faults: Counter[tuple[str, str]] = Counter()
        self.detections: Counter[str] = Counter()
        self.oracle = Oracle()
        self.sessions = Sessions(self.oracle.went_back)
        self.cards: dict[int, int] = {}  # card -> resident
        self.answers: dict[str, str] = {}  # request id -> receipt
        self.office = SimOffice(folder / "office", self.now_ms, **limits)
        self.network = Network(self.office.deliver, self.count)
        self.kiosks = {
            name: SimKiosk(folder / f"kiosk-{name}", name, where, self.now_ms)
            for name, where in scenario.kiosks
        }
        self.folder = folder
        self.images: dict[str, Chain] = {}  # old SD cards, and how far they go
        self.to_be_found: dict[str, bytes] = {}  # kiosk -> the journal of which the office has more than it

    def now_ms(self) -> int:
        """True time, Unix ms."""
        return BEGIN_MS + self.at_ms

    def begin(self, scenario: Scenario) -> None:
        """Publish what a town needs, enrol the kiosks and switch them on."""
        for name in sorted({where for _, where in scenario.kiosks}):
            self.office.publish(Kind.SITE, name, site(name))
        self.open_shelters()
        self.set_prices(FIRST_PRICES)
        for number, home, year, opening_fen in scenario.residents:
            self.oracle.born[number] = year
            self.office.resident(number, home, date(year, 1, 1))
            self.issue_card(number, number)
            self.book(number, opening_fen, f"opening {number}")
        for minutes, kiosk in enumerate(self.kiosks.values(), start=-len(self.kiosks)):
            self.at_ms = minutes * MINUTE_MS
            kiosk.enrol(self.office.world.code(kiosk.name, kiosk.site))
            self.boot(kiosk)
            self.exchange(kiosk)
            self.oracle.heard(kiosk.name)

    def close(self) -> None:
        for kiosk in self.kiosks.values():
            kiosk.shut_down()
        self.office.stop()

    @contextmanager
    def wired(self) -> Iterator[None]:
        """Requests go through this town's network."""
        with patch.object(requests.Session, "get_adapter", lambda _session, url: self.network.adapter(url)):
            yield

    def say(self, where: str, words: str) -> None:
        """A line of the story."""
        self.trace.append(f"{clock_words(self.at_ms)} {f'kiosk {where}' if where else 'office'}: {words}")

    def count(self, kind: str, fault: str) -> None:
        """A fault that struck."""
        self.faults[kind, fault] += 1

    @property
    def trace_hash(self) -> str:
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    # What the office does

    def set_prices(self, prices: dict[str, tuple[int, int]]) -> None:
        self.oracle.prices.append(prices)
        for rule, (full, own) in prices.items():
            meal, _, elder = rule.partition("-")
            ages = {"from_age": 60} if elder else {"to_age": 59}
            shares = (Share("elder-meals", full - own),) if full > own else ()
            first = date(2026, 1, 1)
            value = TariffRule(
                id=rule, meal=meal, first_day=first, full_fen=full, own_fen=own, shares=shares, **ages
            )
            self.office.publish(Kind.TARIFF, rule, value)

    def open_shelters(self) -> None:
        """Sockets at every kiosk."""
        for name in sorted({kiosk.site for kiosk in self.kiosks.values()}):
            there = [kiosk.name for kiosk in self.kiosks.values() if kiosk.site == name]
            told = charging_site(name, there)
            self.office.publish(CHARGING_SITE, name, told, scope=site_scope(name))
        self.set_charging_prices(0)

    def set_charging_prices(self, dearer_fen: int) -> None:
        for each in tariffs(dearer_fen):
            self.sessions.tariffs.append(msgspec.msgpack.decode(msgspec.msgpack.encode(each)))
            self.office.publish(CHARGING_TARIFF, each.id, each)

    def limit_cash(self, fen: int) -> None:
        for name in sorted({kiosk.site for kiosk in self.kiosks.values()}):
            self.office.publish(Kind.SITE, name, site(name, unseen_cash_fen=fen))

    def issue_card(self, number: int, resident: int) -> None:
        self.cards[number] = resident
        token = nfc_token(uid_of(number))
        card = Card(token=token, number=number, resident_id=resident, level=CardLevel.UID)
        self.office.publish(Kind.CARD, token, card)

    def book(self, resident: int, fen: int, request: str) -> None:
        """Money that the office takes in; the same request once more books nothing."""
        account = f"own/{resident}"
        self.office.enter(request, account, fen)
        if request not in self.answers:
            self.answers[request] = "booked"
            self.oracle.enter(account, fen)

    # What happens at a counter

    def check_exposure(self) -> None:
        """(14) What can be lost is at most what the office says, though it has not heard everybody."""
        loss_fen, stated_fen = self.oracle.unpaid_fen(), self.office.exposure().largest_loss_fen
        if loss_fen > stated_fen and not self.oracle.went_back:
            raise Broken("loss_within_bound", f"{loss_fen} is lost, the office says {stated_fen} at most")
        if loss_fen > self.largest_loss_fen:
            self.largest_loss_fen, self.stated_loss_fen = loss_fen, stated_fen

    def exchange(self, kiosk: SimKiosk) -> str:
        """One round of the sync process, and what the kiosk makes of it; returns what went wrong."""
        self.pass_time(kiosk)
        self.network.be_patient()
        trouble = kiosk.sync()
        kiosk.look()
        self.read(kiosk, NOTHING)
        return trouble

    def boot(self, kiosk: SimKiosk) -> None:
        kiosk.shelter.alone(self.now_ms())
        kiosk.shelter.box.cut_power(is_off=False)
        self.sessions.was_cut(kiosk.shelter, self.now_ms())
        kiosk.boot()
        self.read(kiosk, NOTHING)

    def pass_time(self, kiosk: SimKiosk) -> None:
        """What happened at the sockets of a running kiosk since somebody was there last."""
        if not kiosk.is_charging:
            kiosk.shelter.alone(self.now_ms())
            return
        now_ms = self.at_ms

        def look() -> float:
            self.at_ms = kiosk.shelter.at_ms - BEGIN_MS
            pace_s = kiosk.look_at_sockets()
            self.read(kiosk, NOTHING)
            return pace_s

        kiosk.shelter.watched(self.now_ms(), look)
        self.at_ms = now_ms

    def running(self, where: str) -> SimKiosk:
        """The kiosk, switched on by whoever stands there; a twin that was never made is the one it is of."""
        where = where if where in self.kiosks else where[:1]
        self.network.be_patient()
        kiosk = self.kiosks[where]
        if not kiosk.running:
            self.boot(kiosk)
        self.pass_time(kiosk)
        return kiosk

    def sessions_under_way(self) -> bool:
        """Whether somebody's money is set aside for charging."""
        return any(kiosk.is_charging for kiosk in self.kiosks.values())

    def read(self, kiosk: SimKiosk, wish: Wish) -> list[Fact]:
        new = kiosk.new_facts(self.oracle.heads(kiosk.name))
        facts = self.oracle.read(kiosk.name, new, wish, self.at_ms)
        for fact in facts:
            self.sessions.note(fact, kiosk.shelter)
        return facts

    def settle(self, kiosk: SimKiosk, wish: Wish, answer: Answer) -> str:
        """Compare what was shown with what became durable; returns it in words."""
        if answer.died:
            kiosk.boot()
            made = self.read(kiosk, wish)
            return f"the power went; {len([f for f in made if f.kind == wish.kind])} written"
        if not kiosk.running:
            kiosk.boot()
        made = [fact for fact in self.read(kiosk, wish) if fact.kind == wish.kind]
        outcome = answer.outcome
        if outcome is None:
            return "the same answer again"
        if outcome.code == "internal_error":
            raise Broken("no_defect", f"{kiosk.name}: internal_error")
        if outcome.receipt and outcome.receipt not in [fact.receipt for fact in made]:
            if outcome.receipt not in self.answers.values():
                raise Broken(
                    "durable_is_present", f"{kiosk.name} showed {outcome.receipt}, which is not there"
                )
            return f"{outcome.code} {outcome.receipt} as before"
        if made and not outcome.receipt:
            raise Broken("nothing_twice", f"{kiosk.name} said {outcome.code} and wrote {made[0].receipt}")
        return " ".join([outcome.code, *([outcome.receipt] if outcome.receipt else [])])


@contextmanager
def the_machine() -> Iterator[None]:
    """What would run beside, or cost time without being watched: the prover's thread, the screens' pages."""
    with (
        patch.object(KioskCounter, "start", lambda _counter: None),
        patch("kiosk.app.create_web", lambda *_args, **_options: None),
        patch("tests.services.coffee_machine.actions.LONGEST_MS", 10**15),  # the machine always knows
    ):
        yield


def words_of(figures: dict[str, Any]) -> str:
    return " ".join(f"{name} {value}" for name, value in figures.items())
