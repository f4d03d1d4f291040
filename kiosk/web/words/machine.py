"""What keeps the machine from selling, and what it did about it by itself."""

from __future__ import annotations

from kiosk.web.words.sentence import N_, TELL, Sentence

SENTENCES = {
    "clock_uncertain": Sentence(
        N_("One moment, please"),
        TELL,
        N_("The clock must be set first: say which meal it is."),
    ),
    "nothing_offered": Sentence(
        N_("Nothing is handed out by card now"),
        N_("Nothing was taken."),
        N_("This site offers nothing by card at this hour."),
    ),
    "journal_unwritable": Sentence(
        N_("The machine cannot write it down"),
        TELL,
        N_("Selling has stopped: the disk is full or faulty. Call the office."),
    ),
    "journal_closed": Sentence(
        N_("Once more, please"),
        N_("Hold the card to the reader again."),
        N_("The machine has just begun a new book. Nothing was taken: do it once more."),
    ),
    "journal_ended": Sentence(
        N_("Selling goes on"),
        "",
        N_("The office has closed this machine's old book; a new one is in use. Selling goes on."),
    ),
    "memory_went_back": Sentence(
        N_("Selling goes on"),
        "",
        N_("This machine's memory went back in time. Sales are kept and selling goes on. Tell the office."),
    ),
    "memory_damaged": Sentence(
        N_("Selling goes on"),
        "",
        N_("This machine's memory is damaged in part. Selling goes on. Tell the office: it needs a new one."),
    ),
    "journal_damaged": Sentence(
        N_("Card payment has stopped"),
        TELL,
        N_("Selling has stopped: the journal must be checked. Leave the machine on and call the office."),
    ),
    "journal_rewriting": Sentence(
        N_("The machine is not ready yet"),
        TELL,
        N_("The machine puts its book in order. Leave it on; it goes on by itself in some minutes."),
    ),
    "enrolment_damaged": Sentence(
        N_("The machine is not ready yet"),
        TELL,
        N_("The file that says whose this machine is was damaged. Call the office for a new code."),
    ),
    "no_catalogue": Sentence(
        N_("The machine is not ready yet"),
        TELL,
        N_("No register and prices yet. Connect to the network once."),
    ),
    "not_enrolled": Sentence(
        N_("The machine is not ready yet"),
        TELL,
        N_("This kiosk does not belong to an office yet. Enrol it with a code from the office."),
    ),
    "unknown_schema": Sentence(
        N_("The machine is not ready yet"),
        TELL,
        N_("The files are from a newer version. Install that version; nothing is lost."),
    ),
    "reader_not_ready": Sentence(
        N_("The card reader is not ready"),
        N_("One moment, please. The person on duty will see to it."),
        N_("The card reader does not answer. Check its cable."),
    ),
    "receipt_unknown": Sentence(
        N_("We need to look that up"),
        TELL,
        N_("This kiosk has no record %(receipt)s. Money is given back where it was taken."),
    ),
    "hold_too_large": Sentence(
        N_("Not enough for this"),
        TELL,
        N_("%(hold)s to be set aside, %(outstanding)s can be spent here."),
    ),
}
