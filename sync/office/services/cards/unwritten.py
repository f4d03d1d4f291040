"""What is to be put on the cards that counters gave out: published to the kiosks of the site that did.

For a chip that ends when a kiosk reports that it was written. A code on paper stays, so that it can be
printed again without a network.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.sql import run
from kiosk.people.cards import Card, CardLevel, can_be_written, is_paper
from kiosk.services.cards.tables import ISSUED
from sync.office.catalogue.publishing import publish, shown, site_scope
from sync.office.intake.batch import Batch
from sync.office.keys.issuer import Issuer


def check(connection: sa.Connection, batch: Batch) -> Iterable[Finding]:
    place(connection, batch.issuer, batch.key, batch.first_seq)
    return ()


def place(connection: sa.Connection, issuer: Issuer, key: JournalKey, first_seq: int) -> None:
    """Sign for what the journal gave out from a record on; nothing for what was written since.

    To be called after what counters said about cards was published.
    """
    given = run(connection, _GIVEN, (key.region_id, key.journal_id, ISSUED, first_seq))
    for token, number, site in given:
        card = shown(connection, key.region_id, Kind.CARD, token)
        if card is None or card.number != number or shown(connection, key.region_id, Kind.BLOCK, token):
            continue
        order(connection, key.region_id, issuer, card, site)


def order(connection: sa.Connection, region_id: int, issuer: Issuer, card: Card, site: str) -> None:
    """Let the kiosks of a site put on a card what it proves itself by; nothing, where it can hold nothing."""
    if not (is_paper(card.token) or (can_be_written(card.token) and card.level is CardLevel.UID)):
        return
    public, wanted = issuer.public_key, issuer.personalisation(card)
    publish(connection, region_id, Kind.ISSUER_KEY, str(public.id), public)
    publish(connection, region_id, Kind.PERSONALISATION, card.token, wanted, scope=site_scope(site))


_GIVEN = (
    "SELECT token, number, site FROM card_events JOIN journals USING (region_id, journal_id)"
    " WHERE region_id = ? AND journal_id = ? AND what = ? AND seq >= ? ORDER BY seq, token"
)
