"""What a receipt is about: one of the counter's answers, and its record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.catalogue.reader import Catalogue
from kiosk.catalogue.values import Site
from kiosk.common.clock import local_time
from kiosk.common.outcomes import Outcome
from kiosk.counter import Counter
from kiosk.ledger.errors import ReceiptUnknown
from kiosk.ledger.follow_ups import by_receipt
from kiosk.ledger.journal import heads_in
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import Record

NOBODY = 0  # in place of a resident's number


@dataclass(frozen=True, slots=True)
class Receipt:
    """An answer that took or gave money, with what its service needs to put it into lines."""

    outcome: Outcome
    record: Record
    site: Site
    at: datetime  # local
    operator: str
    catalogue: Catalogue

    @property
    def resident_id(self) -> int:
        return self.outcome.person.resident_id if self.outcome.person else NOBODY


def receipt_of(counter: Counter, outcome: Outcome) -> Receipt:
    """Raises `ReceiptUnknown` where there is no such record, and what keeps the counter from selling."""
    site, record = counter.site(), _record(counter, outcome.receipt)
    return Receipt(
        outcome=outcome,
        record=record,
        site=site,
        at=local_time(outcome.at_ms, site.time_zone),
        operator=name_of(counter.catalogue, site.name, record.operator),
        catalogue=counter.catalogue,
    )


def name_of(catalogue: Catalogue, site: str, operator: str) -> str:
    """By which name staff are known here; the bare id of somebody who has left."""
    return next((each.name for each in catalogue.staff(site) if each.id == operator), operator)


def _record(counter: Counter, receipt: str) -> Record:
    """The record that a receipt names, in whichever journal of this kiosk."""
    region_id = counter.journal.key.region_id
    with counter.reader.connect() as connection, connection.begin():
        for journal_id, _ in heads_in(connection, region_id):
            found = by_receipt(connection, JournalKey(region_id, journal_id), receipt)
            if found is not None:
                return found.record
    raise ReceiptUnknown(receipt=receipt)
