"""What a review's code means, for people. A code that is not known here is shown as it is."""

from __future__ import annotations

from flask_babel import gettext


def _(message: str) -> str:
    """Marks a message for translation, which happens when a page is made."""
    return message


WORDS = {
    "after_seal": _("Records came after the journal was closed; they are booked"),
    "blocks_recovered": _("After a restore: cards were blocked again, as a kiosk still had them"),
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
    "grants_claimed": _("A kiosk said that it holds rights which nobody gave it; it gets none of them"),
    "grants_recovered": _("After a restore: a kiosk holds rights that the backup does not know"),
    "not_as_set": _("Not what the office's prices and rules give; it moved no money"),
    "not_its_site": _("It names a site where this kiosk does not stand; it moved no money"),
    "not_its_to_move": _("A record of this kind never moves that; it moved no money"),
    "nothing_to_follow": _("It gives back or settles what is not there, or was already; it moved no money"),
    "office_restored": _("The books were restored from a backup; what the office itself did since is lost"),
    "ration_used_up": _(
        "A kiosk asked for more of visitors' money than its ration; it gets no more until somebody allows it"
    ),
    "recovered_otherwise": _("A recovered record moves something else than what it was; it moved no money"),
    "recovered_unbelieved": _("A recovered record that was not believed before; it moved no money"),
    "recovered_twice": _("A recovered record was in the books already; what it moved was taken back"),
    "recovered_unproved": _("A record saved from a damaged journal: it is booked, but nothing proves it"),
    "refund_beyond_original": _("More was given back than was paid"),
    "unbalanced": _("The record's postings do not balance; it moved no money"),
    "unbookable": _("The books cannot hold this record; it is kept as it came"),
    "uncertain_period": _("Nothing vouches for the time of this meal; it may belong to another one"),
    "unknown_kind": _("A record of a kind that this office does not know yet; it moved no money"),
    "unread_body": _("What it was for cannot be read; it moved no money"),
    "unreadable_record": _("The record cannot be read; it is kept as it came"),
    "wrong_clock_confirmed": _("Staff named a meal that was not being served then"),
    "wrong_period": _("The meal was served at another time than it is booked for"),
    "wrong_seq": _("The record says another number than its place"),
}


def in_words(code: str) -> str:
    return gettext(WORDS[code]) if code in WORDS else code
