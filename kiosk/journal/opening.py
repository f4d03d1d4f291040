"""Opening a counter's file: proved as far as there is time for, put in order, or left for a new journal.

Nothing is written into the journal before everything has been opened, so a start that fails leaves no trace.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
import structlog

from kiosk.catalogue.reader import Catalogue
from kiosk.journal import journal_file, renewal, witness
from kiosk.journal.identity import Identity, predecessors
from kiosk.journal.incarnation import DAMAGED, LOST
from kiosk.journal.proof import mend, prove
from kiosk.ledger.audit.folding import Derived
from kiosk.ledger.audit.verify import Proof
from kiosk.ledger.errors import JournalDamaged
from kiosk.ledger.journal import Head, Journal, hash_at, heads_in
from kiosk.settings import StoreSection

log = structlog.get_logger()

TAIL_RECORDS = 1000  # proved before the first sale; the rest is proved while selling
HEAD_FILE = "head.json"  # where the journal stood, beside it: it shows a file that lost its end


def damage_of(proof: Proof) -> JournalDamaged | None:
    """What is wrong with the records themselves."""
    if not proof.faults:
        return None
    first = proof.faults[0]
    return JournalDamaged(seq=first.seq, finding=first.code, reason=first.detail)


def put_in_order(folder: Path, identity: Identity, books: Derived, catalogue: Catalogue, at_ms: int) -> None:
    """Write a damaged file anew from its records; where these do not hold, begin a new journal in a new file.

    Raises `JournalUnwritable`, and `JournalDamaged` if the memory fails again and again.
    """
    at, key = datetime.fromtimestamp(at_ms / 1000, UTC), identity.journal
    if journal_file.too_often(folder, at):
        raise JournalDamaged(reason="the memory damages one file after another")
    if journal_file.rewrite(folder, key, books, at):
        renewal.note_mended(folder, "the whole file, written anew from its records", at_ms)
    else:
        begin_in_new_file(folder, identity, catalogue, at_ms)


def begin_in_new_file(folder: Path, identity: Identity, catalogue: Catalogue, at_ms: int) -> None:
    """Raises `JournalUnwritable`."""
    key = identity.journal
    renewal.leave_file(folder, key.journal_id, catalogue.contact(key.journal_id).acked_seq, at_ms)


def soundly(
    store: StoreSection,
    engine: sa.Engine,
    identity: Identity,
    books: Derived,
    catalogue: Catalogue,
    at_ms: int,
) -> tuple[Identity, Proof]:
    """The journal to write, a new one if there is something against the current one, and its end's proof."""
    key = identity.journal
    with engine.connect() as connection:
        with connection.begin():
            proof = prove(connection, key, books, last=TAIL_RECORDS)
        with connection.begin():
            head = dict(heads_in(connection, key.region_id)).get(key.journal_id)
            said = _witnesses_say(connection, store, identity, head.seq if head else 0)
    acked_seq = catalogue.contact(key.journal_id).acked_seq
    if (damage := damage_of(proof)) is not None:
        log.error("journal_damaged", **vars(damage))
        reason, head = DAMAGED, Head(proof.head_seq, proof.head_hash, 0, 0)
    elif acked_seq > (head.seq if head else 0):
        reason = LOST
    else:
        reason = said or renewal.objection(catalogue, key.journal_id)
    if not reason:
        return identity, proof
    left = head or Head(acked_seq, renewal.NO_HASH, 0, 0)
    return renewal.leave(store.folder, key.journal_id, left, reason, at_ms), proof


def mend_at_start(journal: Journal, proof: Proof, books: Derived, folder: Path, at_ms: int) -> None:
    """Put derived tables right before the first sale. Raises like `mend`."""
    if proof.faults or proof.holds:
        return
    mend(journal, proof, books)
    renewal.note_mended(folder, proof.mendable, at_ms)


def head_beside(folder: Path) -> witness.Word | None:
    """Where the journal stood by the note beside it, if there is one."""
    path = folder / HEAD_FILE
    return witness.read(path) if path.exists() else None


def _witnesses_say(connection: sa.Connection, store: StoreSection, identity: Identity, head_seq: int) -> str:
    """Why the journal cannot be gone on with, by what was noted of its head here and on another medium."""
    key, known = identity.journal, {each.journal_id for each in predecessors(store.folder)}

    def judge(word: witness.Word | None) -> str:
        return witness.judge(word, key, known, head_seq, lambda seq: hash_at(connection, key, seq))

    beside = head_beside(store.folder)
    said = judge(beside) if beside and beside.journal_id == identity.journal_id else ""
    return said or (judge(witness.read(store.witness)) if store.witness else "")
