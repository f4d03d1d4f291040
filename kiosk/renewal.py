"""Going on after a journal that cannot be gone on with: which journal to write, and what came before it.

The reasons are found in three places: the sync process notes what the office holds against the journal, the
prover finds that the file does not prove itself, and at a start the end of the file is proved before anything
is sold.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import structlog

from kiosk.catalogue.reader import Catalogue
from kiosk.identity import Identity, begin_anew, predecessors
from kiosk.incarnation import DAMAGED, ENROLLED_AGAIN, FORKED, LOST, REASONS, SEALED, Predecessor
from kiosk.ledger.errors import JournalUnwritable
from kiosk.ledger.journal import Head, Journal, heads_in
from kiosk.ledger.lifecycle import Before
from kiosk.ledger.records import Moment
from kiosk.ledger.recovery import recover, salvage
from kiosk.store.engine import open_readonly
from kiosk.store.files import sync_folder

log = structlog.get_logger()

JOURNAL_FILE = "journal.db"
DAMAGED_FOLDER = "damaged"
NOTICE_MS = 24 * 3600 * 1000
NOTICES = {
    FORKED: "memory_went_back",
    LOST: "memory_went_back",
    SEALED: "journal_ended",
    DAMAGED: "memory_damaged",
}
NO_HASH = b""  # of a journal whose file the database gave up


def leave(folder: Path, journal_id: bytes, head: Head, reason: str, at_ms: int) -> Identity:
    """Begin another journal in place of this one. Raises `JournalUnwritable`; then nothing has changed."""
    before = Predecessor(
        journal_id=journal_id.hex(), seq=head.seq, hash=head.hash.hex(), reason=reason, at_ms=at_ms
    )
    try:
        identity = begin_anew(folder, before)
    except OSError as error:
        raise JournalUnwritable(reason=str(error)) from error
    log.error("journal_left", reason=reason, journal=journal_id.hex(), seq=head.seq, new=identity.journal_id)
    return identity


def leave_file(folder: Path, journal_id: bytes, acked_seq: int, at_ms: int) -> None:
    """Begin another journal in a new file, and keep the damaged one where nobody writes it.

    What comes after `acked_seq`, which the office is known to have, is to be read from it as far as it can.
    Raises `JournalUnwritable`.
    """
    aside = folder / DAMAGED_FOLDER / datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    leave(folder, journal_id, Head(acked_seq, NO_HASH, 0, 0), DAMAGED, at_ms)
    try:
        aside.mkdir(parents=True, exist_ok=True)
        for suffix in ("-wal", "-shm", ""):
            path = folder / (JOURNAL_FILE + suffix)
            if path.exists():
                shutil.move(path, aside / path.name)
        sync_folder(aside)
        sync_folder(folder)
    except OSError as error:
        raise JournalUnwritable(reason=str(error)) from error
    log.error("journal_put_aside", folder=str(aside))


def before_first(folder: Path, journal: Journal) -> Before | None:
    """What a journal without records yet goes on from: noted when it was begun, or else found in the file."""
    if journal.head.seq:
        return None
    noted = predecessors(folder)
    if noted:
        last = noted[-1]
        return Before(bytes.fromhex(last.journal_id), last.seq, bytes.fromhex(last.hash), last.reason)
    with journal.writing() as writing:
        for journal_id, head in heads_in(writing.connection, journal.key.region_id)[-1:]:
            return Before(journal_id, head.seq, head.hash, ENROLLED_AGAIN)
    return None


def salvage_files(folder: Path, journal: Journal, at: Moment) -> None:
    """Enter here what can be read of journals whose file was put aside; each record once."""
    unreadable = [each for each in predecessors(folder) if not each.hash]
    for path in sorted(folder.glob(f"{DAMAGED_FOLDER}/*/{JOURNAL_FILE}")):
        engine = open_readonly(path)
        for each in unreadable:
            count = salvage(journal, engine, bytes.fromhex(each.journal_id), each.seq + 1, at)
            if count:
                log.warning("records_salvaged", journal=each.journal_id, count=count)
        engine.dispose()


def notice(folder: Path, at_ms: int) -> str:
    """What the staff should know for a day after a journal was left; empty if there is nothing."""
    noted = predecessors(folder)
    if not noted or not 0 <= at_ms - noted[-1].at_ms < NOTICE_MS:
        return ""
    return NOTICES.get(noted[-1].reason, "")


def objection(catalogue: Catalogue, journal_id: bytes) -> str:
    """Why the office cannot go on with a journal; empty if it can."""
    found = catalogue.objections().get(journal_id)
    return found.code if found is not None and found.code in REASONS else ""


def recover_some(journal: Journal, catalogue: Catalogue, at: Moment) -> int:
    """Enter some of what the office cannot take from left journals; returns how many records."""
    for journal_id, found in catalogue.objections().items():
        if journal_id != journal.key.journal_id and found.code in (FORKED, DAMAGED):
            count = recover(journal, journal_id, found.seq, found.code, at)
            if count:
                log.warning("records_recovered", journal=journal_id.hex(), count=count)
                return count
    return 0
