"""What counters said about cards, published to all: lost, found again, given to somebody, written."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.ledger.figures import figures
from kiosk.ledger.posting import Finding, JournalKey
from kiosk.ledger.sql import Row, run
from kiosk.people.cards import (
    Block,
    Card,
    CardKey,
    CardLevel,
    CardStatus,
    is_paper,
    level_when_given,
    uid_of_token,
)
from kiosk.people.chips import why_no_card
from kiosk.people.residents import Resident
from kiosk.services.cards.tables import FOUND, ISSUED, KEYED, SIGNED
from sync.office.books import reviews
from sync.office.catalogue.publishing import publish, shown, site_scope, withdraw
from sync.office.intake.batch import Batch
from sync.office.people import staff

TAKEN, UNFIT, UNKNOWN = "card_taken", "card_unfit", "card_not_registered"
AWAY, WAITS = "card_given_away", "card_waits"
MOST_AWAY = 3  # cards for people at home elsewhere that one kiosk gave out and nobody here has looked at


def check(connection: sa.Connection, batch: Batch) -> list[Finding]:
    """Publish what these records say."""
    found = []
    for row in run(connection, _EVENTS, batch.place):
        finding = _publish(connection, batch.key, row)
        if finding is not None:
            reviews.put_up(connection, batch.key, [finding])  # the next one counts it
            found.append(finding)
    return found


def _publish(connection: sa.Connection, key: JournalKey, event: Row) -> Finding | None:
    seq, token, what, number, resident_id = event
    card: Card | None = shown(connection, key.region_id, Kind.CARD, token)
    if what == ISSUED:
        if unfit := why_no_card(uid_of_token(token)) if not is_paper(token) else None:
            return Finding(seq, UNFIT, figures(token=token, resident=resident_id, reason=unfit.code))
        if card is not None and card.number != number:
            taken = figures(token=token, card=card.number, resident=card.resident_id)
            return Finding(seq, TAKEN, taken)
        if card is None and (wearer := staff.wearer(connection, key.region_id, token)):
            # Signed for, a chip that merely has the badge's number would sign in as its wearer.
            return Finding(seq, TAKEN, figures(token=token, badge=wearer.id))
        if card is None:
            away = _given_away(connection, key, seq, token, resident_id)
            if away is not None and away.code == WAITS:
                return away
            level = level_when_given(token)
            given = Card(token=token, number=number, resident_id=resident_id, level=level)
            publish(connection, key.region_id, Kind.CARD, token, given, label=str(resident_id))
            return away
        return None
    if card is None:
        return Finding(seq, UNKNOWN, figures(token=token, what=what))
    if what == FOUND:
        if card.status is CardStatus.ACTIVE:
            withdraw(connection, key.region_id, Kind.BLOCK, token)
        return None
    if what in (SIGNED, KEYED):
        _raise_level(connection, key.region_id, card, what)
        return None
    block(connection, key.region_id, token, CardStatus(what))
    return None


def block(connection: sa.Connection, region_id: int, token: str, status: CardStatus) -> None:
    """Nobody is served by it, at any kiosk that hears of it. What is replaced is not written any more."""
    if status is CardStatus.REPLACED:
        withdraw(connection, region_id, Kind.PERSONALISATION, token)
    publish(connection, region_id, Kind.BLOCK, token, Block(token=token, status=status))


def _given_away(
    connection: sa.Connection, key: JournalKey, seq: int, token: str, resident_id: int
) -> Finding | None:
    """A card for somebody at home elsewhere, whom the kiosk does not know: a few are good before a person has
    looked. With a stolen key, everybody's money could be spent by cards that it gave out."""
    resident: Resident | None = shown(connection, key.region_id, Kind.RESIDENT, str(resident_id))
    sites = run(connection, _SITES, (key.region_id, key.journal_id))
    if resident is not None and resident.home_site in [site for each in sites for site in each]:
        return None
    ((unseen,),) = run(connection, _UNSEEN, (AWAY, key.region_id, key.journal_id))
    return Finding(seq, AWAY if unseen < MOST_AWAY else WAITS, figures(token=token, resident=resident_id))


_SITES = (
    "SELECT j.site, d.site FROM journals AS j JOIN devices AS d"
    " ON d.region_id = j.region_id AND d.device_id = j.device_id WHERE j.region_id = ? AND j.journal_id = ?"
)
_UNSEEN = (
    "SELECT COUNT(*) FROM reviews AS r JOIN journals AS j"
    " ON j.region_id = r.region_id AND j.journal_id = r.journal_id"
    " JOIN journals AS k ON k.region_id = j.region_id AND k.device_id = j.device_id"
    " WHERE r.code = ? AND r.closed_at_ms IS NULL AND k.region_id = ? AND k.journal_id = ?"
)


def _raise_level(connection: sa.Connection, region_id: int, card: Card, what: str) -> None:
    """From now on the card must show what was put on it. Said again when nothing is wanted, it is no news."""
    wanted = shown(connection, region_id, Kind.PERSONALISATION, card.token)
    if wanted is None:
        return
    level = CardLevel.AUTHENTICATED if what == KEYED else CardLevel.SIGNED
    if level is CardLevel.AUTHENTICATED:
        _hand_out_key(connection, region_id, card, wanted.kiosk_key)
    raised = msgspec.structs.replace(card, level=level)
    publish(connection, region_id, Kind.CARD, card.token, raised, label=str(card.resident_id))
    withdraw(connection, region_id, Kind.PERSONALISATION, card.token)


def _hand_out_key(connection: sa.Connection, region_id: int, card: Card, key: bytes) -> None:
    """To the kiosks of the resident's home, and not before the chip has it: they would take it for a copy."""
    resident = shown(connection, region_id, Kind.RESIDENT, str(card.resident_id))
    if resident is not None:
        value = CardKey(token=card.token, key=key)
        scope = site_scope(resident.home_site)
        publish(connection, region_id, Kind.CARD_KEY, card.token, value, scope=scope)


_EVENTS = (
    "SELECT seq, token, what, number, resident_id FROM card_events"
    " WHERE region_id = ? AND journal_id = ? AND seq BETWEEN ? AND ? ORDER BY seq, token"
)
