"""What kiosks may still spend of what is residents' own: granted, less what they spent and gave back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from kiosk.ledger.accounts import Account
from kiosk.ledger.amount import RIGHT_TO, Unit
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.sql import Row, run


class Outstanding(NamedTuple):
    """One journal's right to one account, above zero."""

    journal_id: bytes
    account: Account
    unit: Unit
    quantity: int


def of_journal(connection: sa.Connection, key: JournalKey) -> list[Outstanding]:
    """What one journal may still spend, account by account."""
    own = (key.region_id, key.journal_id)
    return _outstanding(run(connection, _OF_ONE, ("own/%", *own, *own)))


def of_open_journals(connection: sa.Connection, region_id: int) -> list[Outstanding]:
    """What all journals of kiosks may still spend that are not sealed."""
    return _outstanding(run(connection, _OF_OPEN, ("own/%", region_id, region_id)))


def of_account(connection: sa.Connection, region_id: int, account: Account) -> list[Outstanding]:
    """What each of them may still spend of one account."""
    return _outstanding(run(connection, _OF_ACCOUNT, (account, region_id, account, region_id)))


def _outstanding(rows: Iterable[Row]) -> list[Outstanding]:
    return [
        Outstanding(bytes(journal_id), Account(account), Unit(unit), int(quantity))
        for journal_id, account, unit, quantity in rows
    ]


_UNITS = ", ".join(f"'{unit}'" for unit in RIGHT_TO)
_UNIT_OF = " ".join(f"WHEN '{right}' THEN '{unit}'" for unit, right in RIGHT_TO.items())


def _query(which: str, of_balances: str = "b.account LIKE ?", of_grants: str = "") -> str:
    return f"""
SELECT journal_id, account, unit, CAST(SUM(quantity) AS BIGINT) FROM (
  SELECT b.journal_id, b.account, CASE b.unit {_UNIT_OF} ELSE b.unit END AS unit,
    CASE WHEN b.unit IN ({_UNITS}) THEN b.credits - b.debits ELSE -b.debits END AS quantity
  FROM balances AS b JOIN journals AS j ON j.region_id = b.region_id AND j.journal_id = b.journal_id
  WHERE {of_balances} AND {which}
  UNION ALL
  SELECT g.journal_id, g.account, g.unit, g.granted
  FROM grants AS g JOIN journals AS j ON j.region_id = g.region_id AND j.journal_id = g.journal_id
  WHERE {of_grants}{which}
) AS held GROUP BY journal_id, account, unit HAVING SUM(quantity) > 0 ORDER BY journal_id, account, unit
"""  # noqa: S608


_OF_ONE = _query("j.region_id = ? AND j.journal_id = ?")
_OPEN = "j.region_id = ? AND NOT j.sealed AND j.device_id IS NOT NULL"
_OF_OPEN = _query(_OPEN)
_OF_ACCOUNT = _query(_OPEN, "b.account = ?", "g.account = ? AND ")
