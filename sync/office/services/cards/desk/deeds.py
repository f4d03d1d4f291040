"""What a clerk does with a resident's cards. As at a counter, but good everywhere as soon as it is heard."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.ledger.sql import run
from kiosk.people.cards import (
    Card,
    CardStatus,
    is_paper,
    level_when_given,
    qr_token,
    status_of,
    uid_of_token,
)
from kiosk.people.chips import why_no_card
from kiosk.people.residents import Resident, ResidentStatus
from kiosk.plain.refusals import Refusal
from kiosk.services.cards.tables import FOUND, ISSUED, LOST, REPLACED
from sync.office.catalogue.publishing import lock_revision, publish, shown, withdraw
from sync.office.keys.issuer import Issuer
from sync.office.people import card_numbers, staff
from sync.office.services.cards import events, unwritten
from sync.office.store import counting

COUNTED = "card_deed"
ENDS = {LOST: CardStatus.LOST, REPLACED: CardStatus.REPLACED}


class ChipUnread(Refusal):
    """What was typed is no chip's number, as the reader was said to write them."""

    code = "chip_unread"


class ChipTaken(Refusal):
    """The chip is somebody's card already, or was."""

    code = "chip_taken"
    resident_id: int
    number: int


class ChipIsBadge(Refusal):
    """The chip signs somebody in at a counter."""

    code = "chip_is_badge"
    badge: str


class AccountClosed(Refusal):
    """Who moved away, or died, gets no card."""

    code = "account_closed"


class NoSuchCard(Refusal):
    """The resident has no such card."""

    code = "no_such_card"


class StandsSo(Refusal):
    """The card stands as it is asked to stand: somebody was quicker."""

    code = "stands_so"


class NotSoMany(Refusal):
    """None to be printed, or too many for one file."""

    code = "not_so_many"
    most: int


@dataclass(frozen=True, slots=True)
class DoneBy:
    """Who does it, and when; Unix time."""

    who: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class CardDesk:
    """The verbs, in one transaction of the office."""

    connection: sa.Connection
    region_id: int
    issuer: Issuer
    by: DoneBy

    def issue(self, resident: Resident, chip: bytes | None, replacing: Collection[str] = ()) -> Card:
        """Give out a chip, or without one a code on paper. `replacing`: tokens of theirs, good no more.

        Raises a `Refusal`.
        """
        lock_revision(self.connection, self.region_id)
        if resident.status is not ResidentStatus.ACTIVE:
            raise AccountClosed
        token = f"nfc:{chip.hex().upper()}" if chip is not None else ""
        if token:
            self._check_free(token)
        for each in sorted(replacing):
            self.end(resident, each, REPLACED)
        number = card_numbers.take(self.connection, self.region_id)
        token = token or qr_token(number)
        card = Card(token=token, number=number, resident_id=resident.id, level=level_when_given(token))
        publish(self.connection, self.region_id, Kind.CARD, token, card, label=str(resident.id))
        unwritten.order(self.connection, self.region_id, self.issuer, card, resident.home_site)
        self._note(card, ISSUED)
        return card

    def end(self, resident: Resident, token: str, what: str) -> Card:
        """`LOST` or `REPLACED`: nobody is served by it any more. Raises a `Refusal`."""
        card, status = self._card(resident, token)
        if status is ENDS[what]:
            raise StandsSo
        events.block(self.connection, self.region_id, token, ENDS[what])
        self._note(card, what)
        return card

    def find_again(self, resident: Resident, token: str) -> Card:
        """It is good again, whoever said otherwise. Raises a `Refusal`."""
        card, status = self._card(resident, token)
        if status is CardStatus.ACTIVE:
            raise StandsSo
        if card.status is not CardStatus.ACTIVE:
            card = msgspec.structs.replace(card, status=CardStatus.ACTIVE)
            publish(self.connection, self.region_id, Kind.CARD, token, card, label=str(resident.id))
        withdraw(self.connection, self.region_id, Kind.BLOCK, token)
        if is_paper(token):
            unwritten.order(self.connection, self.region_id, self.issuer, card, resident.home_site)
        self._note(card, FOUND)
        return card

    def _card(self, resident: Resident, token: str) -> tuple[Card, CardStatus]:
        lock_revision(self.connection, self.region_id)
        card = shown(self.connection, self.region_id, Kind.CARD, token)
        if card is None or card.resident_id != resident.id:
            raise NoSuchCard
        return card, status_of(card, shown(self.connection, self.region_id, Kind.BLOCK, token))

    def _check_free(self, token: str) -> None:
        if unfit := why_no_card(uid_of_token(token)):
            raise unfit
        if card := shown(self.connection, self.region_id, Kind.CARD, token):
            raise ChipTaken(resident_id=card.resident_id, number=card.number)
        if wearer := staff.wearer(self.connection, self.region_id, token):
            raise ChipIsBadge(badge=wearer.name)

    def _note(self, card: Card, what: str) -> None:
        seq = counting.take(self.connection, self.region_id, COUNTED)
        row = (
            self.region_id,
            seq,
            card.resident_id,
            self.by.at_ms,
            self.by.who,
            card.token,
            card.number,
            what,
        )
        run(self.connection, _NOTE, row)


_NOTE = (
    "INSERT INTO card_deeds (region_id, seq, resident_id, at_ms, who, token, number, what)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
