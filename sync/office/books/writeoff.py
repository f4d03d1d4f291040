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

from collections.abc import Iterator, Mapping, Sequence, Set

import sqlalchemy as sa

from kiosk.ledger.accounts import Account, contingency, courtesy, resident_of, set_aside
from kiosk.ledger.amount import RIGHT_TO, Unit
from kiosk.ledger.entries import Posting, imbalance
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.sql import run
from sync.office.books import heads, own_journal
from sync.office.books.own_journal import Entry
from sync.office.books.sealing import seal_journals
from sync.office.catalogue.publishing import lock_revision
from sync.office.rights import granting, outstanding
from sync.office.rights.outstanding import Outstanding
from sync.office.rights.resting import is_resting

REASON, RELEASED, LATE = "write_off", "write_off_released", "late_sales"
RELEASE = "release"  # the request that is booked as `RELEASED`
SPENT_TWICE, OVERPAID = "right_spent_twice", "debt_collected_twice"


def write_off(
    connection: sa.Connection,
    region_id: int,
    device_id: bytes,
    *,
    operator: str,
    at_ms: int,
    but: JournalKey | None = None,
) -> int:
    """End a device's journals and set aside what they might have spent; returns how much money, in fen.

    `but`: the one that goes on.
    """
    lock_revision(connection, region_id)
    ended = [each for each in heads.open_journals(connection, region_id, device_id) if each != but]
    at_risk = {key: outstanding.of_journal(connection, key) for key in ended}
    entries = [_setting_aside(key, rights) for key, rights in at_risk.items()]
    seal_journals(connection, region_id, ended)
    own_journal.enter(connection, region_id, entries, operator=operator, at_ms=at_ms, accept_exposure=True)
    return sum(each.quantity for rights in at_risk.values() for each in rights if each.unit is Unit.FEN)


def release(connection: sa.Connection, region_id: int, *, operator: str, at_ms: int) -> int:
    """Nothing more will turn up: what is still set aside is no loss; returns how much money, in fen."""
    lock_revision(connection, region_id)
    rows = run(connection, _SET_ASIDE, (region_id, "set_aside/%"))
    left = [Posting(Account(account), -int(quantity), Unit(unit)) for account, unit, quantity in rows]
    entry = Entry(f"{RELEASE} {at_ms}", RELEASED, _against_contingency(left))
    own_journal.enter(connection, region_id, [entry], operator=operator, at_ms=at_ms)
    return -sum(each.quantity for each in left if each.unit is Unit.FEN)


_SET_ASIDE = (
    "SELECT account, unit, CAST(SUM(credits - debits) AS BIGINT) FROM balances"
    " WHERE region_id = ? AND account LIKE ?"
    " GROUP BY account, unit HAVING SUM(credits - debits) > 0 ORDER BY account, unit"
)


def _setting_aside(key: JournalKey, rights: Sequence[Outstanding]) -> Entry:
    aside = [Posting(set_aside(_owner(each.account)), each.quantity, each.unit) for each in rights]
    return Entry(f"{REASON} {key.journal_id.hex()}", REASON, _against_contingency(aside))


def _against_contingency(postings: Sequence[Posting]) -> list[Posting]:
    """The same with their other side, in each unit."""
    excess = imbalance(postings)
    return [*postings, *(Posting(contingency(), -quantity, unit) for unit, quantity in excess.items())]


def still_expected(connection: sa.Connection, region_id: int) -> set[bytes]:
    """Journals that were written off, and nobody has said since that nothing more will turn up."""
    rows = run(connection, _WRITE_OFFS, (region_id, f"{REASON} %", region_id, f"{RELEASE} %"))
    return {bytes.fromhex(request_id.rpartition(" ")[2]) for (request_id,) in rows}


_WRITE_OFFS = (
    "SELECT request_id FROM entry_requests WHERE region_id = ? AND request_id LIKE ? AND seq >"
    " COALESCE((SELECT MAX(seq) FROM entry_requests WHERE region_id = ? AND request_id LIKE ?), 0)"
)


def expect(
    connection: sa.Connection, key: JournalKey, device_id: bytes, first_seq: int, last_seq: int, at_ms: int
) -> None:
    """Set aside what these late records of a sealed journal took within its right, if other kiosks hold it by
    now and no write-off did so already. What the same kiosk holds it may not spend once more."""
    place = (key.region_id, key.journal_id, first_seq, last_seq, "own/%")
    taken: dict[Unit, dict[Account, int]] = {unit: {} for unit in RIGHT_TO}
    for account, unit, quantity in run(connection, _TAKEN, place):
        if unit in taken:
            taken[Unit(unit)][Account(account)] = int(quantity)
    if not any(taken.values()):
        return
    lock_revision(connection, key.region_id)
    its_own = {each.journal_id for each in heads.open_journals(connection, key.region_id, device_id)}
    where = f"{LATE} {key.journal_id.hex()} {first_seq}"
    entries = [
        entry
        for unit, accounts in taken.items()
        for entry in _expected(connection, key, its_own, unit, accounts, where)
    ]
    if entries:
        own_journal.enter(connection, key.region_id, entries, operator="", at_ms=at_ms, accept_exposure=True)


_TAKEN = (
    "SELECT account, unit, CAST(-SUM(quantity) AS BIGINT) FROM postings"
    " WHERE region_id = ? AND journal_id = ? AND seq BETWEEN ? AND ? AND account LIKE ?"
    " GROUP BY account, unit HAVING SUM(quantity) < 0"
)


def _expected(
    connection: sa.Connection,
    key: JournalKey,
    its_own: Set[bytes],
    unit: Unit,
    taken: Mapping[Account, int],
    where: str,
) -> Iterator[Entry]:
    books = granting.Books(connection, key.region_id, sorted(taken), unit)
    for account, quantity in sorted(taken.items()):
        within_right = min(quantity, quantity + books.outstanding(account, key.journal_id))
        aside = set_aside(_owner(account))
        more = min(within_right, -books.left(account, but=its_own)) - _balance(
            connection, key.region_id, aside, unit
        )
        if more > 0:
            postings = _against_contingency([Posting(aside, more, unit)])
            yield Entry(f"{where} {account}{_in_unit(unit)}", LATE, postings)


def make_good(
    connection: sa.Connection, region_id: int, where: str, accounts: Sequence[str], at_ms: int
) -> None:
    """Where a right that was granted twice was spent twice, pay from what was set aside; and give back a
    courtesy that two kiosks collected. `accounts`: own money that was moved; `where`: by what, once for all.

    Not while a restored office lacks what others did: courtesy repaid looks like too much before it is known.
    """
    if not accounts or is_resting(connection, region_id):
        return
    lock_revision(connection, region_id)
    entries: list[Entry] = []
    for unit, moved in granting.by_unit(connection, region_id, sorted(accounts)):
        books = granting.Books(connection, region_id, moved, unit)
        for account in map(Account, moved):
            entries += _paid_from_aside(connection, region_id, unit, account, books.balance(account), where)
            entries += _given_back(account, books.overpaid_fen(account), where)
    if entries:
        own_journal.enter(connection, region_id, entries, operator="", at_ms=at_ms, accept_exposure=True)


def _paid_from_aside(
    connection: sa.Connection, region_id: int, unit: Unit, account: Account, balance: int, where: str
) -> Iterator[Entry]:
    aside = set_aside(_owner(account))
    missing = min(-balance, _balance(connection, region_id, aside, unit))
    if missing > 0:
        postings = (Posting(account, missing, unit), Posting(aside, -missing, unit))
        yield Entry(f"{SPENT_TWICE} {where} {_owner(account)}{_in_unit(unit)}", SPENT_TWICE, postings)


def _given_back(account: Account, overpaid_fen: int, where: str) -> Iterator[Entry]:
    if overpaid_fen > 0:
        owner = _owner(account)
        postings = (Posting(account, overpaid_fen), Posting(courtesy(owner), -overpaid_fen))
        yield Entry(f"{OVERPAID} {where} {owner}", OVERPAID, postings)


def _in_unit(unit: Unit) -> str:
    """For the end of a request's id, which named none when all was money."""
    return "" if unit is Unit.FEN else f" {unit}"


def _balance(connection: sa.Connection, region_id: int, account: Account, unit: Unit) -> int:
    query = (
        "SELECT CAST(COALESCE(SUM(credits - debits), 0) AS BIGINT) FROM balances"
        " WHERE region_id = ? AND account = ? AND unit = ?"
    )
    return max(0, int(run(connection, query, (region_id, account, unit.value))[0][0]))


def _owner(account: str) -> int:
    owner = resident_of(account)
    assert owner is not None, "the books hold no other own money"
    return owner
