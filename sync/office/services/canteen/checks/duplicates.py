"""One subsidised meal per person and period: what was served twice is posted to its programme once.

Cut off from each other, two kiosks may both hand out the subsidised portion. Both sales stand, and nobody is
charged afterwards. But the programme pays for one: the office books what it would pay twice as its own loss,
and puts both records up for review. Which one the programme pays does not depend on which arrived first: the
one from the kiosk that held the entitlement, or else the earlier. If a portion is undone later, so is this.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from kiosk.ledger.accounts import Account, contingency, programme
from kiosk.ledger.amount import Unit
from kiosk.ledger.audit.recovery import as_first_written
from kiosk.ledger.entries import Posting
from kiosk.ledger.figures import figures
from kiosk.ledger.follow_ups import decode_given_back
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.records import Record, decode
from kiosk.ledger.sql import Row, run, run_many
from kiosk.services.canteen.records import MEAL_SERVED, MealServed, decode_meal
from sync.office.books import own_journal, reviews
from sync.office.books.own_journal import Entry
from sync.office.intake.batch import Batch

REASON, TWO_SITES = "duplicate_meal", "card_at_two_sites"
_PROGRAMME_PREFIX = programme("")


class _Meal(NamedTuple):
    resident_id: int
    day: str
    meal: str


class _Pair(NamedTuple):
    """Two servings of one person at two sites, the first of them just taken in."""

    seq: int
    other_journal: bytes
    other_seq: int
    apart_ms: int


@dataclass(frozen=True, slots=True)
class _Claim:
    """The subsidised portion of one meal as one journal has or recovered it, and what programmes pay."""

    journal: JournalKey
    seq: int
    rank: tuple[bool, int, bytes]  # the lowest is the one that counts
    subsidies: Mapping[Account, int]  # fen, all refunds taken off
    stands: bool  # not undone


def check(connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
    """Look at what these records of a journal have in common with other journals' records."""
    key = batch.key
    shared = {_Meal(*row) for row in run(connection, _SHARED, (*batch.place, *batch.place[:2]))}
    mended = run(connection, _MENDED, batch.place[:2])
    twice = {_Meal(*row) for row in run(connection, _TWICE, batch.place)} if mended else set()
    for meal in sorted(shared | twice):
        _settle(connection, key.region_id, meal, batch.at_ms)
    if shared:
        _look_for_haste(connection, key, [_Pair(*row) for row in run(connection, _TWO_SITES, batch.place)])
    return ()


# Meals of a day on which the same person was served by another journal too. Hardly ever any. Nobody in
# particular (0) is a volunteer, who is never the same person. Asked of each meal by itself: to join them,
# PostgreSQL would read the whole region for each meal until it has counted the rows of a young table.
_SHARED = """
SELECT a.resident_id, a.day, a.meal FROM servings AS a
WHERE a.region_id = ? AND a.journal_id = ? AND a.seq BETWEEN ? AND ?
AND (SELECT 1 FROM servings AS b WHERE b.region_id = ? AND b.resident_id = a.resident_id AND b.day = a.day
  AND b.resident_id > 0 AND b.journal_id <> ? LIMIT 1) = 1
"""
# The same within one journal, where what it recovered may be what its kiosk had forgotten and served again.
_MENDED = "SELECT 1 FROM recovered_records WHERE region_id = ? AND journal_id = ? LIMIT 1"
_TWICE = """
SELECT a.resident_id, a.day, a.meal FROM servings AS a
WHERE a.region_id = ? AND a.journal_id = ? AND a.seq BETWEEN ? AND ? AND a.resident_id > 0
AND 1 < (SELECT count(*) FROM servings AS b WHERE b.region_id = a.region_id
  AND b.resident_id = a.resident_id AND b.day = a.day AND b.meal = a.meal
  AND b.journal_id = a.journal_id AND b.portion = 1 AND b.served = 1)
"""
_TWO_SITES = """
SELECT a.seq, b.journal_id, min(b.seq), min(abs(a.wall_ms - b.wall_ms))
FROM servings AS a JOIN servings AS b
  ON b.region_id = a.region_id AND b.resident_id = a.resident_id AND b.day = a.day
JOIN regions AS r ON r.region_id = a.region_id
WHERE a.region_id = ? AND a.journal_id = ? AND a.seq BETWEEN ? AND ? AND b.journal_id <> a.journal_id
AND a.resident_id > 0 AND a.site <> b.site AND a.served = 1 AND b.served = 1
AND abs(a.wall_ms - b.wall_ms) <= r.two_sites_ms
GROUP BY a.seq, b.journal_id
"""


def _settle(connection: sa.Connection, region_id: int, meal: _Meal, at_ms: int) -> None:
    claims = _claims(connection, region_id, meal)
    standing = sorted((claim for claim in claims if claim.stands), key=lambda claim: claim.rank)
    for claim in standing if len(standing) > 1 else ():
        others = " ".join(f"{each.journal.journal_id.hex()} {each.seq}" for each in standing if each != claim)
        reviews.put_up(connection, claim.journal, [Finding(claim.seq, REASON, others)])
    due: dict[tuple[bytes, Account], tuple[int, int]] = {}
    for claim in standing[1:]:
        for account, fen in claim.subsidies.items():
            place = claim.journal.journal_id, account
            more_fen, seq = due.get(place, (0, claim.seq))
            due[place] = fen + more_fen, seq
    _book(connection, region_id, meal, due, at_ms)


def _book(
    connection: sa.Connection,
    region_id: int,
    meal: _Meal,
    due: Mapping[tuple[bytes, Account], tuple[int, int]],
    at_ms: int,
) -> None:
    """Bring what the office bears of each record to what it should be, with an entry for each change."""
    rows = run(connection, _BORNE, (region_id, *meal))
    borne = {(journal_id, account): (fen, seq, step) for journal_id, account, fen, seq, step in rows}
    entries, kept = [], []
    for place in sorted(borne.keys() | due.keys()):
        before_fen, seq, step = borne.get(place, (0, due.get(place, (0, 0))[1], 0))
        fen, seq = due.get(place, (0, seq))
        if fen == before_fen:
            continue
        journal_id, account = place
        request_id = f"duplicate {journal_id.hex()} {seq}" + (f" {step}" if step else "")
        postings = (Posting(account, fen - before_fen), Posting(contingency(), before_fen - fen))
        entries.append(Entry(f"{request_id} {account}", REASON, postings, f"{' '.join(map(str, meal))}"))
        kept.append((region_id, *meal, journal_id, account, fen, seq, step + 1))
    if entries:
        own_journal.enter(connection, region_id, entries, operator="", at_ms=at_ms)
        run_many(connection, _BEAR, kept)


_BORNE = (
    "SELECT journal_id, account, fen, seq, step FROM duplicate_meals"
    " WHERE region_id = ? AND resident_id = ? AND day = ? AND meal = ?"
)
_BEAR = (
    "INSERT INTO duplicate_meals (region_id, resident_id, day, meal, journal_id, account, fen, seq, step)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (region_id, resident_id, day, meal, journal_id, account)"
    " DO UPDATE SET fen = excluded.fen, seq = excluded.seq, step = excluded.step"
)


def _claims(connection: sa.Connection, region_id: int, meal: _Meal) -> list[_Claim]:
    """By journal, and by the one that each portion was first written in: a kiosk sees its own file."""
    found: dict[tuple[bytes, bytes], list[Row]] = defaultdict(list)
    whose: dict[tuple[bytes, bytes, int], bytes] = {}  # journal, and where a portion is or was in it
    for journal_id, seq, served, wall_ms, raw, origin_id, origin_seq in run(
        connection, _SERVINGS, (region_id, *meal)
    ):
        first = bytes(origin_id or journal_id)
        if served == 1:
            whose[journal_id, journal_id, seq] = whose[journal_id, first, origin_seq or seq] = first
        else:
            first = whose.get((journal_id, *_followed(raw)), first)
        found[journal_id, first].append((seq, served, wall_ms, raw))
    return [
        _claim(JournalKey(region_id, journal_id), rows)
        for (journal_id, _), rows in found.items()
        if any(served == 1 for _, served, _, _ in rows)
    ]


def _followed(raw: bytes) -> tuple[bytes, int]:
    """Which portion it gives back."""
    given = decode_given_back(as_first_written(decode(raw)).body)
    return given.journal_id, given.original_seq


_SERVINGS = (
    "SELECT s.journal_id, s.seq, s.served, s.wall_ms, r.raw, x.origin_journal_id, x.origin_seq"
    " FROM servings AS s JOIN records AS r"
    " ON r.region_id = s.region_id AND r.journal_id = s.journal_id AND r.seq = s.seq"
    " LEFT JOIN recovered_records AS x"
    " ON x.region_id = s.region_id AND x.journal_id = s.journal_id AND x.seq = s.seq"
    " WHERE s.region_id = ? AND s.resident_id = ? AND s.day = ? AND s.meal = ? AND s.portion = 1"
    " AND NOT EXISTS (SELECT 1 FROM reviews AS v WHERE v.region_id = s.region_id"
    " AND v.journal_id = s.journal_id AND v.seq = s.seq AND v.code = 'recovered_twice')"  # taken back already
    " ORDER BY s.journal_id, s.seq"
)


def _claim(key: JournalKey, rows: Sequence[Row]) -> _Claim:
    """From the journal's rows of this portion: handed out, undone, given back. The last hand-out counts."""
    seq, wall_ms, raw = next((row[0], row[2], row[3]) for row in reversed(rows) if row[1] == 1)
    subsidies: Counter[Account] = Counter()
    for row in rows:
        for posting in decode(row[3]).postings:
            if posting.account.startswith(_PROGRAMME_PREFIX) and posting.unit is Unit.FEN:
                subsidies[posting.account] -= posting.quantity
    served = meal_in(decode(raw))
    provisional = served is not None and served.provisional
    stands = sum(row[1] for row in rows) > 0
    return _Claim(key, seq, (provisional, wall_ms, key.journal_id), subsidies, stands)


def _look_for_haste(connection: sa.Connection, key: JournalKey, pairs: Iterable[_Pair]) -> None:
    """One card at two sites within less time than it takes to go there: one of them is a copy, or lent."""
    for pair in pairs:
        other = JournalKey(key.region_id, pair.other_journal)
        card = _card_number(connection, key, pair.seq)
        if card and card == _card_number(connection, other, pair.other_seq):
            for journal, seq, place in (
                (key, pair.seq, f"{other.journal_id.hex()} {pair.other_seq}"),
                (other, pair.other_seq, f"{key.journal_id.hex()} {pair.seq}"),
            ):
                detail = f"{place} {figures(card=card, apart_s=pair.apart_ms // 1000)}"
                reviews.put_up(connection, journal, [Finding(seq, TWO_SITES, detail)])


def _card_number(connection: sa.Connection, key: JournalKey, seq: int) -> int:
    """0 if there was no card."""
    wanted = (key.region_id, key.journal_id, seq)
    found = run(
        connection, "SELECT raw FROM records WHERE region_id = ? AND journal_id = ? AND seq = ?", wanted
    )
    served = meal_in(decode(found[0][0])) if found else None
    return served.card_number if served is not None else 0


def meal_in(record: Record | None) -> MealServed | None:
    """What was served, also where the record was recovered from an earlier journal."""
    record = as_first_written(record) if record is not None else None
    is_meal = record is not None and (record.kind, record.version) == MEAL_SERVED
    return decode_meal(record.body) if record is not None and is_meal else None
