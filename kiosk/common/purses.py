"""A resident's money as the counter sees it: the office's word from the catalogue, and the books here."""

from __future__ import annotations

from kiosk.catalogue.reader import Catalogue
from kiosk.ledger.accounts import own_money
from kiosk.ledger.amount import Unit
from kiosk.ledger.journal import Writing
from kiosk.ledger.rights import Grant, Purse, newest, purse
from kiosk.plain.refusals import Refusal


class MoneyShort(Refusal):
    """An account that lacks so much: bringing money helps."""

    missing_fen: int


def purse_of(
    writing: Writing,
    catalogue: Catalogue,
    resident_id: int,
    told: Grant | None = None,
    unit: Unit = Unit.FEN,
) -> Purse:
    """`told` is the office's word of this moment, beside what the catalogue has."""
    grant = newest(catalogue.grant(own_money(resident_id), unit), told)
    return purse(writing.connection, writing.key, writing.head.seq, resident_id, grant, unit)
