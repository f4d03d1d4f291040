"""Lost, found and issued, good at this counter at once and everywhere when the office has it."""

from __future__ import annotations

from kiosk.common.clock import local_time
from kiosk.common.here import Here
from kiosk.common.outcomes import Outcome, Tone, person_of
from kiosk.ledger.journal import Writing
from kiosk.ledger.records import Chained
from kiosk.ledger.sql import run
from kiosk.people.cards import (
    Block,
    Card,
    CardKey,
    CardLevel,
    CardPersonalisation,
    CardStatus,
    IssuerKey,
    can_be_written,
    is_paper,
    level_when_given,
    qr_token,
    status_of,
    uid_of_token,
)
from kiosk.people.chips import why_no_card
from kiosk.people.errors import CardUnknown
from kiosk.people.residents import Resident
from kiosk.services.cards.errors import CardTaken, NotLostHere
from kiosk.services.cards.records import (
    CARD_FOUND,
    CARD_ISSUED,
    CARD_LOST,
    CARD_WRITTEN,
    CardIssued,
    CardReported,
    CardWritten,
    decode_issued,
    number_of,
)
from kiosk.services.cards.tables import ISSUED, KEYED, LOST, REPLACED, SIGNED

# Answers after which staff have a card in hand that is being made ready.
GIVING = ("card_issued", "card_issued_to_write", "card_being_written")

_EVENTS = (
    "SELECT token, what, number, resident_id FROM card_events"
    " WHERE region_id = ? AND journal_id = ? AND seq > ? ORDER BY seq"
)


class Cards:
    """The cards of one counter: the catalogue's, and what was said here since.

    A directory for `people.identify`. What was said here counts until the office has it; from then on the
    office's word does, which may have been changed by another counter since.
    """

    def __init__(self, here: Here) -> None:
        self._journal, self._catalogue, self._clock = here.journal, here.catalogue, here.clock
        self._blocked: dict[str, CardStatus] = {}
        self._issued: dict[str, Card] = {}
        self._written: set[str] = set()
        key = self._journal.key
        acked_seq = self._catalogue.contact(key.journal_id).acked_seq
        with here.reader.connect() as connection, connection.begin():
            for event in run(connection, _EVENTS, (key.region_id, key.journal_id, acked_seq)):
                self._heed(*event)

    def block(self, token: str) -> Block | None:
        published = self._catalogue.block(token)
        if published is not None:
            self._blocked.pop(token, None)
            return published
        here = self._blocked.get(token)
        return Block(token=token, status=here) if here else None

    def card(self, token: str) -> Card | None:
        return self._catalogue.card(token) or self._issued.get(token)

    def card_key(self, token: str) -> CardKey | None:
        return self._catalogue.card_key(token)

    def personalisation(self, token: str) -> CardPersonalisation | None:
        """What the office wants on this card and nobody here has put there yet."""
        if token in self._written or self.block(token) is not None:
            return None
        return self._catalogue.personalisation(token)

    def resident(self, resident_id: int) -> Resident | None:
        return self._catalogue.resident(resident_id)

    def issuer_key(self, key_id: int) -> IssuerKey | None:
        return self._catalogue.issuer_key(key_id)

    def of(self, resident_id: int) -> list[tuple[Card, CardStatus]]:
        """A resident's cards, and how each stands here."""
        issued = [each for each in self._issued.values() if each.resident_id == resident_id]
        known = {each.token: each for each in (*issued, *self._catalogue.cards_of(resident_id))}
        return [(each, self._status(each)) for each in known.values()]

    def report_lost(self, token: str, request_id: str) -> Outcome:
        """Nobody is served by it from now on. Raises a `Refusal`."""
        with self._journal.writing() as writing:
            card = self._known(token)
            report = CardReported(token, card.resident_id)
            told = writing.once(request_id, lambda: self._write(writing, CARD_LOST, report, request_id))
        self._heed(token, LOST, 0, card.resident_id)
        return self._told("card_reported_lost", card.resident_id, told)

    def found(self, token: str, request_id: str) -> Outcome:
        """A card that was reported lost here is good again. Raises a `Refusal`."""
        with self._journal.writing() as writing:
            card = self._known(token)
            told = writing.once(request_id, lambda: self._find(writing, card, request_id))
        self._blocked.pop(token, None)
        return self._told("card_good_again", card.resident_id, told)

    def _find(self, writing: Writing, card: Card, request_id: str) -> Chained:
        if self.block(card.token) is None or card.status is not CardStatus.ACTIVE:
            raise NotLostHere
        return self._write(writing, CARD_FOUND, CardReported(card.token, card.resident_id), request_id)

    def issue(self, chip: str | None, resident_id: int, request_id: str) -> Outcome:
        """Give an empty chip to a resident, or a code to be printed; other cards of theirs are replaced.

        Raises a `Refusal`.
        """
        code = self._code_of(chip)
        with self._journal.writing() as writing:
            chained = writing.once(request_id, lambda: self._issue(writing, chip, resident_id, request_id))
        if writing.is_new(chained):  # an old one may have been lost since
            card = decode_issued(chained.record.body)
            self._heed(card.token, ISSUED, card.number, card.resident_id)
            for each in card.replaced:
                self._heed(each, REPLACED, 0, card.resident_id)
        return self._told(code, resident_id, chained)

    def _issue(self, writing: Writing, chip: str | None, resident_id: int, request_id: str) -> Chained:
        number = number_of(writing.key.journal_id, writing.head.seq + 1)
        token = chip or qr_token(number)
        unfit = why_no_card(uid_of_token(chip)) if chip else None
        if unfit is not None:
            raise unfit
        if self.card(token) is not None:
            raise CardTaken
        if self._catalogue.resident(resident_id) is None:
            raise CardUnknown
        replaced = tuple(each.token for each, status in self.of(resident_id) if status is CardStatus.ACTIVE)
        body = CardIssued(token, number, resident_id, replaced)
        return self._write(writing, CARD_ISSUED, body, request_id)

    def wrote(self, token: str, level: CardLevel) -> Outcome:
        """The reader has put on a card what was ordered. Raises a `Refusal`."""
        with self._journal.writing() as writing:
            card = self._known(token)
            body = CardWritten(token, card.resident_id, level)
            chained = self._write(writing, CARD_WRITTEN, body)
        self._written.add(token)
        return self._told("card_written", card.resident_id, chained)

    def laid_down_again(self, token: str, last: Outcome | None) -> Outcome | None:
        """The answer to a card that was given out just now and is laid down to be written, not to pay."""
        card = self.card(token)
        if card is None or last is None or last.person is None or self.personalisation(token) is None:
            return None
        if last.code not in GIVING or last.person.resident_id != card.resident_id:
            return None
        return Outcome(
            tone=Tone.TOLD, code="card_being_written", at_ms=self._clock.now().wall_ms, person=last.person
        )

    def paper_of(self, resident_id: int) -> tuple[Card, CardPersonalisation | None] | None:
        """A resident's code on paper that is good, and what it says once the office has signed it."""
        for card, status in self.of(resident_id):
            if is_paper(card.token) and status is CardStatus.ACTIVE:
                return card, self._catalogue.personalisation(card.token)
        return None

    def _write(
        self,
        writing: Writing,
        kind: tuple[str, int],
        body: CardReported | CardIssued | CardWritten,
        request_id: str | None = None,
    ) -> Chained:
        return writing.append(*kind, body, at=self._clock.now(), request_id=request_id)

    def _heed(self, token: str, what: str, number: int, resident_id: int) -> None:
        if what == ISSUED:
            level = level_when_given(token)
            self._issued[token] = Card(token=token, number=number, resident_id=resident_id, level=level)
            self._blocked.pop(token, None)
        elif what in (SIGNED, KEYED):
            self._written.add(token)
        elif what in (LOST, REPLACED):
            self._blocked[token] = CardStatus.LOST if what == LOST else CardStatus.REPLACED
        else:
            self._blocked.pop(token, None)

    def _status(self, card: Card) -> CardStatus:
        return status_of(card, self.block(card.token))

    def _known(self, token: str) -> Card:
        card = self.card(token)
        if card is None:
            raise CardUnknown
        return card

    def _code_of(self, chip: str | None) -> str:
        """What staff are told: to wait for the reader only where the office can be expected to order it."""
        if chip is None:
            return "paper_card_issued"
        to_write = can_be_written(chip) and self._clock.in_touch(self._catalogue.heard())
        return "card_issued_to_write" if to_write else "card_issued"

    def _told(self, code: str, resident_id: int, chained: Chained) -> Outcome:
        resident = self._catalogue.resident(resident_id)
        day = local_time(chained.record.wall_ms).date()
        person = person_of(resident, day) if resident else None
        return Outcome(
            tone=Tone.GOOD, code=code, at_ms=chained.record.wall_ms, person=person, receipt=chained.receipt
        )
