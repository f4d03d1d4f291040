"""One seed: an honest day in a town, then two days on which somebody has the key of one kiosk."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from kiosk.plain.refusals import Refusal
from kiosk.services.canteen.actions import Canteen
from kiosk.services.charging.actions import Charging
from kiosk.services.till.actions import Till
from sync.office.books.exposure import KioskExposure
from sync.office.rights.courtesy import POOLS_OF_ONE_KIOSK
from sync.office.services.cards.events import MOST_AWAY
from tests.factories import site
from tests.simulation.charging.shelter import label_of
from tests.simulation.kiosk import SimKiosk
from tests.simulation.machine.chance import fixed_chance
from tests.simulation.play import a_folder
from tests.simulation.steps import DAY_MS, MINUTE_MS, Scenario
from tests.simulation.thief.attacks import ATTACKS, Attack
from tests.simulation.thief.harm import Books, Harm, Theft, beyond_rights
from tests.simulation.thief.stolen import StolenKey
from tests.simulation.thief.thief import Thief
from tests.simulation.town import Town, the_machine

ROBBED = "z"
TOWNS = (
    (("a", "east"), (ROBBED, "west")),
    ((ROBBED, "west"), ("a", "east"), ("b", "west")),
    (("a", "west"), ("b", "east"), (ROBBED, "west")),  # another one is the home of its people
)
REFUNDED_FEN = 100
BANKED = 0.2  # of the meals after which somebody looks at the cash
DAYS = 3  # the first of them honest
MEALS_MS = tuple(hour * 60 * MINUTE_MS for hour in (11, 17))
LARGEST_SHARE_FEN = 500
PROGRAMME_FOR_OWN = 1  # of charging it pays half: a fen for each of somebody's own
CHARGED_FEN = 300
MEALS_A_DAY = 2
HONEST, ACCOMPLICES = tuple(range(1001, 1008)), (1011, 1012, 1013)


@dataclass(frozen=True, slots=True)
class Tried:
    """One attack: what it moved when it was tried, and what the office said to it."""

    name: str
    moved_fen: int
    programme_fen: int
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Robbed:
    """What came of a seed; fen."""

    seed: int
    harm: Harm
    bound: Harm  # what the office stated before it happened, with what is added by the day
    wrong: tuple[str, ...]  # honest kiosks accused, books not as sent, rights that did not hold
    tried: tuple[Tried, ...]
    in_quarantine: bool

    @property
    def faults(self) -> list[str]:
        """Of what more was taken than was stated, and what else is wrong."""
        names = (*Harm.__dataclass_fields__, "loss_fen")
        both = [(name, getattr(self.harm, name), getattr(self.bound, name)) for name in names]
        beyond = [f"{name} {moved}, stated {bound}" for name, moved, bound in both if moved > bound]
        return [*beyond, *self.wrong]

    @property
    def share(self) -> float:
        """How much of what was stated was taken."""
        return self.harm.loss_fen / self.bound.loss_fen if self.bound.loss_fen else 0.0


def rob(seed: int) -> Robbed:
    return in_a_town(seed, TOWNS, Story)


def in_a_town(seed: int, towns: Sequence[Sequence[tuple[str, str]]], story: type[Story]) -> Robbed:
    """One of these towns, its people and the office's limits as the seed has them."""
    dice = random.Random(f"thief {seed}")
    limits = {
        "unseen_cash_fen": dice.choice((0, 10_000, 40_000, 200_000)),
        "visitors_hour_fen": dice.choice((0, 5_000, 60_000)),
        "visitors_day_fen": dice.choice((4_000, 20_000, 200_000)),
        "visitor_day_fen": dice.choice((2_000, 10_000)),
    }
    kiosks = tuple(dice.choice(towns))
    residents = tuple(
        (number, dice.choice(("west", "east")), dice.choice((1938, 1950, 1975)), dice.choice(OPENING_FEN))
        for number in (*HONEST, *ACCOMPLICES)
    )
    scenario = Scenario(f"thief {seed}", DAYS, kiosks, _at_both(residents), ())
    with a_folder() as folder, fixed_chance(scenario.seed), the_machine():
        town = Robbery(folder, scenario, **limits)
        try:
            with town.wired():
                town.begin(scenario)
                return story(town, scenario, dice, seed).play()
        finally:
            town.close()


OPENING_FEN = (0, 3_000, 20_000, 60_000)


def _at_both(residents: tuple[tuple[int, str, int, int], ...]) -> tuple[tuple[int, str, int, int], ...]:
    """Somebody is at home at either site."""
    (first, _, *one), (second, _, *other), *rest = residents
    return ((first, "west", *one), (second, "east", *other), *rest)  # type: ignore[return-value]


class Robbery(Town):
    """A town whose oracle reads nothing: it knows no thief. What is judged here is the harm done."""

    def read(self, *_: object) -> list:  # type: ignore[type-arg]
        return []


class Story:
    def __init__(self, town: Town, scenario: Scenario, dice: random.Random, seed: int) -> None:
        self.town, self.dice, self.seed, self.scenario = town, dice, seed, scenario
        self.homes = {number: home for number, home, _, _ in scenario.residents}
        self.receipts: dict[str, list[tuple[str, int]]] = {}  # and whose they are
        self.requests = 0
        self.paid_elsewhere_fen = 0  # or given back to people of the robbed kiosk's site, since the theft

    def play(self) -> Robbed:
        for at_ms in MEALS_MS:
            self._live(at_ms)
        robbed = self.town.kiosks[ROBBED]
        for kiosk in self.town.kiosks.values():
            self.town.exchange(kiosk)
        begin_ms = self.town.at_ms
        self.key = StolenKey(self.town.office, robbed, self.dice)
        theft = self._theft(robbed)
        stated = self._stated()
        robbed.shut_down()
        thief = Thief(self.town, self.key, self.dice, theft, self.homes)
        tried = list(self._days(thief))
        harm = theft.harm(Books.read(self.town.office, self.key.device_id))
        return Robbed(
            self.seed,
            harm,
            self._bound(stated, days=(self.town.at_ms - begin_ms) // DAY_MS + 1),
            (*self._accused(), *beyond_rights(self.town.office)),
            tuple(tried),
            bool(self._ask_device("quarantined_at_ms")),
        )

    # Before

    def _theft(self, robbed: SimKiosk) -> Theft:
        others = [each for each in self.town.kiosks.values() if each is not robbed]
        return Theft(
            Books.read(self.town.office, self.key.device_id),
            ACCOMPLICES,
            HONEST,
            robbed.site,
            free_courtesy_fen=3_000 * len(others),
        )

    def _stated(self) -> KioskExposure:
        journal = self.key.journal.journal_id.hex()
        return next(each for each in self.town.office.exposure().kiosks if each.journal == journal)

    def _bound(self, stated: KioskExposure, days: int) -> Harm:
        """Of each sort of harm the part of what was stated, and what is added by the day."""
        visitors_fen = self.town.office.office.settings.ration.most_a_day_fen
        pool_fen = POOLS_OF_ONE_KIOSK * site().courtesy_pool_fen
        meals_fen = DAYS * MEALS_A_DAY * len(self.homes) * LARGEST_SHARE_FEN
        own_fen = stated.rights_fen + stated.kept_back_fen
        cash_fen = stated.if_stolen_fen - own_fen - pool_fen - visitors_fen
        taken_fen = own_fen + days * visitors_fen + self.paid_elsewhere_fen + self._by_card_fen()
        return Harm(
            taken_fen=taken_fen,
            debts_fen=pool_fen,
            elsewhere_fen=cash_fen + self._could_be_given_back_fen(),
            others_fen=0,
            programme_fen=meals_fen + PROGRAMME_FOR_OWN * (taken_fen + cash_fen),
        )

    # Honest people

    def _live(self, at_ms: int) -> None:
        """One meal at the honest kiosks: people eat, pay in, and have slips of the finger undone."""
        self.town.at_ms = at_ms
        for kiosk in self.town.kiosks.values():
            if kiosk.running:
                self.town.pass_time(kiosk)
                for _ in range(self.dice.randint(1, 2)):
                    self._visit(kiosk, self.dice.choice((*HONEST, *ACCOMPLICES)))
                self.town.exchange(kiosk)
                if self.dice.random() < BANKED:
                    self.town.office.see_cash(kiosk.device_id)

    def _visit(self, kiosk: SimKiosk, who: int) -> None:
        self.town.at_ms += self.dice.randint(1, 4) * MINUTE_MS
        answer = kiosk.tap(who)
        if answer.outcome is not None and answer.outcome.code == "served" and answer.outcome.receipt:
            self.receipts.setdefault(kiosk.name, []).append((answer.outcome.receipt, who))
        chance = self.dice.random()
        if chance < 0.25:
            self._pay_in(kiosk, who, self.dice.choice((2_000, 10_000)))
        elif chance < 0.35 and self.receipts.get(kiosk.name):
            self._refund(kiosk, *self.receipts[kiosk.name].pop())
        elif chance < 0.45:
            key = self._request()
            kiosk.do(lambda: kiosk.kiosk.desk.answer(lambda on: on[Canteen].second_portion(who, key)))
        elif chance < 0.65:
            self._charge(kiosk, who)

    def _charge(self, kiosk: SimKiosk, who: int) -> None:
        """Whoever charges there leaves, and somebody else may be in the midst of it until the next meal."""
        kiosk.shelter.all_go_home()
        self.town.pass_time(kiosk)
        kiosk.shelter.plug(1, "bicycle", 30)
        kiosk.look_at_sockets()
        with suppress(Refusal):
            kiosk.kiosk.counter()[Charging].choose(label_of(kiosk.name, 1), CHARGED_FEN)
        kiosk.tap(who)

    def _pay_in(self, kiosk: SimKiosk, who: int, fen: int) -> None:
        key = self._request()
        kiosk.do(lambda: kiosk.kiosk.desk.answer(lambda counter: counter[Till].top_up(who, fen, key)))
        self._note_paid(who, fen)

    def _refund(self, kiosk: SimKiosk, receipt: str, who: int) -> None:
        key = self._request()
        kiosk.do(
            lambda: kiosk.kiosk.desk.answer(lambda counter: counter[Till].refund(receipt, REFUNDED_FEN, key))
        )
        self._note_paid(who, REFUNDED_FEN)

    def _note_paid(self, who: int, fen: int) -> None:
        """Somebody has more than before, and a kiosk may be granted it."""
        if self.homes[who] == self.town.kiosks[ROBBED].site:
            self.paid_elsewhere_fen += fen

    def _request(self) -> str:
        self.requests += 1
        return f"honest {self.requests}"

    # The thief

    def _days(self, thief: Thief) -> Iterator[Tried]:
        """A careful one breaks no rule; a stubborn one tries one thing; others try all there is."""
        every = list(ATTACKS.values())
        quiet = [each for each in every if each.quiet]
        mood = self.dice.choice(("careful", "stubborn", "reckless"))
        choice = {"careful": quiet, "reckless": every, "stubborn": self.dice.sample(every, 2)}[mood]
        self.paid_elsewhere_fen = self._held_fen({self.town.kiosks[ROBBED].site})
        for day in range(1, DAYS):
            for at_ms in MEALS_MS:
                for _ in range(self.dice.randint(2, 4)):
                    self.town.at_ms = max(self.town.at_ms + 5 * MINUTE_MS, day * DAY_MS + at_ms)
                    yield self._try(thief, self.dice.choice(choice))
                self._live(max(self.town.at_ms, day * DAY_MS + at_ms))

    def _try(self, thief: Thief, attack: Attack) -> Tried:
        office, device_id = self.town.office, self.key.device_id
        before, heard = thief.theft.harm(Books.read(office, device_id)), self._reviews()
        attack.do(thief)
        for journal in self.key.journals:
            if journal.unsent:
                self.key.push(journal)
        after = thief.theft.harm(Books.read(office, device_id))
        said = Counter(self._reviews()) - Counter(heard)
        return Tried(
            attack.name,
            after.loss_fen - before.loss_fen,
            after.programme_fen - before.programme_fen,
            tuple(sorted({code for code, _, _ in said})),
        )

    def _reviews(self) -> list[tuple[str, str, int]]:
        rows = self.town.office.ask("SELECT code, journal_id, seq FROM reviews")
        return [(code, bytes(journal_id).hex(), seq) for code, journal_id, seq in rows]

    def _held_fen(self, sites: Container[str]) -> int:
        """Of people at home there. What is not charged is theirs again, and may be granted to a thief."""
        query = "SELECT COALESCE(SUM(credits - debits), 0) FROM balances WHERE account = ?"
        at_home = [who for who, home in self.homes.items() if home in sites]
        return sum(int(self.town.office.ask(query, f"held/{who}")[0][0]) for who in at_home)

    # Afterwards

    def _by_card_fen(self) -> int:
        """By cards for people at home elsewhere, at each honest kiosk on each day of the theft."""
        kiosks = len(self.town.kiosks) - 1
        return MOST_AWAY * kiosks * (DAYS - 1) * (site().uid_day_fen or 0)

    def _could_be_given_back_fen(self) -> int:
        """What accomplices had bought at the robbed kiosk before: it may give that back."""
        query = "SELECT COALESCE(SUM(debits), 0) FROM balances WHERE journal_id = ? AND account = ?"
        journal_id = self.key.journals[0].journal_id
        return sum(
            int(self.town.office.ask(query, journal_id, account)[0][0])
            for who in ACCOMPLICES
            for account in (f"own/{who}", f"courtesy/{who}")
        )

    def _accused(self) -> Iterator[str]:
        for name, findings, quarantined_ms in self.town.office.ask(
            "SELECT name, findings, quarantined_at_ms FROM devices"
        ):
            if not self._is_robbed(name) and (findings or quarantined_ms):
                yield f"{name}: {findings} findings"
        yield from (f"books: {each}" for each in self.town.office.discrepancies())

    def _is_robbed(self, name: str) -> bool:
        return name == ROBBED

    def _ask_device(self, column: str) -> object:
        query = f"SELECT {column} FROM devices WHERE device_id = ?"
        return self.town.office.ask(query, self.key.device_id)[0][0]
