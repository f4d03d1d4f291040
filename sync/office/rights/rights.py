"""Spending rights: the office gives the home kiosk of each resident nearly all that they may spend offline.

`holdings` is the arithmetic. Here it is fed from the books, kept in `grants`, and published to the kiosks.
What happens at the home kiosk changes neither what is due to it nor what it has to be told, for it knows its
own records: a grant is published again only when something changed that its journal did not do itself.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value
from kiosk.ledger.accounts import Account, own_money
from kiosk.ledger.amount import RIGHT_TO, Unit
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.rights import Grant
from kiosk.ledger.sql import run
from sync.errors import Refused
from sync.office.catalogue.publishing import lock_revision
from sync.office.rights import granting
from sync.office.rights.granting import COURTESY_PREFIX, OWN_PREFIX
from sync.office.store.tables import catalogue_items

ACCOUNTS_AT_ONCE = 500


def refresh(connection: sa.Connection, region_id: int, accounts: Iterable[str]) -> list[str]:
    """Grant what became available on these accounts, and tell the kiosks what they cannot know themselves.

    Called in the transaction that changed the accounts. A courtesy account stands for its owner's money;
    others that are nobody's own money are ignored. Returns the own money that was looked at.
    """
    own = sorted({name for name in map(granting.own_money_of, accounts) if name})
    for start in range(0, len(own), ACCOUNTS_AT_ONCE):
        some = own[start : start + ACCOUNTS_AT_ONCE]
        for unit, accounts_in in granting.by_unit(connection, region_id, some):
            if granting.Books(connection, region_id, accounts_in, unit).settle().is_news:
                lock_revision(connection, region_id)  # from here on no other transaction grants anything
                granting.Books(connection, region_id, accounts_in, unit).settle().write()
    return own


def refresh_after(connection: sa.Connection, key: JournalKey, first_seq: int, last_seq: int) -> list[str]:
    """The same for what these records of a journal moved, once they are booked.

    Most need no second look: what a journal did to an account whose rights it alone holds changes nothing
    that anybody is due or has to be told.
    """
    place = (key.region_id, key.journal_id)
    names = (f"{OWN_PREFIX}%", f"{COURTESY_PREFIX}%")
    unsettled = run(connection, _UNSETTLED, (*place, first_seq, last_seq, *names, names[1], key.region_id))
    return refresh(connection, key.region_id, [account for (account,) in unsettled])


# Looked at again: rights given back, courtesy, and accounts that are not settled. Settled are those of which
# this journal has a grant and not yet spent too much, while nobody else holds or awaits anything.
_RIGHTS = ", ".join(f"'{right}'" for right in RIGHT_TO.values())
_RIGHT_TO = " ".join(f"WHEN '{unit}' THEN '{right}'" for unit, right in RIGHT_TO.items())
_SPENT = f"""COALESCE((SELECT SUM(CASE b.unit WHEN g.unit THEN b.debits - b.credits ELSE b.debits END)
    FROM balances AS b WHERE b.region_id = g.region_id AND b.journal_id = g.journal_id
    AND b.account = g.account AND b.unit IN (g.unit, CASE g.unit {_RIGHT_TO} END)), 0)"""  # noqa: S608
_HOME_FIRST = """CASE g.unit WHEN 'FEN'
    THEN (SELECT r.home_first_fen FROM regions AS r WHERE r.region_id = ?) ELSE 0 END"""
_HAS_PLENTY = f"(g.kept = 0 OR g.granted - {_SPENT} >= {_HOME_FIRST})"
_HOLDS_ANY = f"""(g.home OR g.wanted > g.granted OR g.granted > {_SPENT})
    AND NOT (SELECT j.sealed FROM journals AS j
      WHERE j.region_id = g.region_id AND j.journal_id = g.journal_id)"""  # noqa: S608  (our own words, all of them)
_UNSETTLED = f"""
SELECT p.account
FROM (SELECT DISTINCT region_id, journal_id, account, unit FROM postings
  WHERE region_id = ? AND journal_id = ? AND seq BETWEEN ? AND ? AND (account LIKE ? OR account LIKE ?)) AS p
WHERE p.account LIKE ? OR p.unit IN ({_RIGHTS}) OR 1 <> (
  SELECT COALESCE(SUM(CASE WHEN g.journal_id <> p.journal_id AND {_HOLDS_ANY} THEN 2
    WHEN g.journal_id = p.journal_id AND {_HAS_PLENTY} THEN 1 ELSE 0 END), 0)
  FROM grants AS g WHERE g.region_id = p.region_id AND g.account = p.account AND g.unit = p.unit)
"""  # noqa: S608


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


def ask(
    connection: sa.Connection, key: JournalKey, account: Account, target: int, unit: Unit = Unit.FEN
) -> Grant:
    """A kiosk asks to be granted `target` of an account in all; returns its grant as it is then.

    What is available is granted now. For what is not, those who hold it are asked to give back, and it is
    granted when they have. Raises `Refused` for a journal that spends nothing.
    """
    lock_revision(connection, key.region_id)
    books = granting.Books(connection, key.region_id, [account], unit)
    if not books.may_spend(key.journal_id):
        raise Refused("journal_sealed", key.journal_id.hex())
    books.want(account, key.journal_id, target)
    books.settle().write()
    return books.grant(account, key.journal_id)


def available(connection: sa.Connection, region_id: int, account: Account, unit: Unit = Unit.FEN) -> int:
    """What the office itself may take off an account without spending what a kiosk holds."""
    lock_revision(connection, region_id)
    return granting.Books(connection, region_id, [account], unit).left(account)
