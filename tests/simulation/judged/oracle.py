"""What truly happened, in dictionaries and whole numbers, without any code of the ledger.

The oracle reads each record as bytes the moment it is durable at a counter, checks that it says what the
people there did, and remembers it. Later the office must have exactly this.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from tests.simulation.steps import local

MEALS = {"lunch": ((10, 30), (13, 0)), "dinner": ((16, 30), (18, 30))}
ELDER_AGE = 60
PROGRAMME = "programme/elder-meals"
SUBSIDISED = 1


Chain = dict[bytes, tuple[int, bytes]]  # journal -> the last record's seq and hash
Place = tuple[bytes, int, bytes]  # journal, seq and the record's bytes


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
    def place(self) -> Place:
        return self.journal_id, self.seq, self.raw

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
    def wall_ms(self) -> int:
        return self.fields[5] + self.fields[4]

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
    receipt: str = ""  # of the record that is to be given back


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
    given_back: Counter[tuple[bytes, int]] = field(default_factory=Counter)  # of a record, fen
    misdated: list[Fact] = field(default_factory=list)  # meals that staff told the kiosk a wrong day for
    told_wrong: set[str] = field(default_factory=set)  # kiosks that go by such a word
    moved: set[int] = field(default_factory=set)  # whose entitlement two homes held
    office_misled: bool = False  # its own clock was wrong once, and it judges times by what it told then
    went_back: set[str] = field(default_factory=set)  # kiosks whose disk is or was an old image
    worst_loss_fen: int = 0
    sales: int = 0

    def chain_of(self, kiosk: str) -> Chain:
        return {journal: place for (name, journal), place in self.chain.items() if name == kiosk}

    def heads(self, kiosk: str) -> dict[bytes, int]:
        return {journal: seq for (name, journal), (seq, _) in self.chain.items() if name == kiosk}

    def read(self, kiosk: str, new: list[tuple[bytes, int, bytes]], wish: Wish, at_ms: int) -> list[Fact]:
        """Take note of what became durable at a counter; it must be what was wished for, or housekeeping."""
        facts = [self._linked(kiosk, *each) for each in new]
        for fact in facts:
            if fact.kind == "recovered":
                self._check_recovered(fact)
            else:
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

    def fact(self, journal_id: bytes, seq: int) -> Fact | None:
        found = (each for each in self.facts if (each.journal_id, each.seq) == (journal_id, seq))
        return next(found, None)

    def last_of(self, kiosk: str, kinds: tuple[str, ...], back: int) -> Fact | None:
        """The `back`-th latest record of these kinds at a counter."""
        found = [each for each in self.facts if each.kiosk == kiosk and each.kind in kinds]
        return found[-back] if len(found) >= back else None

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
                self.worst_loss_fen = max(self.worst_loss_fen, -self.accounts[account, unit])
                if self.went_back:
                    continue  # an old image spends what it held once more; that much is lost
                detail = f"{account} at {self.accounts[account, unit]} after {fact.kiosk} {fact.receipt}"
                raise Broken("never_overdrawn", detail)

    def _check_recovered(self, fact: Fact) -> None:
        """What was left behind is entered once more, byte for byte, and moves nothing a second time."""
        journal_id, seq, raw = fact.fields[10][:3]
        origin = next((f for f in self.facts if (f.journal_id, f.seq, f.raw) == (journal_id, seq, raw)), None)
        rights = [each for each in origin.postings if each[2] == "RIGHT"] if origin else []
        if origin is None or [each for each in origin.postings if each not in rights] != fact.postings:
            raise Broken("nothing_twice", f"{fact.kiosk} {fact.receipt} recovers what never happened: {seq}")
        for account, quantity, unit in rights:  # of the journal that was left, which has none any more
            self.accounts[account, unit] -= quantity

    def roll_back(self, kiosk: str, chain: Chain, kept: Callable[[Fact], bool]) -> int:
        """A counter's disk went back in time: forget what exists nowhere any more; returns how many."""
        lost = [
            fact
            for fact in self.facts
            if fact.kiosk == kiosk and fact.seq > chain.get(fact.journal_id, (0, b""))[0] and not kept(fact)
        ]
        for fact in reversed(lost):
            self._forget(fact)
        for name, journal_id in [place for place in self.chain if place[0] == kiosk]:
            del self.chain[name, journal_id]
        self.chain |= {(kiosk, journal_id): place for journal_id, place in chain.items()}
        self.went_back.add(kiosk)
        return len(lost)

    def _forget(self, fact: Fact) -> None:
        self.facts.remove(fact)
        if fact.kind == "recovered":
            return
        for account, quantity, unit in fact.postings:
            self.accounts[account, unit] -= quantity
        if fact in self.misdated:
            self.misdated.remove(fact)
        if fact.kind == "meal":
            resident, _, _, day, meal = fact.fields[10][:5]
            if fact in self.eaten[resident, day, meal]:
                self.eaten[resident, day, meal].remove(fact)
        elif fact.kind in ("refund", "reversal"):
            self._forget_given_back(fact)

    def _forget_given_back(self, fact: Fact) -> None:
        seq, fen, journal_id = fact.fields[10][:3]
        self.given_back[journal_id, seq] -= fen
        original = self.fact(journal_id, seq)
        if fact.kind == "reversal" and original and original.kind == "meal":
            resident, _, _, day, meal, _, _, portion = original.fields[10][:8]
            if portion == SUBSIDISED:
                self.eaten[resident, day, meal].append(original)

    def subsidy(self, fact: Fact, booked: Container[Place]) -> int:
        """What the programme is to pay for a portion, refunds taken off that are `booked`."""
        given = [
            each
            for each in self.facts
            if each.kind == "refund" and each.journal_id == fact.journal_id and each.fields[10][0] == fact.seq
            if each.place in booked
        ]
        return -sum(_sums(each)[PROGRAMME] for each in (fact, *given))

    def unpaid_fen(self) -> int:
        """What residents owe for meals given beyond their money, at all counters together."""
        owed = [fen for (account, _), fen in self.accounts.items() if account.startswith("courtesy/")]
        return -sum(owed)

    def borne_fen(self, booked: Container[Place]) -> int:
        """What the office bears of subsidies that were given twice: for each meal all but the first claim.

        `booked`: what it believes. Of a portion that it does not, it claims nothing, and bears nothing.
        """
        total = 0
        for facts in self.eaten.values():
            claims = [fact for fact in facts if fact.place in booked]
            ranked = sorted(claims, key=lambda fact: (fact.provisional, fact.wall_ms, fact.journal_id))
            total += sum(self.subsidy(fact, booked) for fact in ranked[1:])
        return total

    def _check_wished(self, kiosk: str, fact: Fact, wish: Wish, at_ms: int) -> None:
        if fact.kind != wish.kind:
            raise Broken("only_what_was_asked", f"{kiosk} {fact.receipt} is a {fact.kind}, not a {wish.kind}")
        if fact.kind == "meal":
            self._check_meal(kiosk, fact, wish, at_ms)
        elif fact.kind == "topup":
            self._check_top_up(fact, wish)
        else:
            self._check_given_back(fact, wish)

    def _check_meal(self, kiosk: str, fact: Fact, wish: Wish, at_ms: int) -> None:
        resident, _card, _site, day, meal, _band, _rule, portion = fact.fields[10][:8]
        if resident != wish.resident or (portion != wish.portion if wish.portion else portion == SUBSIDISED):
            raise Broken("only_what_was_asked", f"{kiosk} {fact.receipt}: {resident}, portion {portion}")
        if kiosk in self.told_wrong:
            self.misdated.append(fact)
        elif (day, meal) != self.open_meal(at_ms) and not self.office_misled:
            raise Broken("right_period", f"{kiosk} {fact.receipt}: {day} {meal}")
        self._check_amounts(fact, resident, meal, portion, day)
        if portion == SUBSIDISED:
            had = self.eaten[resident, day, meal]
            again = any(each.journal_id == fact.journal_id for each in had)
            if again and kiosk not in self.went_back:
                raise Broken("nothing_twice", f"{kiosk} {fact.receipt}: {resident} has eaten {meal} {day}")
            had.append(fact)
        self.sales += 1

    def _check_top_up(self, fact: Fact, wish: Wish) -> None:
        resident, site, fen = fact.fields[10]
        moved = _sums(fact)
        got = moved[f"own/{resident}"] + moved[f"courtesy/{resident}"]
        if (resident, fen, got, moved[f"cash/{site}"]) != (wish.resident, wish.fen, wish.fen, -wish.fen):
            raise Broken("only_what_was_asked", f"{fact.kiosk} {fact.receipt}: {dict(moved)}, not {wish}")

    def _check_given_back(self, fact: Fact, wish: Wish) -> None:
        """(13) A refund or a reversal: never more than there was, and for the record that was named."""
        seq, fen, journal_id = fact.fields[10][:3]
        original = self.fact(journal_id, seq)
        if original is None or journal_id != fact.journal_id or original.receipt != wish.receipt:
            raise Broken("refunds_within_original", f"{fact.kiosk} {fact.receipt} follows {seq}")
        self.given_back[journal_id, seq] += fen
        whole = sum(quantity for _, quantity, unit in original.postings if quantity > 0 and unit == "FEN")
        if not 0 < fen <= whole or self.given_back[journal_id, seq] > whole:
            detail = f"{self.given_back[journal_id, seq]} of {whole} given back for {original.receipt}"
            raise Broken("refunds_within_original", f"{fact.kiosk} {fact.receipt}: {detail}")
        if fact.kind == "reversal" and original.kind == "meal" and original.fields[10][7] == SUBSIDISED:
            resident, _, _, day, meal = original.fields[10][:5]
            self.eaten[resident, day, meal].remove(original)

    def _check_amounts(self, fact: Fact, resident: int, meal: str, portion: int, day: str) -> None:
        moved = _sums(fact)
        paid = -moved[f"own/{resident}"] - moved[f"courtesy/{resident}"]
        versions = range(self.known_version[fact.kiosk], len(self.prices))
        for version in versions:
            full, own = self.expected_price(resident, meal, version, portion, day)
            if (paid, moved[PROGRAMME]) == (own, own - full):
                return
        raise Broken("price_as_published", f"{fact.kiosk} {fact.receipt}: {resident} paid {paid} for {meal}")


_WISHED = {"meal", "topup", "refund", "reversal"}


def _sums(fact: Fact) -> Counter[str]:
    return Counter({account: quantity for account, quantity, _ in fact.postings})


def _genesis(journal_id: bytes) -> bytes:
    return hashlib.sha256(b"neighbourhood-card journal 1\n" + journal_id).digest()
