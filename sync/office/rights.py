"""Spending rights: the office gives the home kiosk of each resident all that nobody else may still spend.

    outstanding(j) = granted + topped up - spent, at journal j
    available      = balance - sum of outstanding over all journals

What is granted only grows, and the home kiosk's outstanding only as far as what all others leave of the
balance, so kiosks that are cut off from each other cannot overdraw an account between them. A journal that
overspent counts as nought, not as a gift to the others; a sealed one spends no more, and what it left is
available again.

What happens at the home kiosk changes neither what is due to it nor what it has to be told, for it knows its
own records: a grant is published again only when something changed that its journal did not do itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

import msgspec
import sqlalchemy as sa

from kiosk.catalogue import Kind, decode_value, grant_key
from kiosk.ledger.accounts import Account, own_money
from kiosk.ledger.amount import Unit
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.rights import Grant
from kiosk.ledger.sql import run, run_many
from kiosk.ledger.tables import balances
from sync.office.publishing import Change, journal_scope, lock_revision, publish_all
from sync.office.tables import catalogue_items, devices, grants, journals

UNIT = Unit.FEN
ACCOUNTS_AT_ONCE = 500
_OWN_PREFIX = own_money(0)[:-1]


def refresh(connection: sa.Connection, region_id: int, accounts: Iterable[str]) -> None:
    """Grant what became available on these accounts, and tell the kiosks what they cannot know themselves.

    Called in the transaction that changed the accounts. Accounts that are nobody's own money are ignored.
    """
    own = sorted({account for account in accounts if is_own_money(account)})
    for start in range(0, len(own), ACCOUNTS_AT_ONCE):
        some = own[start : start + ACCOUNTS_AT_ONCE]
        if not any(True for _ in _due(connection, region_id, some)):
            continue
        lock_revision(connection, region_id)  # from here on no other transaction grants anything
        due = list(_due(connection, region_id, some))
        rows = [(region_id, each.journal_id, each.account, each.unit.value, each.granted) for each in due]
        run_many(connection, _GRANT, rows)
        publish_all(connection, region_id, map(_change, due))


def refresh_after(connection: sa.Connection, key: JournalKey, first_seq: int, last_seq: int) -> None:
    """The same for what these records of a journal moved, once they are booked.

    Most need no second look: what a journal did to an account whose rights it alone holds changes nothing
    that anybody is due or has to be told.
    """
    place = (key.region_id, key.journal_id)
    unsettled = run(connection, _UNSETTLED, (*place, first_seq, last_seq, f"{_OWN_PREFIX}%", UNIT.value))
    refresh(connection, key.region_id, [account for (account,) in unsettled])


_UNSETTLED = """
SELECT DISTINCT p.account FROM postings AS p
WHERE p.region_id = ? AND p.journal_id = ? AND p.seq BETWEEN ? AND ? AND p.account LIKE ? AND p.unit = ?
AND (NOT EXISTS (SELECT 1 FROM grants AS g WHERE g.region_id = p.region_id
    AND g.journal_id = p.journal_id AND g.account = p.account AND g.unit = p.unit)
  OR EXISTS (SELECT 1 FROM grants AS g
    JOIN journals AS j ON j.region_id = g.region_id AND j.journal_id = g.journal_id AND NOT j.sealed
    WHERE g.region_id = p.region_id AND g.account = p.account AND g.unit = p.unit
    AND g.journal_id <> p.journal_id))
"""


def refresh_site(connection: sa.Connection, region_id: int, site: str) -> None:
    """The same for everybody whose home is this site: it has a kiosk now, or another one."""
    residents = connection.execute(
        sa.select(catalogue_items.c.value).where(
            catalogue_items.c.region_id == region_id,
            catalogue_items.c.kind == Kind.RESIDENT,
            catalogue_items.c.value.is_not(None),
        )
    ).scalars()
    at_home = (decode_value(Kind.RESIDENT, value) for value in residents)
    refresh(connection, region_id, [own_money(each.id) for each in at_home if each.home_site == site])


def is_own_money(account: str) -> bool:
    return account.startswith(_OWN_PREFIX)


def available_fen(connection: sa.Connection, region_id: int, account: Account) -> int:
    """What the office itself may take off an account without spending what a kiosk holds; fen."""
    lock_revision(connection, region_id)
    view = _view(connection, region_id, [account])
    return view.accounts[account].left_by(view.heads.keys())


@dataclass(slots=True)
class _AccountView:
    """One account over all journals; by journal id, in fen."""

    turnover: dict[bytes, tuple[int, int]] = field(default_factory=dict)  # credits, debits
    granted: dict[bytes, int] = field(default_factory=dict)

    @property
    def balance(self) -> int:
        return sum(credits - debits for credits, debits in self.turnover.values())

    def outstanding(self, journal_id: bytes) -> int:
        credits, debits = self.turnover.get(journal_id, (0, 0))
        return self.granted.get(journal_id, 0) + credits - debits

    def left_by(self, journals: Set[bytes]) -> int:
        """What of the balance remains when these have spent all they may."""
        concerned = (self.turnover.keys() | self.granted.keys()) & journals
        return self.balance - sum(max(0, self.outstanding(each)) for each in concerned)

    def due(self, home: bytes, spending: Set[bytes]) -> int:
        """How much more the home may be granted."""
        return max(0, self.left_by(spending - {home}) - self.outstanding(home))


class _Journal(msgspec.Struct, frozen=True):
    head_seq: int
    head_hash: bytes


@dataclass(slots=True)
class _View:
    accounts: Mapping[str, _AccountView]
    heads: Mapping[bytes, _Journal]  # of the journals that kiosks spend from: neither sealed nor the office's
    homes: Mapping[str, bytes]  # site -> the journal that holds its residents' rights


def _due(connection: sa.Connection, region_id: int, accounts: list[str]) -> Iterator[Grant]:
    """The grants as they should be, where that differs from what was published last."""
    view = _view(connection, region_id, accounts)
    sites = _home_sites(connection, region_id, accounts)
    published = _published(connection, region_id, accounts)
    for account, standing in view.accounts.items():
        home = view.homes.get(sites.get(account, ""), b"")
        holders = (standing.granted.keys() | {home}) & view.heads.keys()
        for journal_id in sorted(holders):
            more = standing.due(journal_id, view.heads.keys()) if journal_id == home else 0
            grant = _grant(account, journal_id, standing, more, view.heads[journal_id])
            if _told(grant) != _told(published.get((account, journal_id))):
                yield grant


def _grant(account: str, journal_id: bytes, standing: _AccountView, more: int, head: _Journal) -> Grant:
    credits, debits = standing.turnover.get(journal_id, (0, 0))
    return Grant(
        account=Account(account),
        unit=UNIT,
        journal_id=journal_id,
        granted=standing.granted.get(journal_id, 0) + more,
        balance=standing.balance,
        credits=credits,
        debits=debits,
        head_seq=head.head_seq,
        head_hash=head.head_hash,
    )


def _told(grant: Grant | None) -> tuple[int, int] | None:
    """What a kiosk learns from a grant and cannot know itself: its right, and what all others did."""
    return (grant.granted, grant.balance - grant.credits + grant.debits) if grant else None


def _change(grant: Grant) -> Change:
    return Change(Kind.GRANT, grant_key(grant.account, UNIT), grant, journal_scope(grant.journal_id))


_GRANT = (
    "INSERT INTO grants (region_id, journal_id, account, unit, granted) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (region_id, journal_id, account, unit) DO UPDATE SET granted = excluded.granted"
)


def _view(connection: sa.Connection, region_id: int, accounts: list[str]) -> _View:
    views: dict[str, _AccountView] = {account: _AccountView() for account in accounts}
    for row in _of(connection, balances, region_id, accounts):
        views[row.account].turnover[row.journal_id] = (row.credits, row.debits)
    for row in _of(connection, grants, region_id, accounts):
        views[row.account].granted[row.journal_id] = row.granted
    rows = connection.execute(
        sa.select(journals, devices.c.enrolled_at_ms, devices.c.revoked_at_ms)
        .outerjoin(
            devices,
            (devices.c.region_id == journals.c.region_id) & (devices.c.device_id == journals.c.device_id),
        )
        .where(journals.c.region_id == region_id)
        .order_by(devices.c.enrolled_at_ms.desc(), journals.c.journal_id.desc())
    ).all()
    spending = [row for row in rows if row.device_id is not None and not row.sealed]
    return _View(
        accounts=views,
        heads={row.journal_id: _Journal(row.head_seq, row.head_hash) for row in spending},
        # The kiosk that was there first stays the home while it may speak at all.
        homes={row.site: row.journal_id for row in spending if row.revoked_at_ms is None},
    )


def _of(connection: sa.Connection, table: sa.Table, region_id: int, accounts: list[str]) -> sa.Result[Any]:
    wanted = (table.c.region_id == region_id) & table.c.account.in_(accounts) & (table.c.unit == UNIT.value)
    return connection.execute(sa.select(table).where(wanted))


def _home_sites(connection: sa.Connection, region_id: int, accounts: list[str]) -> Mapping[str, str]:
    c = catalogue_items.c
    keys = [account.removeprefix(_OWN_PREFIX) for account in accounts]
    query = sa.select(c.key, c.value).where(
        c.region_id == region_id, c.kind == Kind.RESIDENT, c.key.in_(keys), c.value.is_not(None)
    )
    return {
        f"{_OWN_PREFIX}{key}": decode_value(Kind.RESIDENT, value).home_site
        for key, value in connection.execute(query)
    }


def _published(
    connection: sa.Connection, region_id: int, accounts: list[str]
) -> Mapping[tuple[str, bytes], Grant]:
    c = catalogue_items.c
    keys = [grant_key(Account(account), UNIT) for account in accounts]
    query = sa.select(c.value).where(
        c.region_id == region_id, c.kind == Kind.GRANT, c.key.in_(keys), c.value.is_not(None)
    )
    found: list[Grant] = [decode_value(Kind.GRANT, value) for value in connection.execute(query).scalars()]
    return {(grant.account, grant.journal_id): grant for grant in found}
