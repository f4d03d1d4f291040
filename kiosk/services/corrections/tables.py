"""Each request is put up for review; the record itself is all there is to look up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from kiosk.books import Kinds
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.records import Record
from kiosk.services.corrections.records import CORRECTION_ASKED, decode_asked


def review_asked(
    _connection: sa.Connection, _journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    for record in records:
        asked = decode_asked(record.body)
        detail = f"resident {asked.resident_id} at {asked.site}: {asked.matter} {asked.category}"
        yield Finding(record.seq, CORRECTION_ASKED[0], detail.strip())


KINDS = Kinds(projections={CORRECTION_ASKED: review_asked})
