"""What keeps a slip from being printed. Nobody but staff is told."""

from __future__ import annotations

from kiosk.web.words.sentence import N_, Sentence

SENTENCES = {
    "no_printer": Sentence(
        N_("There is no printer here"),
        "",
        N_("The receipt can be shown as a code instead."),
    ),
    "too_much_to_print": Sentence(
        N_("Too much waits for the printer"),
        "",
        N_("%(waiting)s slips wait already. See to the printer first."),
    ),
}
