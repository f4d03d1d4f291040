"""What must hold once everybody has been heard, each a function of the town. They read files, not code."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Mapping

import msgspec

from kiosk.counter import JOURNAL_FILE
from kiosk.journal.proof import prove
from kiosk.services.contract import offered
from tests.simulation.judged.oracle import PROGRAMME, Broken, Place
from tests.simulation.kiosk import CATALOGUE, SimKiosk
from tests.simulation.steps import MINUTE_MS, clock_words
from tests.simulation.town import Town

Invariant = Callable[[Town], Iterator[str]]
INVARIANTS: list[Invariant] = []
ROUNDS_TO_DRAIN = 12
HOME_MS = 5 * MINUTE_MS  # until nothing charges any more
ROUND_MS = 11 * MINUTE_MS  # longer than a journal rests that the office has something against
OF_ITSELF = ("opened", "started", "clock", "clock_confirmed")
CUP_FEN = 600
HELD = (
    "SELECT account, unit, sum(credits - debits) FROM balances WHERE account LIKE 'held/%'"
    " GROUP BY account, unit HAVING sum(credits - debits) <> 0"
)
RESIDENT_CAP_FEN, POOL_FEN = 3000, 30_000  # of the sites here
# Reviews that accuse somebody; each needs an injected fault that explains it.
ACCUSING = (
    "forked",
    "history_lost",
    "cloned_device",
    "after_seal",
    "unbalanced",
    "wrong_seq",
    "unreadable_record",
    "notice_differs",
    "quarantined",
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
    town.network.heal()
    for kiosk in town.kiosks.values():
        town.running(kiosk.name).free_disk()
        kiosk.machine.finish()
        kiosk.shelter.all_go_home()
        kiosk.cut_at = None
    town.office.dies_in, town.office.clock_error_ms = None, 0
    town.at_ms += HOME_MS
    for _ in range(ROUNDS_TO_DRAIN):
        troubles: list[object] = [town.exchange(kiosk) for kiosk in town.kiosks.values()]
        troubles += _second_kiosks_looked_for(town)
        if not any(troubles) and not list(queue_drains(town)) and not town.sessions_under_way():
            break
        town.at_ms += ROUND_MS
    for name in town.kiosks:
        town.oracle.heard(name)


def _second_kiosks_looked_for(town: Town) -> list[bool]:
    """Of each device, whether a journal was ended that nobody writes: an old card had been put back twice."""
    alive: dict[bytes, set[bytes]] = defaultdict(set)
    for kiosk in town.kiosks.values():
        alive[kiosk.device_id].add(kiosk.journal_id or b"")
    return [town.office.end_copies(device_id, journals) for device_id, journals in alive.items()]


@invariant
def queue_drains(town: Town) -> Iterator[str]:
    """(10) Within a bounded number of rounds nobody has anything left to say or to hear."""
    heads = dict(town.office.ask("SELECT journal_id, head_seq FROM journals"))
    for (name, journal_id), (seq, _) in town.oracle.chain.items():
        is_current = town.kiosks[name].kiosk.counter().journal.key.journal_id == journal_id
        if heads.get(journal_id, 0) < seq and is_current:
            yield f"{name}: record {seq} written, {heads.get(journal_id, 0)} at the office"
    revision = town.office.ask("SELECT revision FROM regions")[0][0]
    for name, kiosk in town.kiosks.items():
        reached = kiosk.ask(CATALOGUE, "SELECT min(block_lane, main_lane) FROM catalogue_cursor")
        if not reached or reached[0][0] < revision:
            yield f"{name}: catalogue read up to {reached}, it is at {revision}"


@invariant
def durable_is_present(town: Town) -> Iterator[str]:
    """(2, 9, 12) Every record that was durable at a counter is at the office, byte for byte."""
    there = office_records(town)
    recovered = recovered_at(there)
    for fact in town.oracle.facts:
        raw = there.get((fact.journal_id, fact.seq))
        if raw == fact.raw or (fact.journal_id, fact.seq, fact.raw) in recovered:
            continue
        if fact.kiosk in town.oracle.went_back and fact.kind in OF_ITSELF:
            continue  # of a branch that was left: what it sold is entered anew, what it said of itself is not
        what = "is missing" if raw is None else "has other bytes"
        yield f"{fact.kiosk} {fact.receipt} ({fact.kind}) {what} at the office"


@invariant
def nothing_twice(town: Town) -> Iterator[str]:
    """(3) The office has nothing that did not happen at a counter or at its own desk."""
    known = {(fact.journal_id, fact.seq) for fact in town.oracle.facts}
    for journal_id, seq in office_records(town).keys() - known:
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
    in_suspense, booked = suspended(town), believed_at(town)
    for journal_id, seq, raw in town.office.ask("SELECT journal_id, seq, raw FROM records"):
        doubted = (journal_id, seq) in in_suspense
        for account, quantity, unit in msgspec.msgpack.decode(raw)[9]:
            folded[f"suspense/{account}" if doubted else account, unit] += quantity
    truth = town.oracle.accounts.copy()
    truth.update(_moved_to_suspense(town, booked))
    borne_fen = town.oracle.borne_fen(booked)
    truth[PROGRAMME, "FEN"] += borne_fen
    truth["contingency", "FEN"] -= borne_fen
    if town.oracle.went_back:
        truth.update(_written_off(town))
    for name in books.keys() | folded.keys() | truth.keys():
        if name[1] == "RIGHT" and town.oracle.went_back:
            continue  # rights of a journal that was left are void, however often twins enter that anew
        figures = books[name], folded[name], truth[name]
        if len(set(figures)) != 1:
            yield f"{name}: books {figures[0]}, records {figures[1]}, truth {figures[2]}"
    for unit in {unit for _, unit in books}:
        total = sum(quantity for (_, each), quantity in books.items() if each == unit)
        if total:
            yield f"{unit} sums to {total}"


def _moved_to_suspense(town: Town, booked: Container[Place]) -> Counter[tuple[str, str]]:
    """What is not believed, each record of it; off the accounts once, and not if it is `booked` elsewhere."""
    moved: Counter[tuple[str, str]] = Counter()
    there, taken_off = office_records(town), set[Place]()
    for journal_id, seq in suspended(town):
        fields = msgspec.msgpack.decode(raw := there[journal_id, seq])
        first = _first_written(journal_id, seq, raw)
        off = first not in booked and first not in taken_off
        taken_off.add(first)
        for account, quantity, unit in fields[9]:
            moved[f"suspense/{account}", unit] += quantity
            moved[account, unit] -= quantity * off
    return moved


def suspended(town: Town) -> dict[tuple[bytes, int], str]:
    """Records that the office does not believe, and why."""
    rows = town.office.ask(
        "SELECT of_journal_id, of_seq, code FROM verdicts AS v WHERE verdict = 'suspended' AND NOT EXISTS"
        " (SELECT 1 FROM verdicts AS b WHERE b.of_journal_id = v.of_journal_id AND b.of_seq = v.of_seq"
        " AND b.verdict = 'believed')"
    )
    return {(journal_id, seq): code for journal_id, seq, code in rows}


@invariant
def nobody_disbelieved(town: Town) -> Iterator[str]:
    """(6) Nothing that happened at a counter is doubted.

    What was given back or spent twice from an old image may be: it was.
    """
    let_pass = ("nothing_to_follow", "beyond_right") if town.oracle.went_back else ()
    for (journal_id, seq), code in suspended(town).items():
        if code not in let_pass:
            detail = town.office.ask("SELECT detail FROM reviews WHERE code = ? AND seq = ?", code, seq)
            yield f"record {seq} of {journal_id.hex()[:8]} is not believed: {code} {detail}"


@invariant
def cups_paid_once(town: Town) -> Iterator[str]:
    """(15) No cup is under way: what came is paid, what did not is given back, and nothing stays aside.

    An old image may have forgotten a cup, or have it once more; but nothing is settled twice, or never.
    """
    for account, unit, quantity in town.office.ask(HELD):
        yield f"{account} has {quantity} {unit} set aside"
    if town.oracle.went_back:
        return
    cups = sum(kiosk.machine.cups for kiosk in town.kiosks.values())
    paid_fen = sum(
        quantity
        for (account, _), quantity in town.oracle.accounts.items()
        if account.startswith("revenue/coffee")
    )
    if paid_fen != cups * CUP_FEN:
        yield f"{cups} cups came, and {paid_fen} fen were paid"


@invariant
def spend_within_rights(town: Town) -> Iterator[str]:
    """(4) No kiosk spent beyond its own right, and what they may still spend is there."""
    both_forgot = town.office.restores and town.faults["kiosk", "catalogue_deleted"]
    for kiosk in town.kiosks.values():
        for account, outstanding in _outstanding(kiosk):
            if outstanding < 0 and not town.oracle.went_back and not both_forgot:
                yield f"{kiosk.name} spent {-outstanding} beyond its right on {account}"
    yield from rights_uncovered(town)


def rights_uncovered(town: Town) -> Iterator[str]:
    """(4) What all kiosks together may still spend is there, at every moment and whoever has been heard."""
    lent: Counter[str] = Counter()
    for kiosk in town.kiosks.values():
        for account, outstanding in _outstanding(kiosk) if kiosk.running else ():
            lent[account] += max(0, outstanding)
    for account, fen in lent.items():
        missing = fen - max(0, town.oracle.accounts[account, "FEN"])
        town.oracle.worst_loss_fen = max(town.oracle.worst_loss_fen, missing)
        if missing > 0 and not town.oracle.went_back:
            yield f"{fen} lent on {account}, which has {town.oracle.accounts[account, 'FEN']}"


@invariant
def balance_shown_is_true(town: Town) -> Iterator[str]:
    """(4) Once everybody was heard, a resident's home shows what they have, in fen and nothing else."""
    for kiosk in town.kiosks.values() if not town.oracle.went_back else ():
        here = dict(kiosk.ask(JOURNAL_FILE, MONEY_HERE, kiosk.journal_id))
        for (value,) in kiosk.ask(CATALOGUE, "SELECT value FROM items WHERE kind = 'grant'"):
            grant = msgspec.msgpack.decode(value)
            account = grant["account"]
            if (
                not grant.get("home", True)
                or grant["journal_id"] != kiosk.journal_id
                or grant["unit"] != "FEN"
            ):
                continue
            shown = grant["balance"] + here.get(account, 0) - grant["credits"] + grant["debits"]
            true_fen = town.oracle.accounts[account, "FEN"]
            if shown != true_fen:
                yield f"{kiosk.name}: {account} is shown as {shown}, not {true_fen}"


MONEY_HERE = "SELECT account, credits - debits FROM balances WHERE journal_id = ? AND unit = 'FEN'"


@invariant
def courtesy_within_caps(town: Town) -> Iterator[str]:
    """(14) What a kiosk gave beyond money stays within the cap per resident and its pool.

    An old image does not know what it gave, and may give that once more.
    """
    given: Counter[tuple[bytes, str]] = Counter()
    repaid: Counter[str] = Counter()
    for fact in town.oracle.facts:
        for account, quantity, _ in fact.postings:
            if account.startswith("courtesy/"):
                given[fact.journal_id, account] += max(0, -quantity)
                repaid[account] += max(0, quantity)
    pools: Counter[bytes] = Counter()
    for (journal_id, account), fen in given.items():
        pools[journal_id] += fen
        if fen - repaid[account] > RESIDENT_CAP_FEN and not town.oracle.went_back:
            yield f"{fen} given on {account} at {journal_id.hex()[:8]}, {repaid[account]} repaid"
    for journal_id, fen in pools.items():
        if fen - sum(repaid.values()) > POOL_FEN and not town.oracle.went_back:
            yield f"{fen} given by {journal_id.hex()[:8]}, {sum(repaid.values())} repaid"


@invariant
def wrong_periods_flagged(town: Town) -> Iterator[str]:
    """(11) What was booked to another period than the true one is in review, and nothing else is.

    An office whose own clock was wrong suspects the innocent as well.
    """
    rows = town.office.ask("SELECT journal_id, seq FROM reviews WHERE code = 'wrong_period'")
    wrong = {(fact.journal_id, fact.seq) for fact in town.oracle.misdated}
    for fact in town.oracle.misdated:
        if (fact.journal_id, fact.seq) not in rows:
            yield f"{fact.kiosk} {fact.receipt} is booked to a wrong day, and nobody says so"
    for journal_id, seq in set(rows) - wrong if not town.oracle.office_misled else ():
        yield f"record {seq} of {journal_id.hex()[:8]} is said to be in a wrong period, and is not"


@invariant
def entitled_once(town: Town) -> Iterator[str]:
    """(5) One subsidised portion per person and period is firm, and whoever had more is in review."""
    rows = set(town.office.ask("SELECT journal_id, seq FROM reviews WHERE code = 'duplicate_meal'"))
    booked = believed_at(town)
    for (resident, day, meal), facts in town.oracle.eaten.items():
        firm = [fact.receipt for fact in facts if not fact.provisional]
        if len(firm) > 1 and not town.oracle.went_back and resident not in town.oracle.moved:
            yield f"{resident} had {meal} {day} {len(firm)} times subsidised for sure: {firm}"
        # What was spent again from an old image may stand in suspense: there it claims nothing.
        claims = [fact for fact in facts if fact.place in booked or not town.oracle.went_back]
        for fact in claims if len(claims) > 1 else ():
            if not booked.get(fact.place, set()) & rows:
                yield f"{resident} had {meal} {day} twice, and {fact.kiosk} {fact.receipt} is not in review"


@invariant
def no_false_alarm(town: Town) -> Iterator[str]:
    """(6) Nobody is accused of what did not happen."""
    for journal_id, seq, code, detail in town.office.ask("SELECT journal_id, seq, code, detail FROM reviews"):
        if code in ACCUSING and not town.oracle.went_back:
            yield f"review {code} of {journal_id.hex()[:8]} at {seq}: {detail}"


@invariant
def going_back_is_found(town: Town) -> Iterator[str]:
    """(6) A disk that went back in time behind the office's knowledge has left that journal."""
    for name, journal_id in list(town.to_be_found.items()):
        if town.kiosks[name].kiosk.counter().journal.key.journal_id == journal_id:
            yield f"{name} goes on in a journal of which the office knows more"
        else:
            town.detections["image_restored: a new journal was begun"] += 1
            del town.to_be_found[name]


@invariant
def books_verify(town: Town) -> Iterator[str]:
    """(7) `office verify` and `journal verify` find nothing."""
    for each in town.office.discrepancies():
        yield f"office verify: {each}"
    for kiosk in town.kiosks.values():
        counter = kiosk.kiosk.counter()
        with counter.reader.connect() as connection, connection.begin():
            proof = prove(connection, counter.journal.key, offered(kiosk.services).books)
        if not proof.holds:
            yield f"{kiosk.name} journal verify: {proof.findings[0]}"


@invariant
def directories_equal(town: Town) -> Iterator[str]:
    """(8) Each kiosk's catalogue is the office's, as far as it concerns that kiosk.

    A twin that has nothing to say has not learned yet that its journal is sealed, and is told nothing more.
    """
    sealed = {journal_id for (journal_id,) in town.office.ask("SELECT journal_id FROM journals WHERE sealed")}
    rows = town.office.ask("SELECT kind, key, scope, value FROM catalogue_items WHERE value IS NOT NULL")
    for kiosk in town.kiosks.values():
        journal = kiosk.kiosk.counter().journal.key.journal_id
        if journal in sealed and town.oracle.went_back:
            continue
        scopes = {"", f"site:{kiosk.site}", f"journal:{journal.hex()}"}
        there = {(kind, key): _said(kind, value) for kind, key, scope, value in rows if scope in scopes}
        items = kiosk.ask(CATALOGUE, "SELECT kind, key, value FROM items")
        here = {
            (kind, key): _said(kind, value)
            for kind, key, value in items
            if _concerns(journal, kind, key, value)
        }
        for name in there.keys() | here.keys():
            if there.get(name) != here.get(name):
                yield f"{kiosk.name} has another {name}: {here.get(name)!r:.80} for {there.get(name)!r:.80}"


def recovered_at(there: dict[tuple[bytes, int], bytes]) -> set[Place]:
    """Records of journals that were left, as they were entered anew: (journal, seq, raw)."""
    return {place for raw in there.values() for place in _wrapped(raw)}


def _wrapped(raw: bytes) -> Iterator[Place]:
    """What a record enters anew, and what that entered anew, to the one that was written first."""
    fields = msgspec.msgpack.decode(raw)
    while fields[1] == "recovered":
        journal_id, seq, inner = fields[10][:3]
        yield journal_id, seq, inner
        fields = msgspec.msgpack.decode(inner)


def _first_written(journal_id: bytes, seq: int, raw: bytes) -> Place:
    return [(journal_id, seq, raw), *_wrapped(raw)][-1]


def believed_at(town: Town) -> Mapping[Place, set[tuple[bytes, int]]]:
    """Where the office has a record and believes it: in its own place, or entered anew in other journals."""
    doubted, found = suspended(town).keys(), defaultdict[Place, set[tuple[bytes, int]]](set)
    for (journal_id, seq), raw in office_records(town).items():
        if (journal_id, seq) not in doubted:
            for place in ((journal_id, seq, raw), *_wrapped(raw)):
                found[place].add((journal_id, seq))
    return found


def _concerns(journal: bytes, kind: str, key: str, value: bytes) -> bool:
    """Whether an item is anything to this journal. What was told to one that was left stays, ignored."""
    if kind == "guest":
        return False  # kept for a day after a visit, and no item of the office's
    if kind == "courtesy":
        return key == journal.hex()
    return kind not in ("grant", "recall", "hold") or msgspec.msgpack.decode(value)["journal_id"] == journal


def _said(kind: str, value: bytes) -> object:
    """What an item says. Of a grant: not how this kiosk's own turnover stood when it was fetched."""
    if kind != "grant":
        return value
    grant = msgspec.msgpack.decode(value)
    if not grant["granted"] and not grant.get("home", True):
        return None  # the answer to a visitor who asked in vain, which is published to nobody
    said = grant["granted"], grant.get("owed", 0)
    if not grant.get("home", True):
        return said  # a visitor's kiosk is not told what others did while it may spend nothing
    return *said, grant["balance"] - grant["credits"] + grant["debits"]


def _written_off(town: Town) -> Counter[tuple[str, str]]:
    """What the office set aside for journals that were sealed while they might still spend, and gave back.

    What it took back of records that were entered anew twice happened once, and is there once.
    """
    moved: Counter[tuple[str, str]] = Counter()
    rows = town.office.ask(
        "SELECT raw FROM records JOIN journals USING (region_id, journal_id) WHERE device_id IS NULL"
    )
    for fields in (msgspec.msgpack.decode(raw) for (raw,) in rows):
        if fields[10][0] not in ("opening", "duplicate_meal", "recovered_twice"):
            for account, quantity, unit in fields[9]:
                moved[account, unit] += quantity
    return moved


def office_records(town: Town) -> dict[tuple[bytes, int], bytes]:
    rows = town.office.ask(
        "SELECT records.journal_id, seq, raw FROM records JOIN journals USING (region_id, journal_id)"
        " WHERE device_id IS NOT NULL"
    )
    return {(journal_id, seq): raw for journal_id, seq, raw in rows}


def _outstanding(kiosk: SimKiosk) -> Iterator[tuple[str, int]]:
    """What a kiosk believes that it may spend, worked out from its two files."""
    journal = kiosk.journal_id
    if journal is None:
        return
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
