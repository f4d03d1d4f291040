"""The till's records need no table of their own: `follow_ups` finds what was given back."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from kiosk.ledger.posting import Finding, JournalKey, Projections
from kiosk.ledger.records import Record
from kiosk.services.till.records import RETURN, TOP_UP


def _nothing(_connection: sa.Connection, _journal: JournalKey, _records: Sequence[Record]) -> list[Finding]:
    return []


PROJECTIONS: Projections = {TOP_UP: _nothing, RETURN: _nothing}
