"""Who may take something back: a slip of the finger whoever is on duty, all else a supervisor.

A portion is anybody's slip, for two people take turns at one screen. Cash is not: it would leave a box for
which somebody else answered.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Protocol

import sqlalchemy as sa

from kiosk.ledger.accounts import cash_box
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import Record
from kiosk.ledger.sql import run
from kiosk.people.staff import Role


class Acting(Protocol):
    """Who acts, and what they may do."""

    @property
    def operator(self) -> str: ...

    def permit(self, role: Role) -> None:
        """Raises `SupervisorNeeded` or `SignInFirst`."""


class NotAlone(StrEnum):
    """Why a supervisor has to take it back."""

    SHIFT_CLOSED = "shift_closed"  # its cash was counted already
    ANOTHER_DAY = "another_day"  # nobody closed the shift, but a slip is noticed the same day
    OTHERS_CASH = "others_cash"  # somebody else took the money


def not_alone(
    done: Record, operator: str, *, closed_seq: int, today: date, day: date, site: str
) -> NotAlone | None:
    """What speaks against `operator` taking `done`, of `day`, back alone.

    `closed_seq` is the record of the last close-out, or 0.
    """
    if done.seq <= closed_seq:
        return NotAlone.SHIFT_CLOSED
    if day != today:
        return NotAlone.ANOTHER_DAY
    moved_cash = any(each.account == cash_box(site) for each in done.postings)
    return NotAlone.OTHERS_CASH if moved_cash and done.operator != operator else None


def closed_seq(connection: sa.Connection, key: JournalKey) -> int:
    """The record that closed the last shift of this journal; 0 if none did."""
    return int(run(connection, _CLOSED, (key.region_id, key.journal_id))[0][0])


_CLOSED = "SELECT coalesce(max(seq), 0) FROM shift_ends WHERE region_id = ? AND journal_id = ? AND closed = 1"
