"""What kiosks may still spend of residents' own money: granted, less what they spent and gave back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from kiosk.ledger.accounts import Account
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.sql import Row, run


class Outstanding(NamedTuple):
    """One journal's right to one account, above zero."""

    journal_id: bytes
    account: Account
    fen: int


def of_journal(connection: sa.Connection, key: JournalKey) -> list[Outstanding]:
    """What one journal may still spend, account by account."""
    own = (key.region_id, key.journal_id)
    return _outstanding(run(connection, _OF_ONE, ("own/%", *own, *own)))


def of_open_journals(connection: sa.Connection, region_id: int) -> list[Outstanding]:
    """What all journals of kiosks may still spend that are not sealed."""
    return _outstanding(run(connection, _OF_OPEN, ("own/%", region_id, region_id)))


def _outstanding(rows: Iterable[Row]) -> list[Outstanding]:
    return [Outstanding(bytes(journal_id), Account(account), int(fen)) for journal_id, account, fen in rows]


def _query(which: str) -> str:
    return f"""
SELECT journal_id, account, CAST(SUM(fen) AS BIGINT) FROM (
  SELECT b.journal_id, b.account, CASE b.unit WHEN 'FEN' THEN b.credits - b.debits ELSE -b.debits END AS fen
  FROM balances AS b JOIN journals AS j ON j.region_id = b.region_id AND j.journal_id = b.journal_id
  WHERE b.account LIKE ? AND b.unit IN ('FEN', 'RIGHT') AND {which}
  UNION ALL
  SELECT g.journal_id, g.account, g.granted
  FROM grants AS g JOIN journals AS j ON j.region_id = g.region_id AND j.journal_id = g.journal_id
  WHERE g.unit = 'FEN' AND {which}
) AS held GROUP BY journal_id, account HAVING SUM(fen) > 0 ORDER BY journal_id, account
"""  # noqa: S608


_OF_ONE = _query("j.region_id = ? AND j.journal_id = ?")
_OF_OPEN = _query("j.region_id = ? AND NOT j.sealed AND j.device_id IS NOT NULL")
