"""Why something cannot be done with a card, and what was done, in words."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext

from kiosk.people.errors import ChipNumberChanges, ChipNumberUnusable
from kiosk.plain.refusals import Refusal
from kiosk.plain.wedge import CardNumbers
from kiosk.services.cards.tables import FOUND, ISSUED, KEYED, LOST, REPLACED, SIGNED
from sync.office.console.marking import _
from sync.office.console.reporting.paper import FontMissing
from sync.office.services.cards.desk.deeds import (
    AccountClosed,
    ChipIsBadge,
    ChipTaken,
    ChipUnread,
    NoSuchCard,
    NotSoMany,
    StandsSo,
)

SENTENCES: Mapping[str, str] = {
    ChipUnread.code: _("This is no chip number as this reader writes it. Lay the card down once more."),
    ChipTaken.code: _("This chip is card %(number)s of resident %(resident_id)s already."),
    ChipIsBadge.code: _("This chip is the badge of %(badge)s."),
    ChipNumberChanges.code: _("A phone, or a chip with another number each time: it can be nobody's card."),
    ChipNumberUnusable.code: _("A chip with a number of this kind can be nobody's card."),
    AccountClosed.code: _("The account is closed: it gets no card."),
    NoSuchCard.code: _("This resident has no such card."),
    NotSoMany.code: _("Between one and %(most)s codes can be printed at once. Choose a site, or a word."),
    FontMissing.code: _("The office's machine lacks a font: have %(package)s installed."),
    StandsSo.code: _("Somebody was quicker: the card stands so already."),
}
DEEDS: Mapping[str, str] = {
    ISSUED: _("Given out"),
    LOST: _("Blocked: lost"),
    FOUND: _("Good again"),
    REPLACED: _("Replaced by another"),
    SIGNED: _("Written: signed"),
    KEYED: _("Written: keys put on it"),
}
READERS: Mapping[str, str] = {
    CardNumbers.HEX: _("digits and letters, such as 04A1B2C3"),
    CardNumbers.HEX_REVERSED: _("digits and letters, backwards"),
    CardNumbers.DECIMAL: _("ten digits"),
    CardNumbers.DECIMAL_REVERSED: _("ten digits, backwards"),
}


def sentence(refusal: Refusal) -> str:
    """In the page's language."""
    return str(gettext(SENTENCES[refusal.code], **vars(refusal)))
