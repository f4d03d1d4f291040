"""What a review's code means, for people, and the figures of its detail in a sentence.

A code that is not known here is shown as it is, and so is a detail that lacks the figures of every sentence:
one of an older office, or one that only a programmer can use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask_babel import gettext

from kiosk.ledger.figures import figures_in
from sync.office.console import formats
from sync.office.console.names import Names

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
JOURNAL = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24}\b")


def _(message: str) -> str:
    """Marks a message for translation, which happens when a page is made."""
    return message


WORDS = {
    "after_seal": _("Records came after the journal was closed; they are booked"),
    "blocks_recovered": _("After a restore: cards were blocked again, as a kiosk still had them"),
    "cash_difference": _("Much more or less cash was counted at the end of a shift than there should be"),
    "card_at_two_sites": _(
        "One card at two sites within minutes: one of them is a copy, or the card was lent"
    ),
    "card_authentication_failed": _("A card could not prove that it is ours: somebody holds a copy"),
    "card_not_registered": _("A counter said something about a card that the register does not have"),
    "card_taken": _("A counter gave out a chip that is somebody's card already"),
    "card_unfit": _("A counter gave out a phone, or a chip that can be nobody's card: it is good nowhere"),
    "card_vouched_for": _(
        "Staff knew the face and served somebody whose card is lost, replaced, closed or perhaps a copy"
    ),
    "card_counter_back": _("A card's read counter went back: two chips with one number are in use"),
    "cloned_device": _(
        "Two copies of one kiosk are at work: a memory card was copied or an old image restored"
    ),
    "correction_asked": _("A counter asks to correct what the register has about a resident"),
    "duplicate_meal": _("One subsidised meal was served at two kiosks; the office bears the second subsidy"),
    "forked": _("The kiosk's history split: an old image was restored or a memory card copied"),
    "grants_recovered": _("After a restore: a kiosk holds rights that the backup does not know"),
    "office_restored": _("The books were restored from a backup; what the office itself did since is lost"),
    "recovered_twice": _("A recovered record was in the books already; what it moved was taken back"),
    "recovered_unproved": _("A record saved from a damaged journal: it is booked, but nothing proves it"),
    "refund_beyond_original": _("More was given back than was paid"),
    "unbalanced": _("The record's postings do not balance; it moved no money"),
    "unbookable": _("The books cannot hold this record; it is kept as it came"),
    "uncertain_period": _("Nothing vouches for the time of this meal; it may belong to another one"),
    "unknown_kind": _("A record of a kind that this office does not know yet"),
    "unread_body": _("The money was booked, but what it was for cannot be read"),
    "unreadable_record": _("The record cannot be read; it is kept as it came"),
    "wrong_clock_confirmed": _("Staff named a meal that was not being served then"),
    "wrong_period": _("The meal was served at another time than it is booked for"),
    "wrong_seq": _("The record says another number than its place"),
}


# Of several the first whose figures are all there.
SENTENCES: Mapping[str, tuple[str, ...]] = {
    "after_seal": (_("%(records)s records"),),
    "blocks_recovered": (_("%(cards)s cards: %(tokens)s"),),
    "card_at_two_sites": (_("Card %(card)s, %(apart_s)s seconds apart; both meals stand below"),),
    "card_authentication_failed": (_("Card %(card)s at %(site)s: %(reason)s"),),
    "card_counter_back": (_("Card %(card)s counted %(counted)s readings, elsewhere already %(there)s"),),
    "card_not_registered": (_("%(token)s: %(what)s"),),
    "card_taken": (
        _("%(token)s is card %(card)s of this resident"),
        _("%(token)s is the badge of %(badge)s"),
    ),
    "card_unfit": (_("%(token)s: %(reason)s"),),
    "card_vouched_for": (_("At %(site)s: %(reason)s"),),
    "cash_difference": (_("Shift %(shift)s: %(counted_fen)s yuan counted, %(expected_fen)s yuan expected"),),
    "cloned_device": (_("Other journals of it are still in use: %(also_alive)s"),),
    "duplicate_meal": (_("Both meals stand below"),),
    "forked": (_("The kiosk says it has reached record %(kiosk_at)s"),),
    "grants_recovered": (_("%(more_fen)s yuan more in all: %(accounts)s"),),
    "office_restored": (
        _("A kiosk has read up to %(kiosk_read)s, the catalogue ends at %(ends_at)s"),
        _("“%(command)s” was typed"),
    ),
    "recovered_twice": (_("Record %(record)s of journal %(journal)s"),),
    "recovered_unproved": (_("Record %(record)s of journal %(journal)s"),),
    "refund_beyond_original": (
        _("Of the %(moved_fen)s yuan of record %(record)s, %(returned_fen)s were given back"),
        _("Of the %(moved)s %(unit)s of record %(record)s, %(returned)s were given back"),
    ),
    "uncertain_period": (_("%(meal)s of %(day)s; served between %(earliest)s and %(latest)s"),),
    "unknown_kind": (_("%(kind)s, version %(version)s"),),
    "unreadable_record": (_("Record %(record)s of journal %(journal)s"),),
    "wrong_clock_confirmed": (_("%(meal)s of %(day)s; served between %(earliest)s and %(latest)s"),),
    "wrong_period": (_("%(meal)s of %(day)s; served between %(earliest)s and %(latest)s"),),
    "wrong_seq": (_("It says %(says)s"),),
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


def details(code: str, detail: str, names: Names) -> str:
    """What a review's detail says, in the page's language."""
    given = {name: _in_words(name, value, names) for name, value in figures_in(detail).items()}
    for sentence in SENTENCES.get(code, ()):
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


def in_words(code: str) -> str:
    return gettext(WORDS[code]) if code in WORDS else code
