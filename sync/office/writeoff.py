"""A lost kiosk written off: what it might still have spent is set aside as a loss before it is granted anew.

Its journal is sealed and what it held is free for others. But it may have sold offline, and what it sold may
turn up. So the office sets aside, for each account, what was still outstanding there:

    contingency -1500, set_aside/7 +1500

If late sales turn up they are booked like any others: the elder ate and pays. By now another kiosk may hold
the right to the same money; it is asked to give that back. Only where it has spent it, and the balance would
sink below zero, does the office pay, from what was set aside:

    set_aside/7 -1000, own/7 +1000

So own money is never overdrawn because a right was granted twice. What is not needed is released by hand.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from kiosk.ledger.accounts import Account, contingency, courtesy, resident_of, set_aside
from kiosk.ledger.amount import Unit
from kiosk.ledger.entries import Posting
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.sql import run
from sync.office import granting, heads, outstanding, own_journal
from sync.office.own_journal import Entry
from sync.office.publishing import lock_revision
from sync.office.resting import is_resting
from sync.office.sealing import seal_journals

REASON, RELEASED, LATE = "write_off", "write_off_released", "late_sales"
RELEASE = "release"  # the request that is booked as `RELEASED`
SPENT_TWICE, OVERPAID = "right_spent_twice", "debt_collected_twice"


def write_off(
    connection: sa.Connection, region_id: int, device_id: bytes, *, operator: str, at_ms: int
) -> int:
    """End a device's journals and set aside what they might have spent; returns how much, in fen."""
    lock_revision(connection, region_id)
    ended = heads.open_journals(connection, region_id, device_id)
    at_risk = [
        (key, account, fen) for key in ended for _, account, fen in outstanding.of_journal(connection, key)
    ]
    entries = [_setting_aside(key, at_risk) for key in ended]
    seal_journals(connection, region_id, ended)
    own_journal.enter(connection, region_id, entries, operator=operator, at_ms=at_ms, accept_exposure=True)
    return sum(fen for _, _, fen in at_risk)


def release(connection: sa.Connection, region_id: int, *, operator: str, at_ms: int) -> int:
    """Nothing more will turn up: what is still set aside is no loss after all; returns how much, in fen."""
    lock_revision(connection, region_id)
    rows = run(connection, _SET_ASIDE, (region_id, "set_aside/%"))
    left = [(Account(account), int(fen)) for account, fen in rows]
    total_fen = sum(fen for _, fen in left)
    postings = (*(Posting(account, -fen) for account, fen in left), Posting(contingency(), total_fen))
    entry = Entry(f"{RELEASE} {at_ms}", RELEASED, postings)
    own_journal.enter(connection, region_id, [entry], operator=operator, at_ms=at_ms)
    return total_fen


_SET_ASIDE = (
    "SELECT account, CAST(SUM(credits - debits) AS BIGINT) FROM balances"
    " WHERE region_id = ? AND unit = 'FEN' AND account LIKE ?"
    " GROUP BY account HAVING SUM(credits - debits) > 0 ORDER BY account"
)


def _setting_aside(key: JournalKey, at_risk: Sequence[tuple[JournalKey, Account, int]]) -> Entry:
    mine = [(account, fen) for journal, account, fen in at_risk if journal == key]
    postings = [Posting(set_aside(_owner(account)), fen) for account, fen in mine]
    if postings:
        postings.append(Posting(contingency(), -sum(fen for _, fen in mine)))
    return Entry(f"{REASON} {key.journal_id.hex()}", REASON, postings)


def still_expected(connection: sa.Connection, region_id: int) -> set[bytes]:
    """Journals that were written off, and nobody has said since that nothing more will turn up."""
    rows = run(connection, _WRITE_OFFS, (region_id, f"{REASON} %", region_id, f"{RELEASE} %"))
    return {bytes.fromhex(request_id.rpartition(" ")[2]) for (request_id,) in rows}


_WRITE_OFFS = (
    "SELECT request_id FROM entry_requests WHERE region_id = ? AND request_id LIKE ? AND seq >"
    " COALESCE((SELECT MAX(seq) FROM entry_requests WHERE region_id = ? AND request_id LIKE ?), 0)"
)


def expect(connection: sa.Connection, key: JournalKey, first_seq: int, last_seq: int, at_ms: int) -> None:
    """Set aside what these late records of a sealed journal took within its right, if others hold it by now
    and no write-off did so already."""
    place = (key.region_id, key.journal_id, first_seq, last_seq, "own/%")
    taken_fen = {Account(account): int(fen) for account, fen in run(connection, _TAKEN, place)}
    if not taken_fen:
        return
    lock_revision(connection, key.region_id)
    books = granting.Books(connection, key.region_id, sorted(taken_fen))
    entries = []
    for account, fen in sorted(taken_fen.items()):
        within_right_fen = min(fen, fen + books.outstanding_fen(account, key.journal_id))
        aside = set_aside(_owner(account))
        more_fen = min(within_right_fen, -books.left_fen(account)) - _balance_fen(connection, key, aside)
        if more_fen > 0:
            postings = (Posting(aside, more_fen), Posting(contingency(), -more_fen))
            entries.append(Entry(f"{LATE} {key.journal_id.hex()} {first_seq} {account}", LATE, postings))
    if entries:
        own_journal.enter(connection, key.region_id, entries, operator="", at_ms=at_ms, accept_exposure=True)


_TAKEN = (
    "SELECT account, CAST(-SUM(quantity) AS BIGINT) FROM postings"
    " WHERE region_id = ? AND journal_id = ? AND seq BETWEEN ? AND ? AND account LIKE ? AND unit = 'FEN'"
    " GROUP BY account HAVING SUM(quantity) < 0"
)


def make_good(
    connection: sa.Connection, key: JournalKey, last_seq: int, accounts: Sequence[str], at_ms: int
) -> None:
    """Where a right that was granted twice was spent twice, pay from what was set aside; and give back a
    debt that two kiosks collected. `accounts`: own money that a journal's records up to one moved.

    Not while a restored office lacks what others did: a debt repaid looks like too much before it is known.
    """
    if not accounts or is_resting(connection, key.region_id):
        return
    lock_revision(connection, key.region_id)
    books = granting.Books(connection, key.region_id, sorted(accounts))
    where = f"{key.journal_id.hex()} {last_seq}"
    entries = []
    for account in sorted(accounts):
        own, owner = Account(account), _owner(account)
        missing_fen = min(-books.balance_fen(own), _balance_fen(connection, key, set_aside(owner)))
        if missing_fen > 0:
            postings = (Posting(own, missing_fen), Posting(set_aside(owner), -missing_fen))
            entries.append(Entry(f"{SPENT_TWICE} {where} {owner}", SPENT_TWICE, postings))
        overpaid_fen = -books.debt_fen(own)
        if overpaid_fen > 0:
            postings = (Posting(own, overpaid_fen), Posting(courtesy(owner), -overpaid_fen))
            entries.append(Entry(f"{OVERPAID} {where} {owner}", OVERPAID, postings))
    if entries:
        own_journal.enter(connection, key.region_id, entries, operator="", at_ms=at_ms, accept_exposure=True)


def _balance_fen(connection: sa.Connection, key: JournalKey, account: Account) -> int:
    query = (
        "SELECT CAST(COALESCE(SUM(credits - debits), 0) AS BIGINT) FROM balances"
        " WHERE region_id = ? AND account = ? AND unit = ?"
    )
    return max(0, int(run(connection, query, (key.region_id, account, Unit.FEN.value))[0][0]))


def _owner(account: str) -> int:
    owner = resident_of(account)
    assert owner is not None, "the books hold no other own money"
    return owner
