"""A check is asked of batches that hold something for it, be it recovered from another journal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from kiosk.ledger.audit.recovery import RECOVERED, Recovered
from kiosk.ledger.posting import Finding, JournalKey, Link
from kiosk.ledger.records import Record, encode, encode_body
from kiosk.services.canteen.records import MEAL_SERVED
from kiosk.services.till.records import TOP_UP
from sync.office.books.heads import JournalHead
from sync.office.intake.batch import Batch, only_of

ANYTHING: Any = None
EMPTY = msgspec.Raw(b"\x90")


def _raw(kind: tuple[str, int], body: msgspec.Raw = EMPTY) -> bytes:
    return encode(Record(1, *kind, 1, 0, 0, 2, "", 0, (), body, 0, 0))


def _batch(raw: bytes) -> Batch:
    head = JournalHead(JournalKey(1, b"j" * 16), b"d" * 16, "west", 0, b"", sealed=False)
    return Batch(ANYTHING, head, [Link(1, raw, b"h" * 32)], 0, ANYTHING)


def _found(raw: bytes) -> list[Finding]:
    def check(_connection: object, _batch: Batch) -> Iterable[Finding]:
        return [Finding(1, "looked", "")]

    return list(only_of([MEAL_SERVED], check)(ANYTHING, _batch(raw)))


def _recovered(raw: bytes) -> bytes:
    return _raw(RECOVERED, encode_body(Recovered(b"l" * 16, 1, raw, "forked")))


def test_a_batch_with_such_a_record_is_looked_at() -> None:
    assert _found(_raw(MEAL_SERVED))


def test_one_without_is_not() -> None:
    assert not _found(_raw(TOP_UP))
    assert not _found(_recovered(_raw(TOP_UP)))
    assert not _found(b"no record")


def test_what_was_recovered_counts_as_what_it_was() -> None:
    assert _found(_recovered(_recovered(_raw(MEAL_SERVED))))


def test_a_recovered_record_that_cannot_be_read_keeps_nobody_from_looking_at_the_others() -> None:
    assert not _found(_raw(RECOVERED, msgspec.Raw(b"\xc0")))
