"""What a review's code means, for people, and the figures of its detail in a sentence.

A code that is not known here is shown as it is, and so is a detail that lacks the figures of every sentence:
one of an older office, or one that only a programmer can use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask_babel import gettext

from kiosk.common.said_once import said_once
from kiosk.ledger.figures import figures_in
from sync.office.console import formats
from sync.office.console.marking import _
from sync.office.console.names import Names
from sync.office.console.reviewing.suspense import pages as suspense
from sync.office.console.shown import Said

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
JOURNAL = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24}\b")


OFFICE: Mapping[str, Said] = {
    "after_seal": Said(
        _("Records came after the journal was closed; they are booked"),
        (_("%(records)s records"),),
        advice=_("It is booked and happened: settled."),
    ),
    "blocks_recovered": Said(
        _("After a restore: cards were blocked again, as a kiosk still had them"),
        (_("%(cards)s cards: %(tokens)s"),),
        advice=_("The cards are blocked again. Settled; whoever found theirs has it unblocked."),
    ),
    "cloned_device": Said(
        _("Two copies of one kiosk are at work: a memory card was copied or an old image restored"),
        (_("Other journals of it are still in use: %(also_alive)s"),),
        advice=_(
            "Look for the second kiosk."
            " If there is none, say so; if there is one, switch it off and revoke it."
        ),
    ),
    "forked": Said(
        _("The kiosk's history split: an old image was restored or a memory card copied"),
        (_("The kiosk says it has reached record %(kiosk_at)s"),),
        advice=_("Ask who restored the kiosk's card. If somebody did, settled; else revoke the kiosk."),
    ),
    "grants_recovered": Said(
        _("After a restore: a kiosk holds rights that the backup does not know"),
        (_("%(more_fen)s yuan more in all: %(accounts)s"),),
        advice=_("It is counted already: settled."),
    ),
    "notice_differs": Said(
        _("A kiosk told of something urgent before its turn, and its journal says something else there"),
        (_("It had told: %(kind)s"),),
        advice=_("Ask at the site what happened. Settled once you know."),
    ),
    "office_restored": Said(
        _("The books were restored from a backup; what the office itself did since is lost"),
        (
            _("A kiosk has read up to %(kiosk_read)s, the catalogue ends at %(ends_at)s"),
            _("“%(command)s” was typed"),
        ),
        advice=_("Do once more what the office itself did since the backup; then settled."),
    ),
    "read_ahead": Said(
        _("A kiosk says it read more than was ever published; after a restore, type “office restored”"),
        (_("A kiosk has read up to %(kiosk_read)s, the catalogue ends at %(ends_at)s"),),
        advice=_(
            "Was the office restored from a backup? Then type “office restored”; else look at the kiosk."
        ),
    ),
    "recovered_twice": Said(
        _("A recovered record was in the books already; what it moved was taken back"),
        (_("Record %(record)s of journal %(journal)s"),),
        advice=_("The books are right already: settled."),
    ),
    "recovered_unproved": Said(
        _("A record saved from a damaged journal: it is booked, but nothing proves it"),
        (_("Record %(record)s of journal %(journal)s"),),
        advice=_("Compare it with the receipt, if anybody has it; then settled."),
    ),
    "refund_beyond_original": Said(
        _("More was given back than was paid"),
        (
            _("Of the %(moved_fen)s yuan of record %(record)s, %(returned_fen)s were given back"),
            _("Of the %(moved)s %(unit)s of record %(record)s, %(returned)s were given back"),
        ),
        advice=_("Ask who gave it back and why. What was too much is corrected on the resident's page."),
    ),
    "unbalanced": Said(
        _("The record's postings do not balance; it moved no money"),
        advice=_("Nothing was booked. Tell whoever looks after the program; then settled."),
    ),
    "unbookable": Said(
        _("The books cannot hold this record; it is kept as it came"),
        advice=_("Nothing was booked. Tell whoever looks after the program; then settled."),
    ),
    "unknown_kind": Said(
        _("A record of a kind that this office does not know yet; it moved no money"),
        (_("%(kind)s, version %(version)s"),),
        advice=_("Update the office; it is booked then. Leave it open until that is done."),
    ),
    "unread_body": Said(
        _("What it was for cannot be read; it moved no money"),
        advice=_("Nothing was booked. Tell whoever looks after the program; then settled."),
    ),
    "unreadable_record": Said(
        _("The record cannot be read; it is kept as it came"),
        (_("Record %(record)s of journal %(journal)s"),),
        advice=_("Nothing was booked. Tell whoever looks after the program; then settled."),
    ),
    "wrong_seq": Said(
        _("The record says another number than its place"),
        (_("It says %(says)s"),),
        advice=_("Nothing is lost. Tell whoever looks after the program; then settled."),
    ),
}

REASONS = {
    "card_blocked": _("the card is reported lost"),
    "card_closed": _("the card is closed"),
    "card_copied": _("it does not know its key"),
    "card_replaced": _("the card was replaced"),
    "chip_number_unusable": _("its number is none that a card keeps"),
    "chip_number_changes": _("its number changes with each tap"),
    "found": _("it was found again"),
    "lost": _("it was reported lost"),
    "replaced": _("it was replaced"),
}


class ReviewWords:
    """Of all codes that the office and its services know."""

    def __init__(self, said: Mapping[str, Said]) -> None:
        self.said = said_once("reviews", [OFFICE, suspense.SAID, said])

    def in_words(self, code: str) -> str:
        return gettext(self.said[code].words) if code in self.said else code

    def advice(self, code: str) -> str:
        """What to do about it; empty: of a code that nobody knows."""
        return gettext(self.said[code].advice) if code in self.said else ""

    def details(self, code: str, detail: str, names: Names) -> str:
        """What a review's detail says, in the page's language."""
        given = {name: _in_words(name, value, names) for name, value in figures_in(detail).items()}
        for sentence in self.said[code].sentences if code in self.said else ():
            if given.keys() >= set(PLACEHOLDER.findall(sentence)):
                return str(gettext(sentence, **given))
        return detail


def _in_words(name: str, value: str, names: Names) -> str:
    if name.endswith("_fen") and value.lstrip("-").isdigit():
        return formats.yuan(int(value))
    if name == "site":
        return names.site(value)
    if name == "meal":
        return names.meal(value)
    if name in ("reason", "what") and value in REASONS:
        return str(gettext(REASONS[value]))
    return JOURNAL.sub(r"\1", value)
