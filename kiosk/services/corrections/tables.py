"""Each request is put up for review; the record itself is all there is to look up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from kiosk.common.books import Kinds
from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.records import Record
from kiosk.services.corrections.records import CORRECTION_ASKED, decode_asked


def review_asked(
    _connection: sa.Connection, _journal: JournalKey, records: Sequence[Record]
) -> Iterable[Finding]:
    for record in records:
        asked = decode_asked(record.body)
        what = {"matter": asked.matter, **({"category": asked.category} if asked.category else {})}
        detail = figures(resident=asked.resident_id, site=asked.site, **what)
        yield Finding(record.seq, CORRECTION_ASKED[0], detail)


KINDS = Kinds(projections={CORRECTION_ASKED: review_asked})
