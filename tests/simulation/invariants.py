"""What must hold once everybody has been heard, each a function of the town. They read files, not code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import msgspec

from kiosk.counter import JOURNAL_FILE
from kiosk.ledger.verify import verify_journal
from tests.simulation.kiosk import CATALOGUE, SimKiosk
from tests.simulation.oracle import NOTHING, Broken
from tests.simulation.steps import clock_words
from tests.simulation.town import Town

Invariant = Callable[[Town], Iterator[str]]
INVARIANTS: list[Invariant] = []
ROUNDS_TO_DRAIN = 12
# Reviews that accuse somebody; each needs an injected fault that explains it.
ACCUSING = (
    "forked",
    "history_lost",
    "cloned_device",
    "after_seal",
    "unbalanced",
    "wrong_seq",
    "unreadable_record",
)


def invariant(function: Invariant) -> Invariant:
    INVARIANTS.append(function)
    return function


def check_all(town: Town) -> None:
    """Raise `Broken` with the first invariant that does not hold. The town must have been healed."""
    for each in INVARIANTS:
        for detail in each(town):
            raise Broken(each.__name__, f"{detail} ({clock_words(town.at_ms)})")


def heal(town: Town) -> None:
    """Everything works again: let all that is due be said. Raises `Broken` if that has no end."""
    with town.wired():
        town.network.heal()
    for kiosk in town.kiosks.values():
        town.running(kiosk.name).free_disk()
        kiosk.cut_at = None
    town.office.dies_in, town.office.clock_error_ms = None, 0
    for _ in range(ROUNDS_TO_DRAIN):
        troubles = [_round(town, kiosk) for kiosk in town.kiosks.values()]
        if not any(troubles) and not list(queue_drains(town)):
            break
    for name in town.kiosks:
        town.oracle.heard(name)


def _round(town: Town, kiosk: SimKiosk) -> str:
    with town.wired():
        trouble = kiosk.sync()
    kiosk.look()
    town.read(kiosk, NOTHING)
    return trouble


@invariant
def queue_drains(town: Town) -> Iterator[str]:
    """(10) Within a bounded number of rounds nobody has anything left to say or to hear."""
    heads = dict(town.office.ask("SELECT journal_id, head_seq FROM journals"))
    for (name, journal_id), (seq, _) in town.oracle.chain.items():
        if heads.get(journal_id, 0) < seq:
            yield f"{name}: record {seq} written, {heads.get(journal_id, 0)} at the office"
    revision = town.office.ask("SELECT revision FROM regions")[0][0]
    for name, kiosk in town.kiosks.items():
        reached = kiosk.ask(CATALOGUE, "SELECT min(block_lane, main_lane) FROM catalogue_cursor")
        if not reached or reached[0][0] < revision:
            yield f"{name}: catalogue read up to {reached}, it is at {revision}"


@invariant
def durable_is_present(town: Town) -> Iterator[str]:
    """(2, 9, 12) Every record that was durable at a counter is at the office, byte for byte."""
    there = _office_records(town)
    for fact in town.oracle.facts:
        raw = there.get((fact.journal_id, fact.seq))
        if raw != fact.raw:
            what = "is missing" if raw is None else "has other bytes"
            yield f"{fact.kiosk} {fact.receipt} {what} at the office"


@invariant
def nothing_twice(town: Town) -> Iterator[str]:
    """(3) The office has nothing that did not happen at a counter or at its own desk."""
    known = {(fact.journal_id, fact.seq) for fact in town.oracle.facts}
    for journal_id, seq in _office_records(town).keys() - known:
        yield f"record {seq} of {journal_id.hex()[:8]} happened nowhere"


@invariant
def money_conserved(town: Town) -> Iterator[str]:
    """(1, 7) Books, a fold of the raw records, and what truly happened: three ways to the same figures."""
    books = Counter(
        {
            (account, unit): quantity
            for account, unit, quantity in town.office.ask(
                "SELECT account, unit, sum(credits - debits) FROM balances GROUP BY account, unit"
            )
        }
    )
    folded: Counter[tuple[str, str]] = Counter()
    for (raw,) in town.office.ask("SELECT raw FROM records"):
        for account, quantity, unit in msgspec.msgpack.decode(raw)[9]:
            folded[account, unit] += quantity
    for name in books.keys() | folded.keys() | town.oracle.accounts.keys():
        figures = books[name], folded[name], town.oracle.accounts[name]
        if len(set(figures)) != 1:
            yield f"{name}: books {figures[0]}, records {figures[1]}, truth {figures[2]}"
    for unit in {unit for _, unit in books}:
        total = sum(quantity for (_, each), quantity in books.items() if each == unit)
        if total:
            yield f"{unit} sums to {total}"


@invariant
def spend_within_rights(town: Town) -> Iterator[str]:
    """(4) What all kiosks together may still spend is there, and no kiosk spent beyond its own."""
    lent: Counter[str] = Counter()
    for kiosk in town.kiosks.values():
        for account, outstanding in _outstanding(kiosk):
            if outstanding < 0:
                yield f"{kiosk.name} spent {-outstanding} beyond its right on {account}"
            lent[account] += max(0, outstanding)
    for account, fen in lent.items():
        if fen > town.oracle.accounts[account, "FEN"]:
            yield f"{fen} lent on {account}, which has {town.oracle.accounts[account, 'FEN']}"


@invariant
def entitled_once(town: Town) -> Iterator[str]:
    """(5) One subsidised portion per person and period, but for those that say they are provisional."""
    for (resident, day, meal), facts in town.oracle.eaten.items():
        firm = [fact.receipt for fact in facts if not fact.provisional]
        if len(firm) > 1:
            yield f"{resident} had {meal} {day} {len(firm)} times subsidised for sure: {firm}"


@invariant
def no_false_alarm(town: Town) -> Iterator[str]:
    """(6) Nobody is accused of what did not happen."""
    for journal_id, seq, code, detail in town.office.ask("SELECT journal_id, seq, code, detail FROM reviews"):
        if code in ACCUSING:
            yield f"review {code} of {journal_id.hex()[:8]} at {seq}: {detail}"


@invariant
def books_verify(town: Town) -> Iterator[str]:
    """(7) `office verify` and `journal verify` find nothing."""
    for each in town.office.discrepancies():
        yield f"office verify: {each}"
    for kiosk in town.kiosks.values():
        counter = kiosk.kiosk.counter()
        with counter.reader.connect() as connection, connection.begin():
            proof = verify_journal(connection, counter.journal.key)
        if not proof.holds:
            yield f"{kiosk.name} journal verify: {proof.findings[0]}"


@invariant
def directories_equal(town: Town) -> Iterator[str]:
    """(8) Each kiosk's catalogue is the office's, as far as it concerns that kiosk."""
    rows = town.office.ask("SELECT kind, key, scope, value FROM catalogue_items WHERE value IS NOT NULL")
    for kiosk in town.kiosks.values():
        journal = kiosk.kiosk.counter().journal.key.journal_id
        scopes = {"", f"site:{kiosk.site}", f"journal:{journal.hex()}"}
        there = {(kind, key): value for kind, key, scope, value in rows if scope in scopes}
        here = {
            (k, key): value for k, key, value in kiosk.ask(CATALOGUE, "SELECT kind, key, value FROM items")
        }
        for name in there.keys() | here.keys():
            if there.get(name) != here.get(name):
                yield f"{kiosk.name} has another {name} than the office"


def _office_records(town: Town) -> dict[tuple[bytes, int], bytes]:
    rows = town.office.ask(
        "SELECT records.journal_id, seq, raw FROM records JOIN journals USING (region_id, journal_id)"
        " WHERE device_id IS NOT NULL"
    )
    return {(journal_id, seq): raw for journal_id, seq, raw in rows}


def _outstanding(kiosk: SimKiosk) -> Iterator[tuple[str, int]]:
    """What a kiosk believes that it may spend, worked out from its two files."""
    journal = kiosk.kiosk.counter().journal.key.journal_id
    allowed: Counter[str] = Counter()
    for account, unit, credits, debits in kiosk.ask(
        JOURNAL_FILE, "SELECT account, unit, credits, debits FROM balances WHERE journal_id = ?", journal
    ):
        if account.startswith("own/") and unit in ("FEN", "RIGHT"):
            allowed[account] += credits - debits
    for (value,) in kiosk.ask(CATALOGUE, "SELECT value FROM items WHERE kind = 'grant'"):
        grant = msgspec.msgpack.decode(value)
        if grant["journal_id"] == journal and grant["unit"] == "FEN":
            allowed[grant["account"]] += grant["granted"]
    yield from sorted(allowed.items())
