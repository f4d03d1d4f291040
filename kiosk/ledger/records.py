"""A journal record as bytes. `docs/journal-format.md` specifies them; change neither without the other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Annotated

import msgspec

from kiosk.ledger.accounts import Account
from kiosk.ledger.amount import Unit
from kiosk.ledger.audit.nesting import MAX_DEPTH, nests_too_deep
from kiosk.ledger.entries import Posting

END_OF_TIME_MS = int(datetime(9999, 12, 1, tzinfo=UTC).timestamp() * 1000)  # what a date can be written of

# What tables are keyed by: every database can index it. A body with a longer one is not read.
Word = Annotated[str, msgspec.Meta(max_length=200)]


class ClockQuality(IntEnum):
    """How far the wall clock of the kiosk could be trusted when the record was written."""

    UNKNOWN = 0  # nothing confirms it since boot
    STALE = 1  # behind, or far ahead of, what the kiosk had already seen
    KEPT = 2  # plausible, carried over from an earlier contact
    SYNCED = 3  # the office or a time server confirmed it in this boot


@dataclass(frozen=True, slots=True)
class Moment:
    """One reading of the clocks. Order comes from `seq`; these only say when."""

    boot: int  # counts the machine's boots as this journal saw them, from 1
    monotonic_ms: int  # since that boot
    boot_wall_ms: int  # Unix time at which the monotonic clock stood at zero, by the wall clock's word
    quality: ClockQuality

    @property
    def wall_ms(self) -> int:
        """Unix time in ms."""
        return self.boot_wall_ms + self.monotonic_ms


class Record(msgspec.Struct, array_like=True, frozen=True, gc=False):  # nothing in it leads back to it
    """One fact, packed by position so that a batch of neighbours compresses well.

    `boot_wall_ms` and not the wall time itself: it hardly changes within a boot. `count` is the number of
    records with postings so far and `turnover_fen` the sum of their postings above zero, this one included:
    they let an auditor see that a tail was cut and by how much. `request_id` is the touch that asked for it,
    so that a repeat can be known again from the records alone; empty where nobody asked with one.
    """

    seq: int
    kind: str
    version: int
    boot: int
    monotonic_ms: int
    boot_wall_ms: int
    quality: int
    operator: str
    tariff_revision: int
    postings: tuple[Posting, ...]
    body: msgspec.Raw
    count: int
    turnover_fen: int
    request_id: str = ""

    @property
    def wall_ms(self) -> int:
        """Unix time in ms, brought into what a date can be written of: a record may say anything."""
        return wall_ms(self.boot_wall_ms, self.monotonic_ms)


def wall_ms(boot_wall_ms: int, monotonic_ms: int) -> int:
    """Unix time in ms, brought into what a date can be written of."""
    return min(max(boot_wall_ms + monotonic_ms, 0), END_OF_TIME_MS)


@dataclass(frozen=True, slots=True)
class Chained:
    """A record and the hash that holds it in its journal."""

    record: Record
    hash: bytes

    @property
    def receipt(self) -> str:
        """What a receipt names: seq and the first eight hexadecimal digits of the hash."""
        return f"{self.record.seq}-{self.hash[:4].hex()}"


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Record)


def encode(record: Record) -> bytes:
    """An array of 13 elements, or of 14 if it was asked for with an id."""
    elements = msgspec.structs.astuple(record)
    return _encoder.encode(elements if record.request_id else elements[:-1])


def decode(raw: bytes) -> Record:
    """Raises `msgspec.DecodeError` where the bytes are no record, or are no bytes at all."""
    if not isinstance(raw, bytes):
        raise msgspec.DecodeError(f"stored as {type(raw).__name__}")
    if nests_too_deep(raw):
        raise msgspec.DecodeError(f"nested more than {MAX_DEPTH} deep")
    try:
        return _decoder.decode(raw)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(str(error)) from error


def encode_body(body: msgspec.Struct) -> msgspec.Raw:
    return msgspec.Raw(_encoder.encode(body))


def genesis_hash(journal_id: bytes) -> bytes:
    """What stands before the first record, so that no two journals share a chain."""
    return hashlib.sha256(b"neighbourhood-card journal 1\n" + journal_id).digest()


def chain_hash(previous: bytes, raw: bytes) -> bytes:
    return hashlib.sha256(previous + raw).digest()


def turnover_fen(postings: tuple[Posting, ...]) -> int:
    """Sum of the money postings above zero."""
    return sum([each.quantity for each in postings if each.quantity > 0 and each.unit is Unit.FEN])


def paid_by(account: Account, postings: tuple[Posting, ...], unit: Unit = Unit.FEN) -> int:
    """What the postings take from an account in one unit."""
    return -sum(each.quantity for each in postings if each.account == account and each.unit is unit)
