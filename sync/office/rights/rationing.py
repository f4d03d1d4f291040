"""What one kiosk may be granted of the money of people at home elsewhere: so much in an hour and in a day.

A kiosk says who stands before it, and nobody can see whether it is so. Beyond its ration it is granted
nothing more of strangers until a person at the office has looked.
"""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from kiosk.ledger.accounts import Account
from kiosk.ledger.amount import Unit
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.sql import run

USED_UP = "ration_used_up"  # what a person at the office is told
HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS


class Ration(NamedTuple):
    """For the strangers at one kiosk, all of them together and each."""

    hour_fen: int
    day_fen: int
    person_day_fen: int

    @property
    def most_a_day_fen(self) -> int:
        """For all strangers together, before a person has looked."""
        return min(self.day_fen, 24 * self.hour_fen)


def draw(
    connection: sa.Connection,
    key: JournalKey,
    device_id: bytes,
    account: Account,
    target: int,
    ration: Ration,
    at_ms: int,
) -> tuple[int, int]:
    """Up to what in all a kiosk may ask for an account, at most `target`, and how much that falls short.

    What it asked for before is not counted again. `at_ms` is the office's Unix time.
    """
    rows = run(connection, _ASKED, (key.region_id, key.journal_id, account, Unit.FEN.value))
    before = max(int(rows[0][0]), int(rows[0][1])) if rows else 0
    more = max(0, target - before)
    part = min(more, _left_fen(connection, key.region_id, device_id, account, ration, at_ms))
    if part > 0:
        run(connection, _NOTE, (key.region_id, device_id, account, at_ms, part))
    return min(target, before + part), more - part


def allow(connection: sa.Connection, region_id: int, device_id: bytes) -> None:
    """A person has looked: what was granted so far is not counted."""
    run(connection, _FORGET_ALL, (region_id, device_id))


def _left_fen(
    connection: sa.Connection, region_id: int, device_id: bytes, account: Account, ration: Ration, at_ms: int
) -> int:
    # Also what is still to come by a clock that has been put right since: it would count for years.
    run(connection, _FORGET, (region_id, device_id, at_ms - DAY_MS, at_ms + HOUR_MS))
    found = run(connection, _GRANTED, (region_id, device_id))
    rows = [(str(whose), int(granted_ms), int(fen)) for whose, granted_ms, fen in found]
    day_fen = sum(fen for _, _, fen in rows)
    hour_fen = sum(fen for _, granted_ms, fen in rows if granted_ms > at_ms - HOUR_MS)
    person_fen = sum(fen for whose, _, fen in rows if whose == account)
    left = ration.hour_fen - hour_fen, ration.day_fen - day_fen, ration.person_day_fen - person_fen
    return max(0, min(left))


_ASKED = (
    "SELECT granted, wanted FROM grants WHERE region_id = ? AND journal_id = ? AND account = ? AND unit = ?"
)
_GRANTED = "SELECT account, at_ms, fen FROM visitors_granted WHERE region_id = ? AND device_id = ?"
_FORGET_ALL = "DELETE FROM visitors_granted WHERE region_id = ? AND device_id = ?"
_FORGET = "DELETE FROM visitors_granted WHERE region_id = ? AND device_id = ? AND (at_ms <= ? OR at_ms > ?)"
_NOTE = (
    "INSERT INTO visitors_granted (region_id, device_id, account, at_ms, fen) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (region_id, device_id, account, at_ms)"
    " DO UPDATE SET fen = visitors_granted.fen + excluded.fen"
)
