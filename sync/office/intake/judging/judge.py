"""A batch judged before it is booked: what does not agree with the office's own reckoning is suspended.

Nothing is refused: the record is kept and acknowledged. But it moves suspense accounts alone, and a person
sees what was expected beside what was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from kiosk.ledger.accounts import resident_of
from kiosk.ledger.amount import RIGHT_TO
from kiosk.ledger.audit.judging import ELSEWHERE, Objection, moves, moves_nothing, not_yet
from kiosk.ledger.audit.keeping import FAULTS
from kiosk.ledger.audit.recovery import RECOVERED, decode_recovered, origin_of
from kiosk.ledger.entries import Posting
from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.records import Record
from sync.office.books import own_journal
from sync.office.books.folding import Derived
from sync.office.books.own_journal import Entry
from sync.office.books.verdicts import Note, Verdict, encode_note
from sync.office.books.watching import Placed, Watch
from sync.office.intake.batch import Batch
from sync.office.intake.judging import quarantine
from sync.office.intake.judging.known import Knowledge, placed_of
from sync.office.intake.judging.past import Catalogue
from sync.office.store.turns import alone

UNKNOWN_KIND, UNREAD_BODY = "unknown_kind", "unread_body"
RECOVERED_OTHERWISE = "recovered_otherwise"  # it moves something else than what it recovers
RECOVERED_UNBELIEVED = "recovered_unbelieved"  # what it recovers was not believed


@dataclass(frozen=True, slots=True)
class Suspended:
    """Records of a batch that are not believed, by seq, and what a person is told of them."""

    seqs: frozenset[int]
    findings: Sequence[Finding]


NOBODY_SUSPENDED = Suspended(frozenset(), ())


def suspend(connection: sa.Connection, batch: Batch, derived: Derived) -> Suspended:
    """Judge the new records of a journal, whose head is locked, and enter what is not believed."""
    found = list(_judged(connection, batch, derived))
    if not found:
        return NOBODY_SUSPENDED
    key = batch.key
    alone(connection, key.region_id)  # the entries lock the region
    entries = [
        Entry(request_id(key, record.seq), Verdict.SUSPENDED, (), encode_note(_note(key, record, why)))
        for record, why in found
    ]
    own_journal.enter(connection, key.region_id, entries, operator="", at_ms=batch.at_ms)
    accused = [record.seq for record, why in found if why.code != UNKNOWN_KIND]
    quarantine.accuse(connection, key, batch.device.id, max(accused, default=0), len(accused), batch.at_ms)
    findings = [Finding(record.seq, why.code, why.detail or _in_words(record, why)) for record, why in found]
    return Suspended(frozenset(record.seq for record, _ in found), findings)


def objects(connection: sa.Connection, batch: Batch, derived: Derived) -> bool:
    """Whether anything of a batch would be suspended by what is known now."""
    return any(True for _ in _judged(connection, batch, derived))


def request_id(key: JournalKey, seq: int) -> str:
    return f"{Verdict.SUSPENDED} {key.journal_id.hex()} {seq}"


def _note(key: JournalKey, record: Record, why: Objection) -> Note:
    return Note(key.journal_id.hex(), record.seq, why.code, tuple(why.expected), why.detail)


def _in_words(record: Record, why: Objection) -> str:
    said, expected = (_moves_in_words(each) or "nothing" for each in (record.postings, why.expected))
    return figures(said=said, expected=expected)


def _moves_in_words(postings: Iterable[Posting]) -> str:
    return ", ".join(f"{account} {quantity} {unit}" for (account, unit), quantity in moves(postings).items())


def _judged(connection: sa.Connection, batch: Batch, derived: Derived) -> Iterator[tuple[Record, Objection]]:
    head = batch.head
    catalogue = Catalogue(connection, head.key.region_id)
    known = Knowledge(connection, batch, catalogue)
    places = dict(_places(head.key, batch.records))
    taken = {each.account for placed in places.values() for each in placed.own if each.quantity < 0}
    lent = {each.account for placed in places.values() for each in placed.courtesy}
    catalogue.meet({owner for account in taken | lent if (owner := resident_of(account)) is not None})
    known.purses(head.key.journal_id).know(taken)
    watches = [begin(connection, head.key, [*places.values()]) for begin in derived.watches]
    # Those that would move something, or claim something; what cannot be booked is in review as it is.
    for record in batch.records:
        known.sure = record.seq > head.unsure_to_seq
        try:
            placed = places.get(record.seq) or placed_of(head.key, record)
            why = _objection(record, known, derived)
            if why is None and record.seq not in known.repeats:
                why = known.beyond_right(placed) or known.beyond_caps(placed) or _watched(watches, placed)
            if why is None:
                known.meet(record.seq, placed)
                for watch in watches:
                    watch.believe(placed)
            if why is None and record.seq not in known.repeats:
                known.believe(placed)
        except FAULTS as error:
            why = Objection(UNREAD_BODY, detail=str(error)) if record.postings else None
        if why is not None:
            yield record, why


def _places(key: JournalKey, records: Iterable[Record]) -> Iterator[tuple[int, Placed]]:
    """Of those that can be read, by seq."""
    for record in records:
        try:
            yield record.seq, placed_of(key, record)
        except FAULTS:
            continue  # and said so when its turn comes


def _watched(watches: Iterable[Watch], placed: Placed) -> Objection | None:
    for watch in watches:
        why = watch.objection(placed)
        if why is not None:
            return why
    return None


def _objection(record: Record, known: Knowledge, derived: Derived) -> Objection | None:
    kind = (record.kind, record.version)
    if kind == RECOVERED:
        return _of_recovered(record, known, derived)
    ahead = not_yet(record, known)
    if ahead is not None:
        return ahead
    judge = derived.judges.get(kind)
    if judge is not None:
        return judge(record, known)
    if kind in derived.projections:
        return moves_nothing(record, known)
    return Objection(UNKNOWN_KIND, detail=figures(kind=kind[0], version=kind[1])) if record.postings else None


def _of_recovered(record: Record, known: Knowledge, derived: Derived) -> Objection | None:
    """It moves what the record that was left did, but for rights, and is judged as that one would be."""
    origin = origin_of(decode_recovered(record.body))
    site = known.site_of(origin.journal_id)
    if site is None:
        return Objection(ELSEWHERE)
    inner = origin.record
    moved = tuple(each for each in inner.postings if each.unit not in RIGHT_TO.values()) if inner else ()
    if record.postings and moves(record.postings) != moves(moved):
        return Objection(RECOVERED_OTHERWISE, moved)
    if inner is None or (inner.postings and not moved):  # rights, which ended with the journal that was left
        return None
    twin = known.twin(origin)
    if twin is not None:
        known.repeats.add(record.seq)
        return None if twin else Objection(RECOVERED_UNBELIEVED)
    inner = msgspec.structs.replace(inner, postings=record.postings)
    return _objection(inner, known.at(origin.journal_id, site), derived)
