"""A clerk decides about a record in suspense: it is believed and booked as it says, or written off.

Whoever believes makes the record what it would have been: it is folded again, and all that follows from it.
The office's own entry says who decided; the same once more changes nothing. A decision is taken back by
another entry, and both stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.ledger.accounts import Account, suspense
from kiosk.ledger.amount import Unit
from kiosk.ledger.audit.judging import moves
from kiosk.ledger.entries import Posting
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import decode
from kiosk.ledger.sql import run
from kiosk.plain.refusals import Refusal
from sync.office.books import heads, own_journal, reviews, writeoff
from sync.office.books.bank import sums
from sync.office.books.office_entry import decode_office_entry
from sync.office.books.rebooking import decided, link_at, take_out
from sync.office.books.reviews import Decision
from sync.office.books.verdicts import DECISIONS, Verdict, decode_note
from sync.office.intake.batch import Batch
from sync.office.keys import devices
from sync.office.office import Office
from sync.office.rights import cash
from sync.office.store.turns import alone


def see_cash(connection: sa.Connection, region_id: int, device_id: bytes, fen: int, at_ms: int) -> None:
    """So much of what a kiosk says it took in is there: from now on it is money everywhere."""
    whose = cash.seen(connection, region_id, device_id, fen)
    where = f"seen {device_id.hex()} {at_ms}"
    writeoff.make_good(connection, region_id, where, whose, at_ms)
    if not cash.of_kiosk(connection, region_id, device_id).beyond_fen:
        reviews.close_of_kiosk(connection, region_id, device_id, cash.UNSEEN, at_ms)


class NotSuspended(Refusal):
    """No such record is in suspense, or it was decided before."""

    code = "not_suspended"
    journal: str
    seq: int


def decide(
    connection: sa.Connection,
    office: Office,
    key: JournalKey,
    seq: int,
    verdict: Verdict,
    operator: str,
    because: str = "",
) -> None:
    """Book a suspended record as it says, or write it off. Raises `NotSuspended`."""
    at_ms = office.now_ms()
    head, said = _said(connection, key, seq)
    if said.state is not Verdict.SUSPENDED:
        raise NotSuspended(journal=key.journal_id.hex(), seq=seq)
    link = link_at(connection, key, seq)
    back = _off_suspense(decode(link.raw).postings) if verdict is Verdict.REFUSED else ()
    entry = decided(key, seq, verdict, back, n=said.times)
    own_journal.enter(connection, key.region_id, [entry], operator=operator, at_ms=at_ms)
    reviews.close(connection, key, seq, said.code, at_ms, Decision(verdict, operator, because))
    if verdict is Verdict.BELIEVED:
        take_out(connection, key, seq, office.offered.derived.tables)
        device = devices.by_id(connection, key.region_id, head.device_id or b"")
        office.intake.settle_again(connection, Batch(device, head, [link], at_ms, office.issuer))


def take_back(
    connection: sa.Connection, office: Office, key: JournalKey, seq: int, operator: str, because: str
) -> None:
    """What was written off is on suspense once more and waits; what was booked as it says is countered, and
    stands with its counter-entry. Raises `NotSuspended` and `AccountShort`.
    """
    at_ms = office.now_ms()
    _, said = _said(connection, key, seq)
    if said.state not in DECISIONS:
        raise NotSuspended(journal=key.journal_id.hex(), seq=seq)
    moved = decode(link_at(connection, key, seq).raw).postings
    if said.state is Verdict.BELIEVED:
        verdict, back = Verdict.UNDONE, [Posting(each.account, -each.quantity, each.unit) for each in moved]
    else:
        verdict = Verdict.REOPENED
        back = [Posting(suspense(each.account), each.quantity, each.unit) for each in moved]
    sums.require_enough(connection, key.region_id, back)
    entry = decided(key, seq, verdict, back, n=said.times)
    own_journal.enter(
        connection, key.region_id, [entry], operator=operator, at_ms=at_ms, accept_exposure=True
    )
    reviews.reopen(connection, key, seq, said.code, at_ms, Decision(reviews.REOPENED, operator, because))
    if verdict is Verdict.UNDONE:
        reviews.close(connection, key, seq, said.code, at_ms, Decision(verdict, operator, because))


@dataclass(frozen=True, slots=True)
class _Said:
    """What the office has said of a record: `state` is the last that stands, `times` how often it decided."""

    state: Verdict | None
    times: int
    code: str


def _said(connection: sa.Connection, key: JournalKey, seq: int) -> tuple[heads.JournalHead, _Said]:
    """Locks the journal, then the region, as an entry does."""
    head = heads.lock_head(connection, key)
    if head is None or head.device_id is None:
        raise NotSuspended(journal=key.journal_id.hex(), seq=seq)
    alone(connection, key.region_id)
    rows = run(connection, _VERDICTS, (key.region_id, key.journal_id, seq))
    times = Counter(str(row[0]) for row in rows)
    code = next((str(row[1]) for row in rows if row[0] == Verdict.SUSPENDED), "")
    if times[Verdict.UNDONE]:
        state: Verdict | None = Verdict.UNDONE
    elif times[Verdict.BELIEVED]:
        state = Verdict.BELIEVED
    elif times[Verdict.REFUSED] > times[Verdict.REOPENED]:
        state = Verdict.REFUSED
    else:
        state = Verdict.SUSPENDED if times[Verdict.SUSPENDED] else None
    return head, _Said(state, len(rows) - times[Verdict.SUSPENDED], code)


def _off_suspense(postings: Iterable[Posting]) -> Sequence[Posting]:
    return [Posting(suspense(each.account), -each.quantity, each.unit) for each in postings]


@dataclass(frozen=True, slots=True)
class Line:
    """What a record said of one account, beside what it might have moved."""

    account: Account
    unit: Unit
    said: int
    expected: int


@dataclass(frozen=True, slots=True)
class InSuspense:
    """A record in suspense; `journal` in hexadecimal."""

    journal: str
    seq: int
    code: str
    detail: str
    lines: Sequence[Line]

    @property
    def said_fen(self) -> int:
        """How much money it said that it moves."""
        return sum(line.said for line in self.lines if line.unit == Unit.FEN and line.said > 0)


def waiting(connection: sa.Connection, region_id: int) -> Mapping[tuple[str, int], InSuspense]:
    """What nobody has decided yet, by journal and record."""
    found = (_waiting(*row) for row in run(connection, _WAITING, (region_id, Verdict.SUSPENDED)))
    return {(each.journal, each.seq): each for each in found}


def _waiting(entry: bytes, raw: bytes) -> InSuspense:
    note = decode_note(decode_office_entry(decode(entry).body).note)
    return InSuspense(note.journal, note.seq, note.code, note.detail, list(_lines(raw, note.expected)))


def _lines(raw: bytes, expected: Iterable[Posting]) -> Iterator[Line]:
    said, wanted = moves(decode(raw).postings), moves(expected)
    for account, unit in sorted(said.keys() | wanted.keys()):
        yield Line(account, unit, said.get((account, unit), 0), wanted.get((account, unit), 0))


_VERDICTS = "SELECT verdict, code FROM verdicts WHERE region_id = ? AND of_journal_id = ? AND of_seq = ?"
_WAITING = """
SELECT e.raw, r.raw FROM verdicts AS v
JOIN records AS e ON e.region_id = v.region_id AND e.journal_id = v.journal_id AND e.seq = v.seq
JOIN records AS r ON r.region_id = v.region_id AND r.journal_id = v.of_journal_id AND r.seq = v.of_seq
WHERE v.region_id = ? AND v.verdict = ? AND (
  SELECT COALESCE(SUM(CASE d.verdict WHEN 'believed' THEN 1 WHEN 'refused' THEN 1
  WHEN 'refusal_taken_back' THEN -1 ELSE 0 END), 0) FROM verdicts AS d
  WHERE d.region_id = v.region_id AND d.of_journal_id = v.of_journal_id AND d.of_seq = v.of_seq) = 0
ORDER BY v.journal_id, v.seq
"""
