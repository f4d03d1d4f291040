"""Shifts and the cash box."""

from __future__ import annotations

from kiosk.web.words.sentence import N_, TELL, Sentence

SENTENCES = {
    "no_shift_open": Sentence(
        N_("The cash box is not open yet"),
        TELL,
        N_("Open a shift first: touch Shift below and count the box. Cards are served all the same."),
    ),
}
