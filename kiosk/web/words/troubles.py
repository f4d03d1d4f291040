"""Troubles of the machine, for a cook at half past eleven: what it is, whether lunch goes on, what to do.

A code without words of its own has those of its first word, so that a device may learn new reasons.
"""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.web.words import TroubleWords
from kiosk.web.words.sentence import N_

_BY_NAME = N_("Serve with “Forgot the card”: look the person up by name, or let them hold up a code.")
_BY_CARD = N_("Cards work as always. Whoever only has a code: “Forgot the card”.")
_NO_PAPER_NEEDED = N_("Serve as always. No receipt comes out; everything is written down all the same.")
_CALL = N_("If that does not help: call the office.")
_NOT_NOW = N_("Cards stop, lunch goes on: write names on paper until it is mended.")
_AS_ALWAYS = N_("Serve as always.")
_PLUG = N_("Push both ends of its cable in firmly; try another socket.")

TROUBLES: Mapping[str, TroubleWords] = {
    "reader": TroubleWords(
        N_("Reader not ready"),
        N_("The card reader is not ready"),
        _BY_NAME,
        (N_("Wait a quarter of a minute: it may be starting."), _PLUG, _CALL),
    ),
    "reader_unplugged": TroubleWords(
        N_("Reader unplugged"),
        N_("The card reader was unplugged"),
        _BY_NAME,
        (_PLUG, N_("It is found again by itself, nothing has to be restarted."), _CALL),
    ),
    "reader_absent": TroubleWords(
        N_("Reader not found"),
        N_("The card reader cannot be found"),
        _BY_NAME,
        (_PLUG, N_("It is found again by itself, nothing has to be restarted."), _CALL),
    ),
    "reader_silent": TroubleWords(
        N_("Reader does not answer"),
        N_("The card reader is plugged in but does not answer"),
        _BY_NAME,
        (
            N_("Take all cards and metal off the reader."),
            N_("Pull its cable out, count to five, push it in again."),
            _CALL,
        ),
    ),
    "reader_stuck": TroubleWords(
        N_("Reader is stuck"),
        N_("The card reader is stuck"),
        _BY_NAME,
        (N_("Pull its cable out, count to five, push it in again."), _CALL),
    ),
    "reader_forbidden": TroubleWords(
        N_("Reader is locked"),
        N_("The machine may not use the card reader"),
        _BY_NAME,
        (N_("Nothing at the counter helps: a technician must allow it. Call the office."),),
    ),
    "reader_occupied": TroubleWords(
        N_("Reader is taken"),
        N_("Another program keeps the card reader to itself"),
        _BY_NAME,
        (N_("Pull its cable out, count to five, push it in again."), _CALL),
    ),
    "reader_no_service": TroubleWords(
        N_("Reader not set up"),
        N_("The service that drives the card reader does not run"),
        _BY_NAME,
        (N_("Nothing at the counter helps: a technician must start it. Call the office."),),
    ),
    "reader_not_installed": TroubleWords(
        N_("Reader not set up"),
        N_("A program that the card reader needs is missing"),
        _BY_NAME,
        (N_("Nothing at the counter helps: a technician must install it. Call the office."),),
    ),
    "scanner": TroubleWords(
        N_("Scanner not ready"),
        N_("The code scanner does not work"),
        _BY_CARD,
        (_PLUG, N_("Wipe its window with a dry cloth."), _CALL),
    ),
    "printer": TroubleWords(
        N_("Printer not ready"),
        N_("The printer does not print"),
        _NO_PAPER_NEEDED,
        (N_("Switch the printer off and on."), _PLUG, _CALL),
    ),
    "printer_out_of_paper": TroubleWords(
        N_("Printer out of paper"),
        N_("The printer is out of paper"),
        _NO_PAPER_NEEDED,
        (
            N_("Open the lid, lay a new roll in, pull a hand's width out, shut the lid."),
            N_("If nothing comes out: turn the roll round."),
            N_("What waited is printed by itself."),
        ),
    ),
    "printer_paper_low": TroubleWords(
        N_("Paper nearly out"),
        N_("The paper of the printer is nearly at its end"),
        _AS_ALWAYS,
        (N_("Lay a new roll ready, and change it when the queue is short."),),
    ),
    "printer_faulty": TroubleWords(
        N_("Printer needs a hand"),
        N_("The printer is jammed or too hot"),
        _NO_PAPER_NEEDED,
        (
            N_("Open the lid and take torn paper out, without force; then shut it."),
            N_("If it is hot: leave it alone for ten minutes."),
            _CALL,
        ),
    ),
    "printer_cover_open": TroubleWords(
        N_("Printer lid open"),
        N_("The lid of the printer is open"),
        _NO_PAPER_NEEDED,
        (N_("Shut the lid until it clicks."), N_("What waited is printed by itself.")),
    ),
    "offline": TroubleWords(
        N_("Offline since %(since)s · unsent: %(unsent)s"),
        N_("No contact with the office since %(since)s"),
        N_("Serve as always: all is written down here. Records waiting to be sent: %(unsent)s."),
        (
            N_("Look whether the network box has its lights on; if not, pull its plug and push it in again."),
            N_("When the network is back, everything is sent by itself."),
            N_("After two weeks: ask the office for the memory stick."),
        ),
    ),
    "exchange_stopped": TroubleWords(
        N_("Nothing is sent since %(since)s"),
        N_("The program that speaks with the office stands still since %(since)s"),
        N_("Serve as always: all is written down here, and is sent later."),
        (
            N_("Leave the machine on: it starts that program again by itself, within a minute."),
            N_("If this stays: call the office, a technician must look."),
        ),
    ),
    "catalogue_old": TroubleWords(
        N_("News is %(days)s days old"),
        N_("What the office knows is %(days)s days old here"),
        N_("Serve as always. Look at the photo: a card reported lost since may still work here."),
        (
            N_("Somebody new whose card is not known: serve as a guest, and note the name."),
            N_("Call the office and ask for lost cards and new prices."),
        ),
    ),
    "disk_low": TroubleWords(
        N_("Memory nearly full"),
        N_("The memory of the machine is nearly full, %(free_mb)s MB are free"),
        N_("Serve as always: there is room for many more meals."),
        (
            N_("Call the office today: a technician must make room."),
            N_("Do not switch the machine off and on."),
        ),
    ),
    "clock_uncertain": TroubleWords(
        N_("Which meal is it?"),
        N_("The machine does not know what time it is"),
        N_("Not yet. Two touches, and lunch goes on."),
        (N_("Close this, and touch the meal that is being served."),),
    ),
    "journal_unwritable": TroubleWords(
        N_("Cannot write"),
        N_("The machine cannot write anything down: its memory is full or faulty"),
        _NOT_NOW,
        (
            N_("Switch the machine off and on once."),
            N_("Call the office at once."),
            N_("Keep the paper: it is entered later."),
        ),
    ),
    "journal_damaged": TroubleWords(
        N_("Cards stopped"),
        N_("The book of the machine is damaged"),
        _NOT_NOW,
        (
            N_("Leave the machine on: it tries to begin a new book by itself."),
            N_("Call the office at once."),
            N_("Keep the paper: it is entered later."),
        ),
    ),
    "journal_rewriting": TroubleWords(
        N_("Putting in order"),
        N_("The machine puts its book in order, after damage to its memory"),
        N_("Not yet: write names on paper for some minutes. It goes on by itself, and nothing is lost."),
        (
            N_("Leave the machine on. A book of many years takes up to ten minutes."),
            N_("Call the office if it takes longer."),
        ),
    ),
    "not_enrolled": TroubleWords(
        N_("Not set up"),
        N_("This machine does not belong to an office yet"),
        _NOT_NOW,
        (N_("Ask the office for a code; a technician types it in."),),
    ),
    "enrolment_damaged": TroubleWords(
        N_("Enrolment damaged"),
        N_("The file that says whose this machine is was damaged"),
        _NOT_NOW,
        (
            N_("Call the office: a technician enrols the machine again, with a new code."),
            N_("Do not delete anything: all that was sold is still here."),
        ),
    ),
    "no_catalogue": TroubleWords(
        N_("No register yet"),
        N_("This machine has no people and no prices yet"),
        _NOT_NOW,
        (N_("Connect the network once, or ask the office for the memory stick."),),
    ),
    "unknown_schema": TroubleWords(
        N_("Old program"),
        N_("The program is older than the book of the machine"),
        _NOT_NOW,
        (N_("Call the office: a technician installs the new program. Nothing is lost."),),
    ),
    "memory_went_back": TroubleWords(
        N_("Tell the office"),
        N_("The memory of the machine went back in time"),
        _AS_ALWAYS,
        (N_("Tell the office today. Put no other memory card of this machine in."),),
    ),
    "memory_damaged": TroubleWords(
        N_("Tell the office"),
        N_("The memory of the machine is damaged in part"),
        _AS_ALWAYS,
        (N_("Tell the office today: the memory card must be changed."),),
    ),
    "journal_ended": TroubleWords(
        N_("New book begun"),
        N_("The office has closed the old book of this machine"),
        _AS_ALWAYS,
        (N_("Nothing to do: a new book is in use."),),
    ),
}
UNHEARD_OF = TroubleWords(
    N_("Something is the matter"),
    N_("Something is wrong with the machine"),
    N_("Try a card: if it is answered, serve as always."),
    (N_("Call the office and read this to them: %(code)s"),),
)
