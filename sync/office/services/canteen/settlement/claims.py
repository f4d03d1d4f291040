"""A programme's claim for a period, by person and meal, under the rules by which each meal was sold.

What a record claims is what it posted to the programme's account. A record belongs to the first claim that is
filed after it arrived, of its day or of a later one: those of earlier days are that claim's adjustments. So
all claims together are what the books say the programme owes, and each is made again, byte for byte, from the
journals alone. Residents are told by their numbers; names change, and are forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import msgspec
import sqlalchemy as sa

from kiosk.ledger.accounts import programme as programme_account
from kiosk.ledger.sql import run
from sync.office.books.filings import Filing
from sync.office.services.canteen.settlement.records import Found, found_of_office, found_of_serving

FORMAT = "neighbourhood-card claim 1"


class ClaimLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one record claims. Below zero: given back, or borne by the office."""

    day: date
    site: str
    meal: str
    resident: int  # 0: nobody in particular, such as a volunteer
    band: str
    portion: int
    served: int  # 1 for a portion handed out, -1 for one undone, 0 where only money moved
    rule: str  # of the prices of that day
    revision: int  # of the catalogue that the prices are in
    fen: int
    receipt: str
    why: str = ""  # of an entry of the office's own


class Sum(msgspec.Struct, frozen=True):
    """Portions and money of some lines."""

    portions: int
    fen: int


class Head(msgspec.Struct, frozen=True):
    """Up to where a journal counts."""

    journal: str
    seq: int
    hash: str


class PeriodClaim(msgspec.Struct, frozen=True, kw_only=True):
    """The file. `adjustments` are of days before the period: of records that came too late for their own."""

    format: str = FORMAT
    programme: str
    number: int
    first_day: date
    last_day: date
    total: Sum
    of_period: Sum
    of_adjustments: Sum
    period: tuple[ClaimLine, ...]
    adjustments: tuple[ClaimLine, ...]
    heads: tuple[Head, ...]


@dataclass(frozen=True, slots=True)
class ClaimAsked:
    """Which claim: what of the journals counts, and what the one before it had claimed already."""

    programme: str
    number: int
    first_day: date
    last_day: date
    cut: Mapping[str, int]
    before: Filing | None

    def claims(self, found: Found) -> bool:
        """Whether a record is this claim's, and was not one before's."""
        if found.day > self.last_day or found.arrived_seq > self.cut.get(found.arrived_in.hex(), 0):
            return False
        before = self.before
        return (
            before is None
            or found.day > before.last_day
            or not before.counts(found.arrived_in, found.arrived_seq)
        )


def claim(connection: sa.Connection, region_id: int, asked: ClaimAsked) -> PeriodClaim:
    """Made from the journals."""
    unique = {each.place: each for each in _candidates(connection, region_id, asked) if asked.claims(each)}
    lines = [(each.day < asked.first_day, _line(each)) for each in sorted(unique.values(), key=Found.order)]
    period = tuple(line for is_late, line in lines if not is_late)
    adjustments = tuple(line for is_late, line in lines if is_late)
    return PeriodClaim(
        programme=asked.programme,
        number=asked.number,
        first_day=asked.first_day,
        last_day=asked.last_day,
        total=sum_of((*period, *adjustments)),
        of_period=sum_of(period),
        of_adjustments=sum_of(adjustments),
        period=period,
        adjustments=adjustments,
        heads=tuple(_heads(connection, region_id, asked.cut)),
    )


def sum_of(lines: Iterable[ClaimLine]) -> Sum:
    several = list(lines)
    return Sum(sum(each.served for each in several), sum(each.fen for each in several))


def _line(found: Found) -> ClaimLine:
    return ClaimLine(
        day=found.day,
        site=found.site,
        meal=found.meal,
        resident=found.resident_id,
        band=found.band,
        portion=found.portion,
        served=found.served,
        rule=found.rule_id,
        revision=found.revision,
        fen=found.fen,
        receipt=found.receipt,
        why=found.why,
    )


def _candidates(connection: sa.Connection, region_id: int, asked: ClaimAsked) -> Iterator[Found]:
    """Everything that may be this claim's; some of it twice, and some not."""
    account = programme_account(asked.programme)
    since = asked.before.cut if asked.before else {}
    believed = _believed(connection, region_id)
    days = (asked.first_day.isoformat(), asked.last_day.isoformat())
    rows = list(run(connection, _OF_DAYS, (account, region_id, *days)))
    if asked.before is not None:
        for journal, seq in asked.cut.items():
            new = (account, region_id, bytes.fromhex(journal), since.get(journal, 0), seq, days[0])
            rows += run(connection, _NEW_OF_BEFORE, new)
        for journal_id, seq in believed:
            rows += run(connection, _NEW_OF_BEFORE, (account, region_id, journal_id, seq - 1, seq, days[0]))
    for row in rows:
        place = (bytes(row[0]), int(row[1]))
        yield found_of_serving(row, believed.get(place, place))
    for row in run(connection, _OF_OFFICE, (account, region_id)):
        yield found_of_office(row)


def _believed(connection: sa.Connection, region_id: int) -> dict[tuple[bytes, int], tuple[bytes, int]]:
    """Where the office said that it believes a record after all: there it arrived."""
    rows = run(connection, _BELIEVED, (region_id,))
    return {(bytes(row[0]), int(row[1])): (bytes(row[2]), int(row[3])) for row in rows}


def _heads(connection: sa.Connection, region_id: int, cut: Mapping[str, int]) -> Iterator[Head]:
    for journal, seq in sorted(cut.items()):
        rows = run(connection, _HASH, (region_id, bytes.fromhex(journal), seq))
        if rows:
            yield Head(journal, seq, bytes(rows[0][0]).hex())


# CROSS JOIN keeps SQLite from reading all postings to find those of a few days; PostgreSQL does not mind.
_SERVINGS = (
    "SELECT s.journal_id, s.seq, s.day, s.site, s.meal, s.resident_id, s.band, s.portion, s.served,"
    " -p.quantity, r.raw, r.hash FROM servings AS s CROSS JOIN postings AS p CROSS JOIN records AS r"
    " WHERE p.region_id = s.region_id AND p.journal_id = s.journal_id AND p.seq = s.seq"
    " AND r.region_id = s.region_id AND r.journal_id = s.journal_id AND r.seq = s.seq"
    " AND p.account = ? AND p.unit = 'FEN' AND s.region_id = ?"
)
_OF_DAYS = f"{_SERVINGS} AND s.day BETWEEN ? AND ?"
_NEW_OF_BEFORE = f"{_SERVINGS} AND s.journal_id = ? AND s.seq > ? AND s.seq <= ? AND s.day < ?"
_OF_OFFICE = (
    "SELECT p.journal_id, p.seq, -p.quantity, r.raw, r.hash FROM journals AS j"
    " CROSS JOIN postings AS p CROSS JOIN records AS r"
    " WHERE p.region_id = j.region_id AND p.journal_id = j.journal_id"
    " AND r.region_id = p.region_id AND r.journal_id = p.journal_id AND r.seq = p.seq"
    " AND p.account = ? AND p.unit = 'FEN' AND j.region_id = ? AND j.device_id IS NULL"
)
_BELIEVED = (
    "SELECT of_journal_id, of_seq, journal_id, seq FROM verdicts"
    " WHERE region_id = ? AND verdict = 'believed' ORDER BY journal_id, seq"
)
_HASH = "SELECT hash FROM records WHERE region_id = ? AND journal_id = ? AND seq = ?"
