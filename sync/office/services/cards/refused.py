"""Chips that have a card's number, and could not prove what the card can: somebody holds a copy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding, JournalKey, Projections
from kiosk.ledger.records import Record
from kiosk.people.records import CARD_REFUSED, decode_refused

REFUSED = "card_authentication_failed"


def _review(_connection: sa.Connection, _journal: JournalKey, records: Sequence[Record]) -> Iterable[Finding]:
    for record in records:
        each = decode_refused(record.body)
        detail = figures(resident=each.resident_id, card=each.card_number, site=each.site, reason=each.reason)
        yield Finding(record.seq, REFUSED, detail)


PROJECTIONS: Projections = {CARD_REFUSED: _review}
