"""Records as nobody would write them, with every hash right: each is allowed by a sentence of
`docs/journal-format.md`, or refused by every verifier."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from tests.verifier.damages import Base, Damage, chain_anew, forge

SEQ, KIND, VERSION, BOOT, MONOTONIC, QUALITY, OPERATOR, POSTINGS, BODY = 0, 1, 2, 3, 4, 6, 7, 9, 10
PLACE = 3  # the record that is forged; it moves 1000 fen and was asked for with an id
GOOD = [["own/1", -1000, "FEN"], ["revenue/canteen/x", 1000, "FEN"]]


class Forgery(NamedTuple):
    make: Damage
    allowed: bool


def _put(element: int, value: Any) -> Damage:
    return forge(PLACE, element, lambda _: value)


def _raw(change: Callable[[list[Any]], bytes]) -> Damage:
    """Write the whole record otherwise."""

    def damage(base: Base, journal_id: bytes) -> None:
        where = "WHERE journal_id = ? AND seq = ?"
        (raw,) = base.execute(f"SELECT raw FROM records {where}", (journal_id, PLACE)).fetchone()
        forged = change(msgspec.msgpack.decode(raw))
        base.execute(f"UPDATE records SET raw = ? {where}", (forged, journal_id, PLACE))
        chain_anew(base, journal_id)

    return damage


def _encoded(change: Callable[[list[Any]], Any]) -> Damage:
    return _raw(lambda record: msgspec.msgpack.encode(change(record)))


NUMBER = msgspec.msgpack.Ext(5, b"\x01")
FORGERIES: dict[str, Forgery] = {
    "a posting of nothing": Forgery(_put(POSTINGS, [*GOOD, ["own/2", 0, "FEN"]]), allowed=True),
    "one account twice": Forgery(
        _put(POSTINGS, [["own/1", -400, "FEN"], ["own/1", -600, "FEN"], GOOD[1]]), allowed=True
    ),
    "a posting without a unit": Forgery(_put(POSTINGS, [each[:2] for each in GOOD]), allowed=True),
    "an account without a name": Forgery(_put(POSTINGS, [["", -1000, "FEN"], GOOD[1]]), allowed=True),
    "an account that is nobody's": Forgery(
        _put(POSTINGS, [["own/abc", -1000, "FEN"], GOOD[1]]), allowed=False
    ),
    "more than there is": Forgery(
        _put(POSTINGS, [["own/1", -(10**12) - 1, "FEN"], ["own/2", 10**12 + 1, "FEN"]]), allowed=False
    ),
    "an extension for a quantity": Forgery(
        _put(POSTINGS, [["own/1", NUMBER, "FEN"], GOOD[1]]), allowed=False
    ),
    "an extension in the body": Forgery(_put(BODY, [NUMBER, "1"]), allowed=True),
    "a kind without a name": Forgery(_put(KIND, ""), allowed=True),
    "a version below zero": Forgery(_put(VERSION, -1), allowed=True),
    "a boot before the first": Forgery(_put(BOOT, 0), allowed=True),
    "a boot beyond the database": Forgery(_put(BOOT, 2**64 - 1), allowed=True),
    "a time before the boot": Forgery(_put(MONOTONIC, -5), allowed=True),
    "a quality that there is not": Forgery(_put(QUALITY, 9), allowed=True),
    "an operator with a NUL": Forgery(_put(OPERATOR, "a\0b"), allowed=True),
    "a text for a number": Forgery(_put(BOOT, "1"), allowed=False),
    "bytes for a text": Forgery(_put(OPERATOR, b"a"), allowed=False),
    "a map for the record": Forgery(_encoded(lambda record: dict(enumerate(record))), allowed=False),
    "twelve elements": Forgery(_encoded(lambda record: record[:12]), allowed=False),
    "fifteen elements": Forgery(_encoded(lambda record: [*record, None]), allowed=True),
    "a number for the request": Forgery(_encoded(lambda record: [*record[:13], 7]), allowed=False),
    "the request of another record": Forgery(
        _encoded(lambda record: [*record[:13], "touch 5"]), allowed=False
    ),
    "a follow-up that cannot be read": Forgery(
        _encoded(lambda record: [record[0], "refund", 1, *record[3:10], [1, "x"], *record[11:]]), allowed=True
    ),
    "bytes after the end": Forgery(
        _raw(lambda record: msgspec.msgpack.encode(record) + b"\xc0"), allowed=False
    ),
}
