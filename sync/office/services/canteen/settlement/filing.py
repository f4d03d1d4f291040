"""Filing a claim: proposed by one person, locked when another one approves.

Periods of a programme follow one another without a gap. The first begins on the first day of which anything
is to be claimed.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.common.clock import local_time
from kiosk.ledger.accounts import programme as programme_account
from kiosk.ledger.sql import run
from kiosk.plain.refusals import Refusal
from sync.office.books import own_journal
from sync.office.books.filings import REASON, Filed, Filing, filed, note_of
from sync.office.books.own_journal import Entry
from sync.office.catalogue.published import current_values
from sync.office.catalogue.publishing import lock_revision
from sync.office.console.marking import _
from sync.office.people.access.permissions import Permission
from sync.office.people.access.proposals import Approved, BaseChanged, ProposalKind, Words
from sync.office.services.canteen.settlement.claims import ClaimAsked, PeriodClaim, claim
from sync.office.store.tables import journals
from sync.office.store.turns import alone


class NotOver(Refusal):
    """The period has days that are not over."""

    code = "period_not_over"
    day: str


class NothingToClaim(Refusal):
    """Nothing was ever posted to this programme."""

    code = "nothing_to_claim"


class NextPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """File a programme's claim from the day after the last one to `last_day`."""

    programme: str
    number: int
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class ProgrammeStanding:
    """How a programme stands."""

    programme: str
    filed: list[Filed]
    owed_fen: int  # by the books, of everything that was ever served

    @property
    def claimed_fen(self) -> int:
        return sum(each.filing.fen for each in self.filed)

    @property
    def unclaimed_fen(self) -> int:
        return self.owed_fen - self.claimed_fen


def standings(connection: sa.Connection, region_id: int) -> list[ProgrammeStanding]:
    """Every programme that is known, or that something was posted to."""
    rows = run(connection, _OWED, (region_id,))
    owed = {str(row[0]).partition("/")[2]: int(row[1]) for row in rows}
    known = {each.name for each in current_values(connection, region_id, Kind.PROGRAMME)}
    return [
        ProgrammeStanding(name, filed(connection, region_id, name), owed.get(name, 0))
        for name in sorted(known | owed.keys())
    ]


_OWED = (
    "SELECT account, CAST(SUM(debits - credits) AS BIGINT) FROM balances"
    " WHERE region_id = ? AND unit = 'FEN' AND account LIKE 'programme/%' GROUP BY account"
)


def next_first_day(connection: sa.Connection, region_id: int, programme: str) -> date:
    """Raises `NothingToClaim`."""
    before = filed(connection, region_id, programme)
    if before:
        return before[-1].filing.last_day + timedelta(days=1)
    first = run(connection, _FIRST_DAY, (programme_account(programme), region_id))[0][0]
    if first is None:
        raise NothingToClaim
    return date.fromisoformat(first)


_FIRST_DAY = (
    "SELECT min(s.day) FROM servings AS s CROSS JOIN postings AS p WHERE p.region_id = s.region_id"
    " AND p.journal_id = s.journal_id AND p.seq = s.seq AND p.account = ? AND s.region_id = ?"
)


def end_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def next_period(connection: sa.Connection, region_id: int, programme: str, last_day: date) -> NextPeriod:
    """The first day is given by what was filed before. Raises `NothingToClaim`."""
    number = len(filed(connection, region_id, programme)) + 1
    first_day = next_first_day(connection, region_id, programme)
    return NextPeriod(
        programme=programme, number=number, first_day=first_day, last_day=max(first_day, last_day)
    )


def asked_now(connection: sa.Connection, region_id: int, period: NextPeriod) -> ClaimAsked:
    """With everything that has arrived by now."""
    c = journals.c
    heads = sa.select(c.journal_id, c.head_seq).where(c.region_id == region_id)
    cut = {bytes(row.journal_id).hex(): row.head_seq for row in connection.execute(heads) if row.head_seq}
    before = filed(connection, region_id, period.programme)
    return ClaimAsked(
        period.programme,
        period.number,
        period.first_day,
        period.last_day,
        dict(sorted(cut.items())),
        before[-1].filing if before else None,
    )


def as_bytes(made: PeriodClaim) -> bytes:
    """The file that is filed: JSON, whose SHA-256 the office's journal has."""
    return msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"


def made_again(connection: sa.Connection, region_id: int, programme: str, number: int) -> PeriodClaim:
    """From the journals, as of when it was filed. `number` is one of those that were filed."""
    several = [each.filing for each in filed(connection, region_id, programme)]
    filing = several[number - 1]
    previous = several[number - 2] if number > 1 else None
    period = (filing.first_day, filing.last_day, filing.cut)
    return claim(connection, region_id, ClaimAsked(programme, number, *period, previous))


def as_filed(connection: sa.Connection, region_id: int, filing: Filing) -> bytes | None:
    """The very bytes that were filed; None where only the journals are left."""
    rows = run(connection, _KEPT, (region_id, bytes.fromhex(filing.sha256)))
    return zlib.decompress(bytes(rows[0][0])) if rows else None


_KEPT = "SELECT content FROM filed_files WHERE region_id = ? AND sha256 = ?"
_KEEP = (
    "INSERT INTO filed_files (region_id, sha256, content) VALUES (?, ?, ?)"
    " ON CONFLICT (region_id, sha256) DO NOTHING"
)


def _carry_out(approved: Approved, period: NextPeriod) -> None:
    connection, region_id = approved.connection, approved.region_id
    if period.last_day >= local_time(approved.at_ms).date():
        raise NotOver(day=period.last_day.isoformat())
    alone(connection, region_id)
    lock_revision(connection, region_id)
    if len(filed(connection, region_id, period.programme)) != period.number - 1:
        raise BaseChanged  # somebody else filed it at the same moment
    asked = asked_now(connection, region_id, period)
    made = claim(connection, region_id, asked)
    content = as_bytes(made)
    digest = hashlib.sha256(content).digest()
    filing = Filing(
        programme=period.programme,
        number=period.number,
        first_day=period.first_day,
        last_day=period.last_day,
        cut=asked.cut,
        sha256=digest.hex(),
        portions=made.total.portions,
        fen=made.total.fen,
        proposed_by=approved.proposed_by,
    )
    entry = Entry(f"{REASON} {filing.programme} {filing.number}", REASON, (), note_of(filing))
    operator, at_ms = approved.approved_by, approved.at_ms
    own_journal.enter(connection, region_id, [entry], operator=operator, at_ms=at_ms)
    run(connection, _KEEP, (region_id, digest, zlib.compress(content)))


def _based_on(connection: sa.Connection, region_id: int, period: NextPeriod) -> str:
    """What was filed before: a claim that was filed meanwhile has taken its place. New records may come."""
    return str(len(filed(connection, region_id, period.programme)))


def _words(period: NextPeriod) -> Words:
    sentence = _("File claim %(number)s of %(programme)s, %(first_day)s to %(last_day)s, and lock it")
    return sentence, msgspec.structs.asdict(period)


FILE_CLAIM = ProposalKind(
    name="file_claim",
    title=_("File a claim"),
    payload=NextPeriod,
    needs=Permission.MOVE_MONEY,
    words=_words,
    based_on=_based_on,
    carry_out=_carry_out,
    refusals={NotOver.code: _("%(day)s is not over yet, so nothing was filed.")},
)
