"""Shifts: the cash box is counted at both ends, and the books say what should be in it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.common.here import Here
from kiosk.ledger.accounts import cash_box, cash_difference, safe
from kiosk.ledger.amount import Amount
from kiosk.ledger.entries import posting
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained
from kiosk.ledger.sql import run
from kiosk.services.till.errors import NoShiftOpen, ReasonMissing, ShiftOpenAlready
from kiosk.services.till.records import (
    SHIFT_CLOSE,
    SHIFT_OPEN,
    Counts,
    ShiftClosed,
    ShiftOpened,
    decode_shift_closed,
    decode_shift_opened,
)


@dataclass(frozen=True, slots=True)
class Shift:
    """The last shift of a kiosk, and where in which journal it was opened."""

    number: int
    is_open: bool
    journal_id: bytes
    seq: int
    opened_ms: int


NONE_YET = Shift(number=0, is_open=False, journal_id=b"", seq=0, opened_ms=0)


class Shifts:
    """The shifts of one kiosk."""

    def __init__(self, here: Here) -> None:
        self._journal, self._clock, self._site, self._reader = (
            here.journal,
            here.clock,
            here.site,
            here.reader,
        )

    def last(self) -> Shift:
        with self._reader.connect() as connection, connection.begin():
            return last_shift(connection, self._journal.key.region_id)

    def require(self) -> None:
        """Raises `NoShiftOpen` unless somebody answers for the cash box."""
        if not self.last().is_open:
            raise NoShiftOpen

    def expected_fen(self) -> int:
        """What should be in the cash box now."""
        with self._reader.connect() as connection, connection.begin():
            return in_the_box_fen(connection, self._journal.key.region_id, self._site)

    def open(self, counted_fen: int, counts: Counts, request_id: str) -> int:
        """Begin with so much in the box; returns the shift's number. Raises `ShiftOpenAlready`."""
        with self._journal.writing() as writing:
            opened = writing.once(request_id, lambda: self._open(writing, counted_fen, counts, request_id))
        return decode_shift_opened(opened.record.body).number

    def _open(self, writing: Writing, counted_fen: int, counts: Counts, request_id: str) -> Chained:
        last = last_shift(writing.connection, writing.key.region_id)
        if last.is_open:
            raise ShiftOpenAlready(number=last.number)
        left_fen = in_the_box_fen(writing.connection, writing.key.region_id, self._site)
        return writing.append(
            *SHIFT_OPEN,
            ShiftOpened(self._site, last.number + 1, counted_fen, counts),
            posting(cash_box(self._site), Amount(left_fen - counted_fen)),
            posting(safe(self._site), Amount(counted_fen - left_fen)),
            at=self._clock.now(),
            request_id=request_id,
        )

    def close(self, counted_fen: int, counts: Counts, reason: str, request_id: str) -> ShiftClosed:
        """Empty the box into the safe. Raises `NoShiftOpen`, or `ReasonMissing` where the sums differ."""
        with self._journal.writing() as writing:
            closed = writing.once(
                request_id, lambda: self._close(writing, counted_fen, counts, reason, request_id)
            )
        return decode_shift_closed(closed.record.body)

    def _close(
        self, writing: Writing, counted_fen: int, counts: Counts, reason: str, request_id: str
    ) -> Chained:
        last = last_shift(writing.connection, writing.key.region_id)
        if not last.is_open:
            raise NoShiftOpen
        expected_fen = in_the_box_fen(writing.connection, writing.key.region_id, self._site)
        if expected_fen != counted_fen and not reason:
            raise ReasonMissing(expected_fen=expected_fen, counted_fen=counted_fen)
        return writing.append(
            *SHIFT_CLOSE,
            ShiftClosed(self._site, last.number, expected_fen, counted_fen, counts, reason),
            posting(cash_box(self._site), Amount(expected_fen)),
            posting(safe(self._site), Amount(-counted_fen)),
            posting(cash_difference(self._site), Amount(counted_fen - expected_fen)),
            at=self._clock.now(),
            request_id=request_id,
        )


_LAST = (
    "SELECT number, closed, journal_id, seq, wall_ms FROM shift_ends WHERE region_id = ?"
    " ORDER BY number DESC, closed LIMIT 2"
)


def last_shift(connection: sa.Connection, region_id: int) -> Shift:
    """The shift with the highest number, in whichever journal of this file."""
    rows = run(connection, _LAST, (region_id,))
    if not rows:
        return NONE_YET
    number, _, journal_id, seq, opened_ms = rows[0]
    is_closed = any(closed for of, closed, *_ in rows if of == number)
    return Shift(number, not is_closed, bytes(journal_id), seq, opened_ms)


_IN_THE_BOX = "SELECT coalesce(sum(fen), 0) FROM cash_moves WHERE region_id = ? AND site = ?"


def in_the_box_fen(connection: sa.Connection, region_id: int, site: str) -> int:
    """All that went in, less all that came out, in all journals of this file."""
    return int(run(connection, _IN_THE_BOX, (region_id, site))[0][0])
