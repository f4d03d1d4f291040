"""Records that the kiosk writes about itself: the journal was opened, the kiosk was started."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import sqlalchemy as sa

from kiosk.ledger.journal import Journal, kiosk_metadata
from kiosk.ledger.posting import Finding, JournalKey, Projections, nothing_to_find
from kiosk.ledger.records import Moment, Record
from kiosk.ledger.sql import run, run_many

OPENED = ("opened", 1)
OPENED_AFTER = ("opened", 2)
STARTED = ("started", 1)

# The machine's boots, numbered as the journals of this file saw them: one row for each boot that one names.
boots = sa.Table(
    "boots",
    kiosk_metadata,
    sa.Column("boot", sa.Integer, primary_key=True),
    sa.Column("boot_id", sa.Text, nullable=False, unique=True),
)


class JournalOpened(msgspec.Struct, array_like=True, frozen=True):
    """The first record of a journal: whose it is."""

    journal_id: bytes
    name: str
    site: str


class Before(msgspec.Struct, array_like=True, frozen=True):
    """The journal that a new one goes on from: where it stood at this kiosk, and why it was left."""

    journal_id: bytes
    seq: int
    hash: bytes
    reason: str


class OpenedAfter(msgspec.Struct, array_like=True, frozen=True):
    """The first record of a journal that another one came before: whose it is, and which that was."""

    journal_id: bytes
    name: str
    site: str
    before: Before


class Started(msgspec.Struct, array_like=True, frozen=True):
    """The kiosk process began."""

    boot_id: str
    version: str


def boot_number(journal: Journal, boot_id: str) -> int:
    """This boot's number: the one it had before, or the next. Nothing is written before `note_start`."""
    with journal.writing() as writing:
        known = run(writing.connection, "SELECT boot FROM boots WHERE boot_id = ?", (boot_id,))
        if known:
            return int(known[0][0])
        return int(run(writing.connection, "SELECT coalesce(max(boot), 0) + 1 FROM boots", ())[0][0])


def note_start(
    journal: Journal,
    *,
    name: str,
    site: str,
    boot_id: str,
    version: str,
    at: Moment,
    before: Before | None = None,
) -> None:
    """Write that the kiosk began, and in a new journal first whose it is and what came `before` it."""
    with journal.writing() as writing:
        if writing.head.seq == 0 and before is not None:
            opened = OpenedAfter(journal.key.journal_id, name, site, before)
            writing.append(*OPENED_AFTER, opened, at=at)
        elif writing.head.seq == 0:
            writing.append(*OPENED, JournalOpened(journal.key.journal_id, name, site), at=at)
        writing.append(*STARTED, Started(boot_id, version), at=at)


_started = msgspec.msgpack.Decoder(Started)
_KNOW = "INSERT INTO boots (boot, boot_id) VALUES (?, ?) ON CONFLICT DO NOTHING"


def _project_boots(
    connection: sa.Connection, _journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    run_many(connection, _KNOW, [(each.boot, _started.decode(each.body).boot_id) for each in records])
    return ()


PROJECTIONS: Projections = dict.fromkeys((OPENED, OPENED_AFTER, STARTED), nothing_to_find)
BOOTS: Projections = {STARTED: _project_boots}  # at the counter alone
