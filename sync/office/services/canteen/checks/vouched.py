"""Whom staff served by their face, though the card they held should be in nobody's hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding, JournalKey, Projections
from kiosk.ledger.records import Record
from kiosk.services.canteen.records import MEAL_SERVED, decode_meal
from kiosk.services.canteen.rules import VOUCHED_FOR_REVIEWED

VOUCHED = "card_vouched_for"


def _review(_connection: sa.Connection, _journal: JournalKey, records: Sequence[Record]) -> Iterable[Finding]:
    for record in records:
        meal = decode_meal(record.body)
        if meal.vouched_for in VOUCHED_FOR_REVIEWED:
            detail = figures(resident=meal.resident_id, site=meal.site, reason=meal.vouched_for)
            yield Finding(record.seq, VOUCHED, detail)


PROJECTIONS: Projections = {MEAL_SERVED: _review}
