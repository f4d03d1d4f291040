"""What is looked at across the records of one journal, where judging each by itself is not enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import sqlalchemy as sa

from kiosk.ledger.accounts import courtesy_of, is_own_money
from kiosk.ledger.audit.judging import Objection
from kiosk.ledger.entries import Posting
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import Record


class Placed(NamedTuple):
    """A record and where it was first written, wherever it stands. Its postings are of where it stands.

    `here`: its seq in the journal that brought it. `own` and `courtesy`: what it moves of people's.
    """

    journal_id: bytes
    seq: int
    record: Record
    here: int
    own: Sequence[Posting]
    courtesy: Sequence[Posting]


def placed(journal_id: bytes, seq: int, record: Record, here: int) -> Placed:
    own: list[Posting] = []
    lent: list[Posting] = []
    for each in record.postings:
        account = each.account
        if account.startswith("own/"):
            if is_own_money(account):
                own.append(each)
        elif account.startswith("courtesy/") and courtesy_of(account) is not None:
            lent.append(each)
    return Placed(journal_id, seq, record, here, own, lent)


class Watch(Protocol):
    """Goes along with one batch, in the order of its records."""

    def objection(self, placed: Placed) -> Objection | None:
        """Why a record, that is good by itself, is not believed after those before it."""

    def believe(self, placed: Placed) -> None:
        """A record that is to be booked, if only to be taken back as one that was recovered twice."""


# Begun for each batch, with its records, to look up once what was booked before of all that they name.
Watching = Callable[[sa.Connection, JournalKey, Sequence[Placed]], Watch]
