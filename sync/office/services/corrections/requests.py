"""What counters ask to be corrected about people, in words for the clerk who looks at it.

A clerk corrects the register, on the resident's page or by import, and then settles the request.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from flask_babel import gettext

from kiosk.ledger.records import decode
from kiosk.ledger.tables import records
from kiosk.services.corrections.records import CORRECTION_ASKED, CorrectionAsked, Matter, decode_asked
from sync.office.console.marking import _
from sync.office.console.residents.terms import term
from sync.office.console.shown import Explained, Place
from sync.office.store.tables import reviews

MATTERS = {
    Matter.CATEGORY_MISSING: _("should be: %(category)s"),
    Matter.CATEGORY_WRONG: _("is not: %(category)s"),
    Matter.NAME: _("the name is wrong"),
    Matter.BIRTHDAY: _("the birthday is wrong"),
    Matter.OTHER: _("something else is wrong; ask the counter"),
}


def requests(connection: sa.Connection, region_id: int) -> Mapping[Place, Explained]:
    """Those that nobody has settled, by journal (in hexadecimal) and record."""
    r, v = records.c, reviews.c
    rows = connection.execute(
        sa.select(r.journal_id, r.seq, r.raw)
        .join(reviews, (v.region_id == r.region_id) & (v.journal_id == r.journal_id) & (v.seq == r.seq))
        .where(v.region_id == region_id, v.code == CORRECTION_ASKED[0], v.closed_at_ms.is_(None))
    )
    found = [(row.journal_id.hex(), row.seq, decode(row.raw)) for row in rows]
    asked = {(journal, seq): (decode_asked(record.body), record.operator) for journal, seq, record in found}
    return {
        place: Explained(
            resident_id=each.resident_id,
            words=_in_words(each),
            operator=operator,
        )
        for place, (each, operator) in asked.items()
    }


def _in_words(asked: CorrectionAsked) -> str:
    message = MATTERS.get(Matter(asked.matter)) if asked.matter in set(Matter) else None
    return gettext(message, category=term(asked.category)) if message else f"{asked.matter} {asked.category}"
