"""A thief who has the key of one kiosk, and accomplices who go to the others with cards of their own."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

from kiosk.catalogue.items import Kind, decode_value
from kiosk.common.outcomes import Outcome
from kiosk.ledger.accounts import own_money
from kiosk.ledger.records import decode
from kiosk.people.cards import CardLevel
from kiosk.services.canteen.actions import Canteen
from kiosk.services.canteen.extras.selling import Extras
from kiosk.services.canteen.records import GUEST_MEAL, MealServed
from sync.wire.messages import Right
from tests.simulation.kiosk import JOURNAL, SimKiosk
from tests.simulation.steps import local
from tests.simulation.thief.harm import Theft
from tests.simulation.thief.stolen import Forged, StolenKey
from tests.simulation.town import Town

ELDER_FROM_AGE = 60


class Thief:
    """What whoever has the key knows, and can do besides writing with it."""

    def __init__(
        self, town: Town, key: StolenKey, dice: random.Random, theft: Theft, homes: dict[int, str]
    ) -> None:
        self.town, self.key, self.dice, self.theft = town, key, dice, theft
        self.honest, self.accomplices = list(theft.honest), list(theft.accomplices)
        self.own_people = [each for each in self.honest if homes[each] == key.site]
        self.strangers = [each for each in self.honest if homes[each] != key.site]
        self.other_site = next(site for site in sorted(homes.values()) if site != key.site)
        self._robbed = key.journal.journal_id
        self._shown = 0

    # Who and when

    def accomplice(self) -> int:
        return self.dice.choice(self.accomplices)

    def stranger(self) -> int:
        return self.dice.choice(self.strangers)

    def victim(self) -> int:
        return self.dice.choice(self.own_people)

    @property
    def now_ms(self) -> int:
        return self.town.now_ms()

    @property
    def today(self) -> date:
        return local(self.town.at_ms).date()

    @property
    def meal(self) -> str:
        """The one that is open."""
        opened = self.town.oracle.open_meal(self.town.at_ms)
        return opened[1] if opened else "lunch"

    def price(self, who: int, meal: str) -> tuple[int, int, str]:
        """Full and own, and whose rule it is; fen."""
        elder = self.today.year - self.town.oracle.born.get(who, 1975) > ELDER_FROM_AGE
        rule = f"{meal}-60" if elder else meal
        full_fen, own_fen = self.town.oracle.prices[-1].get(rule, (1500, 1000))
        return full_fen, own_fen, rule

    def served(self, who: int, day: date, meal: str, rule: str, *, site: str, portion: int) -> MealServed:
        band = "60+" if rule.endswith("-60") else "0-59"
        return MealServed(who, who, site, day, meal, band, rule, portion, CardLevel.UID)

    # With the key

    def push(self) -> None:
        self.key.push()

    def ask(self, who: int, more_fen: int, *, standing: int = 0) -> int:
        """What may be spent of somebody's once the office was asked for so much more; fen."""
        account = own_money(who)
        target_fen = self._granted_fen(who, self.key.journal) + more_fen
        answer = self.key.ask(account, min(target_fen, 2**50), standing or who)
        if not isinstance(answer, Right):
            return 0
        grant = decode_value(Kind.GRANT, answer.grant)
        return max(0, grant.granted + grant.credits - grant.debits - self._returned_fen(who))

    def granted_fen(self, who: int, journal: Forged) -> int:
        """What a journal may spend in all, by what it was granted."""
        return self._granted_fen(who, journal)

    def _granted_fen(self, who: int, journal: Forged) -> int:
        query = "SELECT granted FROM grants WHERE journal_id = ? AND account = ? AND unit = 'FEN'"
        rows = self.town.office.ask(query, journal.journal_id, own_money(who))
        return int(rows[0][0]) if rows else 0

    def _returned_fen(self, who: int) -> int:
        query = "SELECT debits FROM balances WHERE journal_id = ? AND account = ? AND unit = 'RIGHT'"
        rows = self.town.office.ask(query, self.key.journal.journal_id, own_money(who))
        return int(rows[0][0]) if rows else 0

    def earlier(self, kind: str) -> Sequence[tuple[bytes, int, bytes]]:
        """Records of before the theft: journal, number and bytes."""
        return self._records(kind, lambda journal_id: journal_id == self._robbed)

    def of_others(self) -> Sequence[tuple[bytes, int, bytes]]:
        """Sales of other kiosks, of which the thief has heard."""
        mine = {each.journal_id for each in self.key.journals}
        return [each for kind in ("meal", "sale") for each in self._records(kind, lambda it: it not in mine)]

    def holds_of_others(self) -> Sequence[tuple[bytes, int, bytes]]:
        mine = {each.journal_id for each in self.key.journals}
        return self._records("hold", lambda it: it not in mine)

    def _records(self, kind: str, of: Callable[[bytes], bool]) -> list[tuple[bytes, int, bytes]]:
        query = "SELECT journal_id, seq, raw FROM records ORDER BY journal_id, seq"
        rows = [(bytes(journal_id), seq, raw) for journal_id, seq, raw in self.town.office.ask(query)]
        return [each for each in rows if of(each[0]) and decode(each[2]).kind == kind][-6:]

    def owed_fen(self, who: int) -> int:
        """What an accomplice owes by the office's books."""
        query = "SELECT COALESCE(SUM(debits - credits), 0) FROM balances WHERE account = ?"
        return max(0, int(self.town.office.ask(query, f"courtesy/{who}")[0][0]))

    # At the honest kiosks

    def shop(self, who: int) -> None:
        """An accomplice buys what they are sold."""
        kiosk = self._visited()
        self.town.exchange(kiosk)
        for guests in (50, 10, 2):
            self._at_desk(kiosk, partial(_sell, guests=guests, who=who, request_id=self._request()))
        kiosk.tap(who)
        self.town.exchange(kiosk)

    def shop_with_card(self, card: int, victim: int) -> None:
        """Somebody lays down a card that was never given to them."""
        kiosk = self._visited()
        self.town.exchange(kiosk)
        before_fen = _used_fen(kiosk, victim)
        kiosk.tap(card)
        self.theft.by_card_fen += _used_fen(kiosk, victim) - before_fen
        self.town.exchange(kiosk)

    def eat_on_courtesy(self, who: int) -> None:
        """While the kiosk is cut off, as often as it is given."""
        kiosk = self._visited()
        self.town.exchange(kiosk)
        self.town.network.cut_off.add(kiosk.name)
        kiosk.tap(who)
        for _ in range(4):
            self._at_desk(kiosk, partial(_eat, who=who, request_id=self._request()))
        self.town.network.cut_off.discard(kiosk.name)
        self.town.exchange(kiosk)

    def _visited(self) -> SimKiosk:
        return self.dice.choice([each for each in self.town.kiosks.values() if each.running])

    def _at_desk(self, kiosk: SimKiosk, act: Callable[[Any], Outcome]) -> None:
        kiosk.do(lambda: kiosk.kiosk.desk.answer(act))

    def _request(self) -> str:
        self._shown += 1
        return f"accomplice {self._shown}"


def _sell(counter: Any, guests: int, who: int, request_id: str) -> Outcome:
    return counter[Extras].sell({GUEST_MEAL: guests}, who, request_id)


def _eat(counter: Any, who: int, request_id: str) -> Outcome:
    return counter[Canteen].second_portion(who, request_id)


def _used_fen(kiosk: SimKiosk, who: int) -> int:
    query = "SELECT COALESCE(SUM(debits), 0) FROM balances WHERE account IN (?, ?) AND unit = 'FEN'"
    return int(kiosk.ask(JOURNAL, query, f"own/{who}", f"courtesy/{who}")[0][0])
