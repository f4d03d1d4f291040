"""What the counter's file must say: every journal's chain, and each table that is derived from the records.

The background proof, `kiosk journal verify`, the doctor and the start all ask here. Tables that are wrong are
put right from the records, some at a time, while the counter goes on selling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa

from kiosk.ledger import tables
from kiosk.ledger.audit.faults import reason_of
from kiosk.ledger.audit.folding import Derived, Fold, Place, rebuild_balances, remove_requests
from kiosk.ledger.audit.verify import RECORDS_AT_ONCE, Proof, journals_in, verify_journal
from kiosk.ledger.journal import Journal, heads_in
from kiosk.ledger.posting import JournalKey, Link
from kiosk.ledger.sql import run


def prove(
    connection: sa.Connection,
    key: JournalKey,
    books: Derived,
    *,
    last: int | None = None,
    progress: Callable[[int], None] = lambda seq: None,
) -> Proof:
    """See `verify_journal`; `connection` is on a counter's file, within a database transaction."""
    return verify_journal(connection, key, books, last=last, progress=progress)


@dataclass(slots=True)
class Examined:
    """A whole file: what is wrong with its pages, and the proof of each journal, the current one last."""

    faults: list[str] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.faults and all(proof.holds for proof in self.proofs)


def examine(
    connection: sa.Connection,
    key: JournalKey,
    books: Derived,
    progress: Callable[[int], None] = lambda seq: None,
) -> Examined:
    """Look at all of a counter's file, within a database transaction. Raises nothing, whatever it holds."""
    found = Examined()
    try:
        pages = str(run(connection, "PRAGMA main.integrity_check(1)", ())[0][0])
        found.faults += [pages] if pages != "ok" else []
        known = [JournalKey(key.region_id, each) for each, _ in heads_in(connection, key.region_id)]
        for each in [*(other for other in known if other != key), key]:
            found.proofs.append(prove(connection, each, books, progress=progress))
        found.faults += [
            f"tables speak of journal {each.journal_id!r}, which has no record"
            for each in ownerless(connection, books)
        ]
    except Exception as error:  # bytes that went wrong can fail anywhere, and that is the finding
        found.faults.append(f"cannot be read: {reason_of(error)}")
    return found


def ownerless(connection: sa.Connection, books: Derived) -> list[JournalKey]:
    """Journals of which derived tables have rows, and which have no record."""
    owners = set(journals_in(connection, tables.records))
    return [JournalKey(*each) for each in journals_in(connection, *_by_journal(books)) if each not in owners]


def mend(journal: Journal, proof: Proof, books: Derived) -> None:
    """Put right what was found wrong, in short transactions. Raises `JournalUnwritable` or `JournalDamaged`.

    A row that was written since the proof is made from its record like all others.
    """
    with journal.writing() as writing:
        remove_requests(writing.connection, proof.stray_requests)
    windows = {(each.after, each.up_to) for each in proof.wrong if each.table != BALANCES}
    for after, up_to in sorted(windows, key=lambda each: each[0]):
        with journal.writing() as writing:
            _mend_window(writing.connection, proof.key, books, after, up_to)
    with journal.writing() as writing:
        rebuild_balances(writing.connection, proof.key)


def forget(journal: Journal, key: JournalKey, books: Derived) -> None:
    """Remove what is there of a journal without a record. Raises like `mend`."""
    with journal.writing() as writing:
        for table in _by_journal(books):
            place = (key.region_id, key.journal_id)
            run(writing.connection, f"DELETE FROM {table.name} WHERE region_id = ? AND journal_id = ?", place)  # noqa: S608


def _by_journal(books: Derived) -> Iterable[sa.Table]:
    return (*books.of_records, tables.balances)


def _mend_window(
    connection: sa.Connection, key: JournalKey, books: Derived, after: int, up_to: Place
) -> None:
    with Fold(connection, books) as fold:
        for links in _links(connection, key, after, up_to):
            fold.take(key, links)
        fold.replace_window(key, after, up_to)


def _links(connection: sa.Connection, key: JournalKey, after: int, up_to: Place) -> Iterator[list[Link]]:
    while rows := run(connection, _RECORDS, (key.region_id, key.journal_id, after, up_to, RECORDS_AT_ONCE)):
        yield [Link(*row) for row in rows]
        after = rows[-1][0]


BALANCES = tables.balances.name
_RECORDS = (
    "SELECT seq, raw, hash FROM main.records WHERE region_id = ? AND journal_id = ? AND seq > ? AND seq <= ?"
    " ORDER BY seq LIMIT ?"
)
