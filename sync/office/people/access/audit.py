"""The audit log: who did what, what it was before and after, and which residents were looked at.

It is only ever added to. Each entry is kept as the bytes it was written as, and its hash is over the hash
before and these bytes, so that a changed, missing or inserted entry breaks all that follow. What was cut off
at the end shows against a file that was exported before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import sqlalchemy as sa

from kiosk.ledger.records import chain_hash
from kiosk.ledger.sql import run
from sync.office.store.database import for_update
from sync.office.store.tables import audit_log

GENESIS = hashlib.sha256(b"neighbourhood-card audit log 1").digest()


class Deed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody did. `what`: a route, or a command as it is typed; `before`, `after`: what it changed."""

    seq: int = 0
    at_ms: int = 0
    who: str
    what: str
    about: Mapping[str, str] = {}
    before: Mapping[str, str] = {}
    after: Mapping[str, str] = {}
    residents: tuple[int, ...] = ()  # whom it showed or changed


@dataclass(frozen=True, slots=True)
class Kept:
    """A deed as it is kept."""

    raw: bytes
    hash: bytes

    @property
    def deed(self) -> Deed:
        return msgspec.json.decode(self.raw, type=Deed)


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the log is not what was written."""

    seq: int
    code: str
    detail: str


@dataclass(slots=True)
class Noting:
    """A deed that is being done: what it changes is filled in on the way."""

    connection: sa.Connection
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    residents: list[int] = field(default_factory=list)


def write(connection: sa.Connection, region_id: int, deed: Deed, at_ms: int) -> None:
    """Add a deed, the last thing that a transaction does: from here on it keeps others from adding theirs."""
    run(connection, _BEGIN, (region_id, 0, GENESIS))
    seq, previous = run(connection, _HEAD + for_update(connection), (region_id,))[0]
    raw = msgspec.json.encode(msgspec.structs.replace(deed, seq=seq + 1, at_ms=at_ms))
    made = chain_hash(bytes(previous), raw)
    run(connection, _ADD, (region_id, seq + 1, at_ms, deed.who, raw, made))
    run(connection, _GO_ON, (seq + 1, made, region_id))


_BEGIN = "INSERT INTO audit_heads (region_id, seq, hash) VALUES (?, ?, ?) ON CONFLICT (region_id) DO NOTHING"
_HEAD = "SELECT seq, hash FROM audit_heads WHERE region_id = ?"
_ADD = "INSERT INTO audit_log (region_id, seq, at_ms, who, raw, hash) VALUES (?, ?, ?, ?, ?, ?)"
_GO_ON = "UPDATE audit_heads SET seq = ?, hash = ? WHERE region_id = ?"


def kept(connection: sa.Connection, region_id: int) -> Iterator[Kept]:
    """All of it, from the beginning."""
    c = audit_log.c
    query = sa.select(c.raw, c.hash).where(c.region_id == region_id).order_by(c.seq)
    for row in connection.execute(query.execution_options(yield_per=500)):
        yield of_row(row)


def of_row(row: Any) -> Kept:
    """Whoever tampers may have left texts where bytes were."""
    raw, made = (each.encode() if isinstance(each, str) else bytes(each) for each in (row.raw, row.hash))
    return Kept(raw, made)


def faults(connection: sa.Connection, region_id: int) -> Iterator[Broken]:
    """Nothing if the log is whole. The first fault ends the proof, for what comes after it proves nothing."""
    seq, previous = 0, GENESIS
    for each in kept(connection, region_id):
        seq += 1
        computed = chain_hash(previous, each.raw)
        if computed != each.hash:
            yield Broken(seq, "wrong_hash", f"{each.hash.hex()} stored, {computed.hex()} computed")
            return
        if each.deed.seq != seq:
            yield Broken(seq, "missing", f"the next entry is {each.deed.seq}")
            return
        previous = each.hash
    head = run(connection, _HEAD, (region_id,))
    if head and (head[0][0], bytes(head[0][1])) != (seq, previous):
        yield Broken(seq, "wrong_head", f"the head says {head[0][0]} {bytes(head[0][1]).hex()}")


def exported(entries: Iterable[Kept]) -> Iterator[bytes]:
    """A line for each entry: its hash, and after a space the very bytes."""
    for each in entries:
        yield b"%s %s\n" % (each.hash.hex().encode(), each.raw)


def faults_since(connection: sa.Connection, region_id: int, lines: Iterable[bytes]) -> Iterator[Broken]:
    """Where the log is no longer what was exported; what was added since is no fault."""
    now = exported(kept(connection, region_id))
    for seq, line in enumerate(lines, 1):
        there = next(now, b"")
        if there != line:
            what = "missing" if not there else "differs"
            yield Broken(seq, what, f"exported as {line[:64].decode('ascii', 'replace')}")
            return
