"""Cash that a kiosk says it took in is believed up to a limit, until a clerk has seen it.

What somebody pays in at a kiosk and has not spent there is money on that kiosk's word alone. Up to the limit
it is money like any other. Beyond it, it buys at the kiosk that took it and nowhere else, whatever the kiosk
gives back and whatever becomes of its journal, until a clerk says that the cash is there. Nothing is refused,
and what the kiosk itself showed stays true.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from kiosk.ledger.amount import Unit
from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.sql import run, run_many
from sync.office.rights import rights
from sync.office.rights.granting import OWN_PREFIX
from sync.office.store.database import alone

UNSEEN = "cash_unseen"  # what a person at the office is told


class PaidIn(NamedTuple):
    """What one account has more by the word of one journal, and how much of it waits; fen."""

    journal_id: bytes
    account: str
    paid_in_fen: int
    waiting_fen: int

    @property
    def sure_fen(self) -> int:
        """What of it can be had elsewhere."""
        return self.paid_in_fen - min(self.waiting_fen, self.paid_in_fen)


def weigh(
    connection: sa.Connection, key: JournalKey, device_id: bytes, first_seq: int, last_seq: int
) -> Iterator[Finding]:
    """Once these records are booked: what they paid in beyond the limit has to wait."""
    place = (key.region_id, key.journal_id, first_seq, last_seq, f"{OWN_PREFIX}%")
    new = {(key.journal_id, account) for (account,) in run(connection, _PAID, place)}
    if not new:
        return
    all_of_it = paid_in(connection, key.region_id, device_id)
    limit_fen, seen_fen = _limits(connection, key.region_id, device_id)
    beyond_fen = sum(each.sure_fen for each in all_of_it) - limit_fen - seen_fen
    waiting = []
    for each in all_of_it:
        part = max(0, min(beyond_fen, each.sure_fen)) if each[:2] in new else 0
        if part:
            waiting.append(each._replace(waiting_fen=each.paid_in_fen - each.sure_fen + part))
            beyond_fen -= part
    _keep(connection, key.region_id, waiting)
    if waiting and not any(each.waiting_fen for each in all_of_it):
        total_fen = sum(each.paid_in_fen for each in all_of_it) - seen_fen
        yield Finding(last_seq, UNSEEN, figures(paid_fen=total_fen, limit_fen=limit_fen))


def seen(connection: sa.Connection, region_id: int, device_id: bytes) -> None:
    """A clerk has seen the cash of all that this kiosk took in so far."""
    alone(connection, region_id)
    all_of_it = paid_in(connection, region_id, device_id)
    run(connection, _SEEN, (sum(each.paid_in_fen for each in all_of_it), region_id, device_id))
    waited = [each for each in all_of_it if each.waiting_fen]
    _keep(connection, region_id, [each._replace(waiting_fen=0) for each in waited])
    rights.refresh(connection, region_id, [each.account for each in waited])


def believed_fen(connection: sa.Connection, region_id: int, device_id: bytes) -> tuple[int, int]:
    """What of this kiosk's cash nobody has seen and is believed all the same, and how much more could be."""
    limit_fen, seen_fen = _limits(connection, region_id, device_id)
    unseen_fen = sum(each.sure_fen for each in paid_in(connection, region_id, device_id)) - seen_fen
    believed = max(0, min(limit_fen, unseen_fen))
    return believed, limit_fen - believed


def paid_in(connection: sa.Connection, region_id: int, device_id: bytes) -> Sequence[PaidIn]:
    """By account and journal of this kiosk, what stands there on its word."""
    place = (region_id, device_id, f"{OWN_PREFIX}%")
    return [
        PaidIn(bytes(journal_id), account, int(paid_fen), int(waiting_fen))
        for journal_id, account, paid_fen, waiting_fen in run(connection, _PAID_IN, place)
    ]


def _limits(connection: sa.Connection, region_id: int, device_id: bytes) -> tuple[int, int]:
    limit_fen, seen_fen = run(connection, _LIMITS, (region_id, device_id))[0]
    return int(limit_fen), int(seen_fen)


def _keep(connection: sa.Connection, region_id: int, waiting: Sequence[PaidIn]) -> None:
    rows = [(region_id, each.journal_id, each.account, Unit.FEN.value, each.waiting_fen) for each in waiting]
    run_many(connection, _WAIT, sorted(rows))


_PAID = (
    "SELECT DISTINCT account FROM postings WHERE region_id = ? AND journal_id = ? AND seq BETWEEN ? AND ?"
    " AND unit = 'FEN' AND quantity > 0 AND account LIKE ?"
)
_PAID_IN = (
    "SELECT b.journal_id, b.account, b.credits - b.debits, COALESCE(g.waiting, 0) FROM journals AS j"
    " JOIN balances AS b ON b.region_id = j.region_id AND b.journal_id = j.journal_id"
    " LEFT JOIN grants AS g ON g.region_id = b.region_id AND g.journal_id = b.journal_id"
    " AND g.account = b.account AND g.unit = b.unit"
    " WHERE j.region_id = ? AND j.device_id = ? AND b.unit = 'FEN' AND b.account LIKE ?"
    " AND b.credits > b.debits ORDER BY b.account, b.journal_id"
)
_LIMITS = (
    "SELECT r.unseen_cash_fen, d.cash_seen_fen FROM regions AS r JOIN devices AS d"
    " ON d.region_id = r.region_id WHERE r.region_id = ? AND d.device_id = ?"
)
_SEEN = "UPDATE devices SET cash_seen_fen = ? WHERE region_id = ? AND device_id = ?"
_WAIT = (
    "INSERT INTO grants (region_id, journal_id, account, unit, granted, home, waiting)"
    " VALUES (?, ?, ?, ?, 0, FALSE, ?) ON CONFLICT (region_id, journal_id, account, unit)"
    " DO UPDATE SET waiting = excluded.waiting"
)
