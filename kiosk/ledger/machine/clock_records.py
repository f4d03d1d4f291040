"""Records about the clock: the office was heard, or staff said which meal it is.

Between two boots a kiosk has no time of its own. Within one, the monotonic clock joins every record to the
moment at which somebody knew: that is how the office finds out afterwards when a meal was really served.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from kiosk.ledger.journal import Journal
from kiosk.ledger.posting import Finding, JournalKey, Projections
from kiosk.ledger.records import ClockQuality, Record, decode
from kiosk.ledger.sql import Row, insert_rows, run
from kiosk.ledger.tables import journal_table

CLOCK = ("clock", 1)
CLOCK_CONFIRMED = ("clock_confirmed", 1)
RECORDS_AT_ONCE = 200

# When somebody knew what time it was. The office: at `monotonic_ms` of the boot its clock had shown `wall_ms`
# at most `blur_ms` before. Staff, where `until_ms` is not 0: it was `wall_ms`, and holds until then.
clock_marks = journal_table(
    "clock_marks",
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("boot", sa.BigInteger, nullable=False),
    sa.Column("monotonic_ms", sa.BigInteger, nullable=False),
    sa.Column("wall_ms", sa.BigInteger, nullable=False),  # Unix time
    sa.Column("blur_ms", sa.BigInteger, nullable=False),
    sa.Column("until_ms", sa.BigInteger, nullable=False),  # Unix time; 0: the office's word
    key=("seq",),
)


class OfficeHeard(msgspec.Struct, array_like=True, frozen=True):
    """The office's clock showed `office_ms` at most `rtt_ms` before `monotonic_ms` of this boot."""

    office_ms: int  # Unix time
    monotonic_ms: int
    rtt_ms: int


class MealConfirmed(msgspec.Struct, array_like=True, frozen=True):
    """Staff said which meal it is. The clock was set to `wall_ms`, and goes by that until `until_ms`."""

    day: str  # ISO date
    meal: str
    wall_ms: int  # Unix time
    until_ms: int  # Unix time


@dataclass(frozen=True, slots=True)
class Memory:
    """What the journal knows about the clock when a kiosk starts."""

    floor_ms: int = 0  # Unix time of the last record that was sure of it; 0: there is none
    boot_wall_ms: int | None = None  # of this very boot, if it was known in it
    quality: ClockQuality = ClockQuality.UNKNOWN
    until_ms: int = 0  # staff's word in this boot holds until then; 0: it was not staff's
    contact: OfficeHeard | None = None  # the last one written down in this boot
    office_ms: int = 0  # Unix time of the last one in any boot


def remember(journal: Journal, boot: int, monotonic_ms: int, before: bytes | None = None) -> Memory:
    """What an earlier run wrote. `monotonic_ms` is now: a record of this boot cannot be later.

    A new journal remembers what the one `before` it did.
    """
    key = journal.key if before is None else JournalKey(journal.key.region_id, before)
    with journal.writing() as writing:
        sure = _last_sure(writing.connection, key)
        mark = _last_mark(writing.connection, key, boot)
        office_ms = _last_office_ms(writing.connection, key)
    if sure is None:
        return Memory(office_ms=office_ms)
    if sure.boot != boot or sure.monotonic_ms > monotonic_ms:
        return Memory(sure.wall_ms, office_ms=office_ms)
    told = mark is not None and mark.until_ms > 0
    return Memory(
        floor_ms=sure.wall_ms,
        boot_wall_ms=sure.boot_wall_ms,
        quality=ClockQuality(min(sure.quality, ClockQuality.SYNCED)),
        until_ms=mark.until_ms if mark and told else 0,
        contact=OfficeHeard(mark.wall_ms, mark.monotonic_ms, mark.blur_ms) if mark and not told else None,
        office_ms=office_ms,
    )


_BEFORE = (
    "SELECT seq, raw FROM records WHERE region_id = ? AND journal_id = ? AND seq < ?"
    " ORDER BY seq DESC LIMIT ?"
)
_MARK = (
    "SELECT monotonic_ms, wall_ms, blur_ms, until_ms FROM clock_marks"
    " WHERE region_id = ? AND journal_id = ? AND boot = ? ORDER BY seq DESC LIMIT 1"
)

_OFFICE = (
    "SELECT wall_ms FROM clock_marks WHERE region_id = ? AND journal_id = ? AND until_ms = 0"
    " ORDER BY seq DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class _Mark:
    monotonic_ms: int
    wall_ms: int
    blur_ms: int
    until_ms: int


def _last_sure(connection: sa.Connection, key: JournalKey) -> Record | None:
    """The last record whose time was not in doubt."""
    seq = 2**62
    while rows := run(connection, _BEFORE, (key.region_id, key.journal_id, seq, RECORDS_AT_ONCE)):
        for seq, raw in rows:  # noqa: B007  (the last one is where to go on)
            record = _read(raw)
            if record is not None and record.quality >= ClockQuality.KEPT:
                return record
    return None


def _read(raw: bytes) -> Record | None:
    """A journal that was left because it is damaged may hold anything."""
    try:
        return decode(raw)
    except msgspec.MsgspecError:
        return None


def _last_mark(connection: sa.Connection, key: JournalKey, boot: int) -> _Mark | None:
    found = run(connection, _MARK, (key.region_id, key.journal_id, boot))
    return _Mark(*found[0]) if found else None


def _last_office_ms(connection: sa.Connection, key: JournalKey) -> int:
    found = run(connection, _OFFICE, (key.region_id, key.journal_id))
    return int(found[0][0]) if found else 0


_contacts = msgspec.msgpack.Decoder(OfficeHeard)
_words = msgspec.msgpack.Decoder(MealConfirmed)


def decode_heard(body: msgspec.Raw) -> OfficeHeard:
    return _contacts.decode(body)


def _project_contacts(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    said = [(record, decode_heard(record.body)) for record in records]
    rows: list[Row] = [
        (*_place(journal, record), each.monotonic_ms, each.office_ms, each.rtt_ms, 0) for record, each in said
    ]
    insert_rows(connection, clock_marks, rows)
    return ()


def _project_words(
    connection: sa.Connection, journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    said = [(record, _words.decode(record.body)) for record in records]
    rows: list[Row] = [
        (*_place(journal, record), record.monotonic_ms, each.wall_ms, 0, each.until_ms)
        for record, each in said
    ]
    insert_rows(connection, clock_marks, rows)
    return ()


def _place(journal: JournalKey, record: Record) -> Row:
    return journal.region_id, journal.journal_id, record.seq, record.boot


PROJECTIONS: Projections = {CLOCK: _project_contacts, CLOCK_CONFIRMED: _project_words}
