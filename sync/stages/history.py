"""The history stage: what the journals before this one held comes back when nothing else waits.

Every piece is proved against the chain before it is kept, and is kept whole with the place it ends at, so the
stage can be cut off anywhere. What the office has received more than 92 days ago does not come back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from kiosk.catalogue.earlier import history, metadata
from kiosk.common.books import Kinds
from kiosk.journal import incarnation
from kiosk.ledger.posting import Link
from kiosk.ledger.records import chain_hash, genesis_hash
from kiosk.ledger.sql import insert_rows
from kiosk.store.engine import open_journal, preparing
from sync.enrolling.enrolment import read_enrolment
from sync.errors import Garbled
from sync.local.cursor import FILE, Cursor
from sync.local.lookups import Lookups
from sync.wire import columns, compression, signing
from sync.wire.messages import History, Records, StaleCounter
from sync.wire.signing import PublicKeys, SigningKey
from sync.wire.transport import Transport

AGAIN_AFTER_S = 6 * 3600.0  # late records may have reached the office since


@dataclass(frozen=True, slots=True)
class Fetched:
    """One piece's outcome: records that came, and whether there is more to ask for at once."""

    records: int
    more: bool


def predecessors(folder: Path) -> list[bytes]:
    """The journals that this kiosk's own one follows, the latest first."""
    enrolment, _ = read_enrolment(folder)
    begun = incarnation.read(folder, enrolment.journal_id)
    known = [*enrolment.predecessors, *(each.journal_id for each in (begun.predecessors if begun else ()))]
    return [bytes.fromhex(each) for each in reversed(known)]


class HistoryStage:
    """Asks for the next missing piece and keeps it, to be looked up in the tables of these kinds."""

    def __init__(
        self,
        folder: Path,
        key: SigningKey,
        cursor: Cursor,
        kinds: Callable[[], Sequence[Kinds]] = lambda: (),
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder, self._key, self._cursor, self._monotonic_s = folder, key, cursor, monotonic_s
        self._lookups: Lookups | None = None
        self._complete: dict[bytes, float] = {}  # journal -> when it was, in monotonic seconds
        with preparing(open_journal(folder / FILE)) as self._engine:
            metadata.create_all(self._engine)
            self._kinds = kinds
            if predecessors(folder):
                self._prepared()

    def _prepared(self) -> Lookups:
        """Made where there is an earlier journal: few kiosks have one, and the services weigh something."""
        if self._lookups is None:
            self._lookups = Lookups(self._kinds(), read_enrolment(self._folder)[0].region_id)
            with self._engine.begin() as connection:
                self._lookups.prepare(connection)
        return self._lookups

    def close(self) -> None:
        self._engine.dispose()

    def run(self, transport: Transport, pinned: PublicKeys) -> Fetched:
        """Fetch one piece of the latest journal that is not complete."""
        for journal_id in predecessors(self._folder):
            completed_s = self._complete.get(journal_id)
            if completed_s is None or self._monotonic_s() - completed_s > AGAIN_AFTER_S:
                return self._fetch(transport, pinned, journal_id)
        return Fetched(0, False)

    def _fetch(self, transport: Transport, pinned: PublicKeys, journal_id: bytes) -> Fetched:
        after_seq, after_hash = self._end(journal_id)
        piece = self._ask(transport, pinned, journal_id, after_seq)
        raws = columns.unpack(compression.decompress(piece.records, piece.dictionary))
        hashes = _prove(piece, raws, after_seq, after_hash)
        links = [Link(piece.first_seq + n, *each) for n, each in enumerate(zip(raws, hashes, strict=True))]
        lookups = self._prepared()
        with self._engine.begin() as connection:
            insert_rows(connection, history, [(journal_id, each.seq, each.raw, each.hash) for each in links])
            lookups.take(connection, journal_id, links)
        last_seq = piece.first_seq + len(raws) - 1
        if last_seq >= piece.head_seq or not raws:
            self._complete[journal_id] = self._monotonic_s()
        return Fetched(len(raws), more=True)

    def _ask(
        self, transport: Transport, pinned: PublicKeys, journal_id: bytes, after_seq: int, above: int = 0
    ) -> Records:
        counter = self._cursor.next_counter(above)
        request = History(counter, journal_id, after_seq)
        answer = transport.ask("/v1/history", signing.history_context(), request, self._key, pinned)
        match answer:
            case Records():
                return answer
            case StaleCounter(last=last) if last >= counter:
                return self._ask(transport, pinned, journal_id, after_seq, above=last)
        raise Garbled(f"{type(answer).__name__} is no answer to this")

    def _end(self, journal_id: bytes) -> tuple[int, bytes]:
        """Where the journal ends here: the last record's place and hash."""
        query = sa.select(history.c.seq, history.c.hash).where(history.c.journal_id == journal_id)
        with self._engine.connect() as connection, connection.begin():
            row = connection.execute(query.order_by(history.c.seq.desc()).limit(1)).one_or_none()
        return (row.seq, row.hash) if row is not None else (0, genesis_hash(journal_id))


def _prove(piece: Records, raws: Sequence[bytes], after_seq: int, after_hash: bytes) -> list[bytes]:
    """The records' hashes. A piece may begin later than asked, for old records stay at the office.

    Raises `Garbled` if the piece does not lead from what is here to where it says it ends.
    """
    if piece.first_seq <= after_seq or (
        piece.first_seq == after_seq + 1 and piece.previous_hash != after_hash
    ):
        raise Garbled(f"history from record {piece.first_seq} does not follow record {after_seq}")
    hashes, last = [], piece.previous_hash
    for raw in raws:
        last = chain_hash(last, raw)
        hashes.append(last)
    if last != piece.head_hash:
        raise Garbled("history does not lead to its head_hash")
    return hashes
