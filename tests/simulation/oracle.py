"""What truly happened, in dictionaries and whole numbers, without any code of the ledger.

The oracle reads each record as bytes the moment it is durable at a counter, checks that it says what the
people there did, and remembers it. Later the office must have exactly this.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from tests.simulation.steps import local

MEALS = {"lunch": ((10, 30), (13, 0)), "dinner": ((16, 30), (18, 30))}
ELDER_AGE = 60
PROGRAMME = "programme/elder-meals"
SUBSIDISED = 1


class Broken(AssertionError):
    """An invariant that does not hold: its name, and what was found."""

    def __init__(self, invariant: str, detail: str) -> None:
        super().__init__(f"{invariant}: {detail}")
        self.invariant, self.detail = invariant, detail


@dataclass(frozen=True, slots=True)
class Fact:
    """A record that was durable at a counter."""

    kiosk: str
    journal_id: bytes
    seq: int
    raw: bytes
    hash: bytes

    @property
    def receipt(self) -> str:
        return f"{self.seq}-{self.hash[:4].hex()}"

    @property
    def fields(self) -> list[Any]:
        return msgspec.msgpack.decode(self.raw)

    @property
    def kind(self) -> str:
        return self.fields[1]

    @property
    def provisional(self) -> bool:
        """Of a meal: whether the kiosk could not know that it was due."""
        return bool(self.fields[10][9:10] == [True])

    @property
    def postings(self) -> list[tuple[str, int, str]]:
        return [(account, quantity, unit) for account, quantity, unit in self.fields[9]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody at a counter asked for; at most one record comes of it, and it says the same."""

    kind: str = ""
    resident: int = 0
    portion: int = 0  # of a meal; 0: any but the first
    fen: int = 0


NOTHING = Wish()


@dataclass
class Oracle:
    """The truth, and how far each counter has been read."""

    born: dict[int, int] = field(default_factory=dict)  # resident -> year; all on 1 January
    prices: list[dict[str, tuple[int, int]]] = field(default_factory=list)  # versions: rule -> full, own
    known_version: Counter[str] = field(default_factory=Counter)  # kiosk -> version it surely has
    facts: list[Fact] = field(default_factory=list)
    chain: dict[tuple[str, bytes], tuple[int, bytes]] = field(default_factory=dict)
    accounts: Counter[tuple[str, str]] = field(default_factory=Counter)  # (account, unit) -> quantity
    eaten: dict[tuple[int, str, str], list[Fact]] = field(default_factory=lambda: defaultdict(list))
    lost_cards: list[int] = field(default_factory=list)  # in the order of their reports
    known_lost: Counter[str] = field(default_factory=Counter)  # kiosk -> how many of them it surely knows
    sales: int = 0

    def heads(self, kiosk: str) -> dict[bytes, int]:
        return {journal: seq for (name, journal), (seq, _) in self.chain.items() if name == kiosk}

    def read(self, kiosk: str, new: list[tuple[bytes, int, bytes]], wish: Wish, at_ms: int) -> list[Fact]:
        """Take note of what became durable at a counter; it must be what was wished for, or housekeeping."""
        facts = [self._linked(kiosk, *each) for each in new]
        for fact in facts:
            self._book(fact)
        wished = [fact for fact in facts if fact.kind in _WISHED]
        if len(wished) > 1:
            raise Broken("nothing_twice", f"{kiosk}: {len(wished)} records for one wish")
        for fact in wished:
            self._check_wished(kiosk, fact, wish, at_ms)
        return facts

    def heard(self, kiosk: str) -> None:
        """A kiosk has read all that the office says now."""
        self.known_version[kiosk] = len(self.prices) - 1
        self.known_lost[kiosk] = len(self.lost_cards)

    def enter(self, account: str, fen: int) -> None:
        """The office booked this on its own."""
        self.accounts[account, "FEN"] += fen
        self.accounts["opening", "FEN"] -= fen

    def own(self, resident: int) -> int:
        return self.accounts[f"own/{resident}", "FEN"]

    def expected_price(
        self, resident: int, meal: str, version: int, portion: int, day: str
    ) -> tuple[int, int]:
        elder = datetime.fromisoformat(day).year - self.born[resident] >= ELDER_AGE
        full, own = self.prices[version][f"{meal}-60" if elder else meal]
        return full, (own if portion == SUBSIDISED else full)

    def open_meal(self, at_ms: int) -> tuple[str, str] | None:
        """The true day and the meal that is open then."""
        now = local(at_ms)
        for meal, (opens, closes) in MEALS.items():
            if opens <= (now.hour, now.minute) < closes:
                return now.date().isoformat(), meal
        return None

    def _linked(self, kiosk: str, journal_id: bytes, seq: int, raw: bytes) -> Fact:
        before_seq, before = self.chain.get((kiosk, journal_id), (0, _genesis(journal_id)))
        if seq != before_seq + 1:
            raise Broken("durable_is_present", f"{kiosk}: after record {before_seq} comes {seq}")
        fact = Fact(kiosk, journal_id, seq, raw, hashlib.sha256(before + raw).digest())
        self.chain[kiosk, journal_id] = (seq, fact.hash)
        self.facts.append(fact)
        return fact

    def _book(self, fact: Fact) -> None:
        sums: Counter[str] = Counter()
        for account, quantity, unit in fact.postings:
            self.accounts[account, unit] += quantity
            sums[unit] += quantity
        if any(sums.values()):
            raise Broken("money_conserved", f"{fact.kiosk} {fact.receipt}: {dict(sums)}")
        for account, _, unit in fact.postings:
            if account.startswith(("own/", "held/")) and unit == "FEN" and self.accounts[account, unit] < 0:
                detail = f"{account} at {self.accounts[account, unit]} after {fact.kiosk} {fact.receipt}"
                raise Broken("never_overdrawn", detail)

    def _check_wished(self, kiosk: str, fact: Fact, wish: Wish, at_ms: int) -> None:
        if fact.kind != wish.kind:
            raise Broken("only_what_was_asked", f"{kiosk} {fact.receipt} is a {fact.kind}, not a {wish.kind}")
        if fact.kind == "meal":
            self._check_meal(kiosk, fact, wish, at_ms)

    def _check_meal(self, kiosk: str, fact: Fact, wish: Wish, at_ms: int) -> None:
        resident, _card, _site, day, meal, _band, _rule, portion = fact.fields[10][:8]
        if resident != wish.resident or (portion != wish.portion if wish.portion else portion == SUBSIDISED):
            raise Broken("only_what_was_asked", f"{kiosk} {fact.receipt}: {resident}, portion {portion}")
        if (day, meal) != self.open_meal(at_ms):
            raise Broken("right_period", f"{kiosk} {fact.receipt}: {day} {meal}")
        self._check_amounts(fact, resident, meal, portion, day)
        if portion == SUBSIDISED:
            had = self.eaten[resident, day, meal]
            if any(each.journal_id == fact.journal_id for each in had):
                raise Broken("nothing_twice", f"{kiosk} {fact.receipt}: {resident} has eaten {meal} {day}")
            had.append(fact)
        self.sales += 1

    def _check_amounts(self, fact: Fact, resident: int, meal: str, portion: int, day: str) -> None:
        moved = Counter({account: quantity for account, quantity, _ in fact.postings})
        paid = -moved[f"own/{resident}"] - moved[f"courtesy/{resident}"]
        versions = range(self.known_version[fact.kiosk], len(self.prices))
        for version in versions:
            full, own = self.expected_price(resident, meal, version, portion, day)
            if (paid, moved[PROGRAMME]) == (own, own - full):
                return
        raise Broken("price_as_published", f"{fact.kiosk} {fact.receipt}: {resident} paid {paid} for {meal}")


_WISHED = {"meal", "topup", "refund", "reversal", "hold", "capture", "release"}


def _genesis(journal_id: bytes) -> bytes:
    return hashlib.sha256(b"neighbourhood-card journal 1\n" + journal_id).digest()
