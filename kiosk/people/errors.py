"""Why a card or code does not speak for anybody. Each has its own answer at the counter."""

from __future__ import annotations

from kiosk.people.cards import CardStatus
from kiosk.plain.refusals import Refusal


class CardUnknown(Refusal):
    """No card of ours, or one the catalogue has not brought yet."""

    code = "card_unknown"
    is_told = True


class ChipNumberChanges(Refusal):
    """A phone, or a chip that hides: it makes up another number for each tap, so it is nobody's card."""

    code = "chip_number_changes"
    is_told = True


class ChipNumberUnusable(Refusal):
    """A chip whose number is of a size that we do not issue, or none at all."""

    code = "chip_number_unusable"
    is_told = True


class CardBlocked(Refusal):
    """Reported lost. The account is untouched."""

    code = "card_blocked"


class CardReplaced(Refusal):
    """A newer card was issued."""

    code = "card_replaced"


class CardClosed(Refusal):
    code = "card_closed"


class CardExpired(Refusal):
    code = "card_expired"
    last_day: str


class CardCopied(Refusal):
    """It says it is a card of ours and cannot prove what that card could.

    The next time it is laid down it is judged anew: an accusation is never repeated unread.
    """

    code = "card_copied"
    again_helps = True


class CodeExpired(Refusal):
    """A rotating code of another half minute, or one already used."""

    code = "code_expired"
    is_told = True
    again_helps = True


class CodeElsewhere(Refusal):
    """A rotating code whose key only the kiosks of the resident's home site hold."""

    code = "code_elsewhere"
    is_told = True


class CodeUnreadable(Refusal):
    code = "code_unreadable"
    is_told = True
    again_helps = True


class CodeMangled(Refusal):
    """Not as it stood on paper or phone: the scanner passes codes on changed, or somebody made this one."""

    code = "code_mangled"
    is_told = True


class CardUnproved(Refusal):
    """The card can prove itself, and was read by something that only sees its number."""

    code = "card_unproved"
    is_told = True


class CardUnreadable(Refusal):
    code = "card_unreadable"
    is_told = True
    again_helps = True


class TwoCards(Refusal):
    """More than one card lies on the reader, and nobody knows whose meal it is to be."""

    code = "two_cards"
    is_told = True
    again_helps = True


class OneOfTwo(Refusal):
    """Likewise, after one of them was answered; the other was not read."""

    code = "one_of_two"
    is_told = True
    again_helps = True


class CardForeign(Refusal):
    """An identity card or another that can be no meal card; it has no number of its own."""

    code = "card_foreign"
    is_told = True
    again_helps = True


class ResidentClosed(Refusal):
    """The account was closed: moved away, or deceased."""

    code = "resident_closed"


# A card that is past use, though it is known whose it was. Its owner is fed all the same, and gets another.
PAST_USE = (CardBlocked, CardReplaced, CardClosed, CardExpired)

BY_STATUS: dict[CardStatus, type[Refusal]] = {
    CardStatus.LOST: CardBlocked,
    CardStatus.REPLACED: CardReplaced,
    CardStatus.CLOSED: CardClosed,
}
