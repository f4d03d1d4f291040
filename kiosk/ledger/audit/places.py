"""Where one record stands: where it was first written, and in every journal that it was recovered into.

Whoever asks whether something was done with a record has to ask of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from kiosk.ledger.audit.recovery import Origin, decode_recovered, origin_of
from kiosk.ledger.records import decode
from kiosk.ledger.sql import run

Place = tuple[bytes, int]  # a journal, and the seq of a record there


def first_place(connection: sa.Connection, region_id: int, place: Place) -> Place:
    """Where the record was first written: there, unless it was recovered."""
    rows = run(connection, _FIRST, (region_id, *place))
    return (bytes(rows[0][0]), rows[0][1]) if rows else place


def places(connection: sa.Connection, region_id: int, first: Place) -> list[Place]:
    """Where a record stands that was first written in this place: there, and where it was recovered."""
    recovered = run(connection, _RECOVERED, (region_id, *first))
    return [first, *((bytes(journal_id), seq) for journal_id, seq in recovered)]


def recovered_of(connection: sa.Connection, region_id: int, journal_id: bytes) -> Iterator[Origin]:
    """All records of a journal that were recovered into others."""
    for (raw,) in run(connection, _RECOVERED_OF, (region_id, journal_id)):
        yield origin_of(decode_recovered(decode(raw).body))


_FIRST = (
    "SELECT origin_journal_id, origin_seq FROM recovered_records"
    " WHERE region_id = ? AND journal_id = ? AND seq = ?"
)
_RECOVERED = (
    "SELECT journal_id, seq FROM recovered_records"
    " WHERE region_id = ? AND origin_journal_id = ? AND origin_seq = ?"
)
_RECOVERED_OF = (
    "SELECT r.raw FROM recovered_records AS x JOIN records AS r"
    " ON r.region_id = x.region_id AND r.journal_id = x.journal_id AND r.seq = x.seq"
    " WHERE x.region_id = ? AND x.origin_journal_id = ?"
)
