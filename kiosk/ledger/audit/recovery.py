"""Records of a journal that was left, entered once more in the one that is written now.

When a journal's history turned out to be another than the office's, or its chain is broken, the office cannot
take what follows. Those records happened all the same: each is wrapped, byte for byte, into a `recovered`
record of the current journal, with the same postings, and once, whenever the kiosk is interrupted.
What a journal says about itself (opened, started, its clock) stays where it is.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from kiosk.ledger.amount import RIGHT_TO
from kiosk.ledger.audit.keeping import FAULTS
from kiosk.ledger.entries import Posting, QuantityTooLarge, Unbalanced, balanced
from kiosk.ledger.figures import figures
from kiosk.ledger.journal import Journal, Writing
from kiosk.ledger.machine.clock_records import CLOCK, CLOCK_CONFIRMED
from kiosk.ledger.machine.lifecycle import OPENED, OPENED_AFTER, STARTED
from kiosk.ledger.posting import Finding, JournalKey, Project, Projections
from kiosk.ledger.records import Moment, Record, decode
from kiosk.ledger.sql import insert_rows, run
from kiosk.ledger.tables import journal_table

RECOVERED = ("recovered", 1)
UNPROVED = "journal_damaged"  # the reason that says: nothing proves these bytes
ITS_OWN = (OPENED, OPENED_AFTER, STARTED, CLOCK, CLOCK_CONFIRMED)
RECORDS_AT_ONCE = 100  # taps wait for so many at most
MISSES_IN_A_ROW = 500  # then nothing more is looked for in a damaged file
MAX_DEPTH = 16  # a journal that was recovered into may be left in its turn

# Which record each one was: as it stood in the journal that was left, and as it was first written.
recovered_records = journal_table(
    "recovered_records",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("source_journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("source_seq", sa.BigInteger, nullable=False),
    sa.Column("origin_journal_id", sa.LargeBinary(16), nullable=False),
    sa.Column("origin_seq", sa.BigInteger, nullable=False),
    sa.Column("origin_digest", sa.LargeBinary(32), nullable=False),  # SHA-256 of its bytes
    sa.Index("recovered_by_source", "region_id", "source_journal_id", "source_seq"),
    sa.Index("recovered_by_origin", "region_id", "origin_journal_id", "origin_seq"),
    key=("seq",),
)


class Recovered(msgspec.Struct, array_like=True, frozen=True):
    """A record of another journal of this kiosk, and why that was left."""

    journal_id: bytes
    seq: int
    raw: bytes
    reason: str


_decoder = msgspec.msgpack.Decoder(Recovered)


def decode_recovered(body: msgspec.Raw) -> Recovered:
    return _decoder.decode(body)


def recover(
    journal: Journal, reader: sa.Engine, source: bytes, first_seq: int, reason: str, at: Moment
) -> int:
    """Enter what is still missing of a left journal's records from `first_seq` on; returns how many.

    Some at a time: call it until it returns 0. Raises `JournalUnwritable` or `JournalDamaged`.
    """
    place = (journal.key.region_id, source)
    with journal.looking(reader) as connection:
        if not _missing(connection, place, first_seq):
            return 0
    with journal.writing() as writing:
        missing = _missing(writing.connection, place, first_seq)
        _enter(writing, source, missing, reason, at)
    return len(missing)


def salvage(journal: Journal, file: sa.Engine, source: bytes, first_seq: int, at: Moment) -> int:
    """The same from a file that is damaged: what can still be read of it, record by record; returns how many.

    The office may know some of it already; it takes back what it has twice.
    """
    place = (journal.key.region_id, source)
    with journal.writing() as writing:
        seq = max(run(writing.connection, _DONE, place)[0][0] + 1, first_seq)
        found = [each for each in _readable(file, place, seq) if not _is_its_own(each[1])]
        _enter(writing, source, found, UNPROVED, at)
    return len(found)


def _enter(
    writing: Writing, source: bytes, found: Iterable[tuple[int, bytes]], reason: str, at: Moment
) -> None:
    for seq, raw in found:
        writing.append(*RECOVERED, Recovered(source, seq, raw, reason), *_postings(raw), at=at)


def _readable(file: sa.Engine, place: tuple[int, bytes], seq: int) -> Iterator[tuple[int, bytes]]:
    """One look-up for each record, so that a page that cannot be read hides no more than what is on it."""
    missed = 0
    while missed < MISSES_IN_A_ROW:
        raw = _readable_one(file, (*place, seq))
        missed = 0 if raw is not None else missed + 1
        if raw is not None:
            yield seq, raw
        seq += 1


def _readable_one(file: sa.Engine, place: tuple[int, bytes, int]) -> bytes | None:
    try:
        with file.connect() as connection, connection.begin():
            rows = run(connection, _RAW, place)
    except sa.exc.DatabaseError:
        return None
    return rows[0][0] if rows and isinstance(rows[0][0], bytes) else None


_RAW = "SELECT raw FROM records WHERE region_id = ? AND journal_id = ? AND seq = ?"
_DONE = (
    "SELECT coalesce(max(source_seq), 0) FROM recovered_records WHERE region_id = ? AND source_journal_id = ?"
)
_AFTER = (
    "SELECT seq, raw FROM records WHERE region_id = ? AND journal_id = ? AND seq > ? ORDER BY seq LIMIT ?"
)


def _missing(connection: sa.Connection, place: tuple[int, bytes], first_seq: int) -> list[tuple[int, bytes]]:
    after = max(run(connection, _DONE, place)[0][0], first_seq - 1)
    found: list[tuple[int, bytes]] = []
    while not found:
        rows = run(connection, _AFTER, (*place, after, RECORDS_AT_ONCE))
        if not rows:
            break
        found = [(seq, raw) for seq, raw in rows if isinstance(raw, bytes) and not _is_its_own(raw)]
        after = rows[-1][0]
    return found


def _is_its_own(raw: bytes) -> bool:
    record = _read(raw)
    return record is not None and (record.kind, record.version) in ITS_OWN


def _postings(raw: bytes) -> tuple[Posting, ...]:
    """What the record moved; nothing if it cannot be read or be booked.

    Rights that it gave back were the left journal's, which ended with it.
    """
    record = _read(raw)
    try:
        moved = balanced(*record.postings) if record else ()
        return tuple(each for each in moved if each.unit not in RIGHT_TO.values())
    except (Unbalanced, QuantityTooLarge):
        return ()


def _read(raw: bytes) -> Record | None:
    try:
        return decode(raw)
    except msgspec.MsgspecError:
        return None


@dataclass(frozen=True, slots=True)
class Origin:
    """A recovered record as it was first written."""

    journal_id: bytes
    seq: int
    raw: bytes
    record: Record | None  # None: it cannot be read

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.raw).digest()


def origin_of(body: Recovered) -> Origin:
    """What is inside, however often it was wrapped."""
    for _ in range(MAX_DEPTH):
        record = _read(body.raw)
        if record is None or (record.kind, record.version) != RECOVERED:
            return Origin(body.journal_id, body.seq, body.raw, record)
        body = _decoder.decode(record.body)
    raise ValueError(f"wrapped more than {MAX_DEPTH} times")


def as_first_written(record: Record) -> Record:
    """What a record was that was recovered, if it can be read; any other as it is."""
    if (record.kind, record.version) != RECOVERED:
        return record
    return origin_of(decode_recovered(record.body)).record or record


def first_written(journal_id: bytes, record: Record) -> tuple[bytes, Record]:
    """A record of a journal as it was first written, and in which one; numbered as it was there."""
    if (record.kind, record.version) != RECOVERED:
        return journal_id, record
    origin = origin_of(decode_recovered(record.body))
    return origin.journal_id, origin.record or record


def projecting(projections: Projections, *, known_here: bool) -> Project:
    """Look up a recovered record by what it was, under its new place.

    `known_here`: not again if this file has it in its old place, where it was looked up when it was written.
    """

    def project(
        connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
    ) -> Iterable[Finding]:
        bodies = [(record, _decoder.decode(record.body)) for record in records]
        origins = [(record, body, origin_of(body)) for record, body in bodies]
        insert_rows(connection, recovered_records, [_row(journal, *each) for each in origins])
        news = [
            each for each in origins if not (known_here and _is_here(connection, journal.region_id, each[2]))
        ]
        findings = [Finding(record.seq, *found) for record, body, each in news for found in _odd(body, each)]
        for kind, embedded in _by_kind(news).items():
            if kind in projections:
                findings += _look_up(connection, journal, projections[kind], embedded)
            elif kind not in ITS_OWN:
                detail = figures(kind=kind[0], version=kind[1], recovered=len(embedded))
                findings += [Finding(each.seq, "unknown_kind", detail) for each in embedded]
        return findings

    return project


def _look_up(
    connection: sa.Connection, journal: JournalKey, project: Project, embedded: Sequence[Record]
) -> list[Finding]:
    """What was read out of a damaged file may say anything: what cannot be looked up is kept all the same."""
    findings: list[Finding] = []
    for record in embedded:
        try:
            with connection.begin_nested():
                findings += project(connection, journal, [record])
        except FAULTS as error:
            findings.append(Finding(record.seq, "unread_body", str(getattr(error, "orig", error))))
    return findings


def _row(journal: JournalKey, record: Record, body: Recovered, origin: Origin) -> tuple[object, ...]:
    place = (journal.region_id, journal.journal_id, record.seq)
    return (*place, body.journal_id, body.seq, origin.journal_id, origin.seq, origin.digest)


_HERE = "SELECT 1 FROM records WHERE region_id = ? AND journal_id = ? AND seq = ? AND raw = ?"


def _is_here(connection: sa.Connection, region_id: int, origin: Origin) -> bool:
    return bool(run(connection, _HERE, (region_id, origin.journal_id, origin.seq, origin.raw)))


def _odd(body: Recovered, origin: Origin) -> Iterable[tuple[str, str]]:
    where = figures(record=origin.seq, journal=origin.journal_id.hex())
    if body.reason == UNPROVED:
        yield "recovered_unproved", where
    if origin.record is None:
        yield "unreadable_record", where


def _by_kind(
    origins: Iterable[tuple[Record, Recovered, Origin]],
) -> dict[tuple[str, int], list[Record]]:
    """The embedded records under their new seq; the money is what the wrapping record moved."""
    found: dict[tuple[str, int], list[Record]] = defaultdict(list)
    for record, _, origin in origins:
        if origin.record is not None:
            moved = msgspec.structs.replace(origin.record, seq=record.seq, postings=record.postings)
            found[moved.kind, moved.version].append(moved)
    return found
