"""Copied cards are told to the office: one record for each card and day, however often somebody tries."""

from __future__ import annotations

from datetime import date

import structlog

from kiosk.ledger.errors import JournalDamaged, JournalUnwritable
from kiosk.ledger.journal import Journal
from kiosk.ledger.records import Moment
from kiosk.people.errors import CardCopied
from kiosk.people.identify import Identifier
from kiosk.people.records import CARD_REFUSED, CardRefused
from kiosk.plain.refusals import Refusal

log = structlog.get_logger()


class Copies:
    """Remembers whom it has written down today. A restart forgets it, which costs one more record."""

    def __init__(self, journal: Journal, identifier: Identifier, site: str) -> None:
        self._journal, self._identifier, self._site = journal, identifier, site
        self._day = date.min
        self._noted: set[bytes] = set()  # UIDs

    def note(self, refusal: Refusal, uid: bytes, day: date, at: Moment) -> None:
        """Write down that the chip `uid` was taken for a copy. Raises `JournalClosed`.

        Other refusals are not the office's business. One that cannot be written is tried at the next tap.
        """
        if day != self._day:
            self._day, self._noted = day, set()
        if not isinstance(refusal, CardCopied) or uid in self._noted:
            return
        card = self._identifier.card_of_chip(uid)
        if card is None:
            return
        body = CardRefused(card.resident_id, card.number, self._site, refusal.code)
        try:
            with self._journal.writing() as writing:
                writing.append(*CARD_REFUSED, body, at=at)
        except (JournalDamaged, JournalUnwritable) as error:
            log.error("copy_not_written", **vars(error))
        else:
            self._noted.add(uid)
