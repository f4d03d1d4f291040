"""Going on after a journal that cannot be gone on with: which journal to write, and what came before it.

The reasons are found in three places: the sync process notes what the office holds against the journal, the
prover finds that the file does not prove itself, and at a start the end of the file is proved before anything
is sold.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import sqlalchemy as sa
import structlog

from kiosk.catalogue.reader import Catalogue
from kiosk.journal.identity import Identity, begin_anew, predecessors
from kiosk.journal.incarnation import DAMAGED, ENROLLED_AGAIN, FORKED, LOST, REASONS, SEALED, Predecessor
from kiosk.journal.journal_file import DAMAGED_FOLDER, JOURNAL_FILE, put_aside
from kiosk.ledger.audit.recovery import recover, salvage
from kiosk.ledger.errors import JournalUnwritable
from kiosk.ledger.journal import Head, Journal, heads_in
from kiosk.ledger.machine.lifecycle import Before
from kiosk.ledger.records import Moment
from kiosk.store.engine import disposing, open_readonly
from kiosk.store.files import write_whole

log = structlog.get_logger()

NOTICE_MS = 24 * 3600 * 1000
NOTICES = {
    FORKED: "memory_went_back",
    LOST: "memory_went_back",
    SEALED: "journal_ended",
    DAMAGED: "memory_damaged",
}
MENDED_FILE = "mended.json"
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
    put_aside(folder, datetime.fromtimestamp(at_ms / 1000, UTC))
    leave(folder, journal_id, Head(acked_seq, NO_HASH, 0, 0), DAMAGED, at_ms)


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
        with disposing(open_readonly(path)) as engine:
            for each in unreadable:
                count = salvage(journal, engine, bytes.fromhex(each.journal_id), each.seq + 1, at)
                if count:
                    log.warning("records_salvaged", journal=each.journal_id, count=count)


def notice(folder: Path, at_ms: int) -> str:
    """What the staff should know for a day after a journal was left; empty if there is nothing."""
    noted = predecessors(folder)
    if noted and 0 <= at_ms - noted[-1].at_ms < NOTICE_MS and noted[-1].reason in NOTICES:
        return NOTICES[noted[-1].reason]
    mended = last_mended(folder)
    return NOTICES[DAMAGED] if mended and 0 <= at_ms - mended.at_ms < NOTICE_MS else ""


class Mended(msgspec.Struct, frozen=True, kw_only=True):
    """When something was last put right from the records, and what."""

    at_ms: int  # Unix time by this kiosk's clock
    what: str


def note_mended(folder: Path, what: str, at_ms: int) -> None:
    """Say for a day that something was put right, and keep it for the doctor."""
    log.error("mended", what=what)
    try:
        (folder / DAMAGED_FOLDER).mkdir(exist_ok=True)
        mended = Mended(at_ms=at_ms, what=what)
        write_whole(folder / DAMAGED_FOLDER / MENDED_FILE, msgspec.json.encode(mended) + b"\n")
    except OSError as error:
        log.error("mending_not_noted", reason=str(error))


def last_mended(folder: Path) -> Mended | None:
    try:
        return msgspec.json.decode((folder / DAMAGED_FOLDER / MENDED_FILE).read_bytes(), type=Mended)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None


def objection(catalogue: Catalogue, journal_id: bytes) -> str:
    """Why the office cannot go on with a journal; empty if it can."""
    found = catalogue.objections().get(journal_id)
    return found.code if found is not None and found.code in REASONS else ""


def recover_some(journal: Journal, reader: sa.Engine, catalogue: Catalogue, at: Moment) -> int:
    """Enter some of what the office cannot take from left journals; returns how many records."""
    for journal_id, found in catalogue.objections().items():
        if journal_id != journal.key.journal_id and found.code in (FORKED, DAMAGED):
            count = recover(journal, reader, journal_id, found.seq, found.code, at)
            if count:
                log.warning("records_recovered", journal=journal_id.hex(), count=count)
                return count
    return 0
