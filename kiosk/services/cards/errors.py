"""What cannot be done with a card at the counter."""

from __future__ import annotations

from kiosk.plain.refusals import Refusal


class CardTaken(Refusal):
    """The chip is somebody's card already."""

    code = "card_taken"


class NotSignedYet(Refusal):
    """A code on paper that the office has not signed: nothing can be printed."""

    code = "paper_not_signed"
    again_helps = True


class NotLostHere(Refusal):
    """It is not on hold, or the register itself says lost: only the office can lift that."""

    code = "not_lost_here"
