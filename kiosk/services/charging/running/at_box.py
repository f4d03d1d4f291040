"""A card laid on a box's own reader, which knows its number alone and shows nothing: the counter answers."""

from __future__ import annotations

from drivers.outlets.contracts import CardAtBox
from kiosk.common.here import Here
from kiosk.common.lent import CardsHere
from kiosk.common.outcomes import Outcome, person_of
from kiosk.front.answering import refuse
from kiosk.front.statements import with_statement
from kiosk.ledger.records import Moment
from kiosk.people.identify import Chip, Identified, Identifier
from kiosk.plain.refusals import NothingToPay, Refusal


class BoxReader:
    """One card there."""

    def __init__(self, here: Here, event: CardAtBox, at: Moment) -> None:
        cards = here.opened.get(CardsHere) or CardsHere(here.catalogue)
        self._here, self._uid, self._at = here, event.uid, at
        self._day = here.local(at.wall_ms).date()
        self._identifier = Identifier(cards.directory)

    def who(self) -> Identified:
        """Raises a refusal of `people.errors`."""
        return self._identifier.chip(Chip(self._uid, number_only=True), self._day)

    def refused(self, refusal: Refusal) -> Outcome:
        """Why not, as at the counter's own reader; whoever only asks hears how their account stands."""
        owner = self._identifier.owner_of_chip(self._uid)
        outcome = refuse(refusal, self._at.wall_ms, person_of(owner, self._day) if owner else None)
        if owner is not None and isinstance(refusal, NothingToPay):
            return with_statement(outcome, self._here, owner, self._at)
        return outcome
