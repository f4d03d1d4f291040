"""What a receipt is about: one of the counter's answers, and what else its record tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kiosk.catalogue.reader import Catalogue
from kiosk.catalogue.values import Site
from kiosk.clock import local_time
from kiosk.counter import Counter
from kiosk.ledger.accounts import courtesy, own_money
from kiosk.ledger.follow_ups import REFUND, REVERSAL, by_receipt, decode_given_back
from kiosk.ledger.journal import heads_in
from kiosk.ledger.posting import JournalKey
from kiosk.ledger.records import Record, paid_by
from kiosk.outcomes import Outcome
from kiosk.services.canteen.records import NOBODY, SALE, Line, decode_sold
from kiosk.services.till.errors import ReceiptUnknown

ByLanguage = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Receipt:
    """An answer that took or gave money.

    `follows_seq` is the record that it takes back from, 0 for none. What was taken back without cash went to
    the card, off what was noted down, and the rest to whoever had subsidised it.
    """

    outcome: Outcome
    site: ByLanguage
    at: datetime  # local
    operator: str
    meal: ByLanguage  # its name, empty where it was no meal
    sold: tuple[tuple[Line, ByLanguage], ...]  # products with their names, empty for a guest's meal
    follows_seq: int
    to_card_fen: int
    off_debt_fen: int


def receipt_of(counter: Counter, outcome: Outcome) -> Receipt:
    """Raises `ReceiptUnknown` where there is no such record, and what keeps the counter from selling."""
    site, record = counter.site(), _record(counter, outcome.receipt)
    resident_id = outcome.person.resident_id if outcome.person else NOBODY
    return Receipt(
        outcome=outcome,
        site=site.title,
        at=local_time(outcome.at_ms, site.time_zone),
        operator=name_of(counter.catalogue, site.name, record.operator),
        meal=_meal(site, str(outcome.figures.get("meal", ""))),
        sold=_sold(counter, record),
        follows_seq=_follows(record),
        to_card_fen=-paid_by(own_money(resident_id), record.postings),
        off_debt_fen=-paid_by(courtesy(resident_id), record.postings),
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


def _meal(site: Site, code: str) -> ByLanguage:
    return next((period.name for period in site.meals if period.meal == code), {})


def _sold(counter: Counter, record: Record) -> tuple[tuple[Line, ByLanguage], ...]:
    if (record.kind, record.version) != SALE:
        return ()
    names = {each.id: each.name for each in counter.catalogue.products()}
    return tuple((line, names.get(line.product, {})) for line in decode_sold(record.body).lines)


def _follows(record: Record) -> int:
    if (record.kind, record.version) in (REFUND, REVERSAL):
        return decode_given_back(record.body).original_seq
    return 0
