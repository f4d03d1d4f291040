"""What the machine says of itself, whatever it serves: cards, staff, printer, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

from kiosk.common.outcomes import Tone
from kiosk.web.words import Words, aloud, cards, machine, printer, staff
from kiosk.web.words.people import TERMS
from kiosk.web.words.sentence import N_, TELL, Sentence
from kiosk.web.words.troubles import TROUBLES

KIT = Words(
    translations={"kit": Path(__file__).parent.parent / "translations"},
    sentences={
        **cards.SENTENCES,
        **machine.SENTENCES,
        **staff.SENTENCES,
        **printer.SENTENCES,
        Tone.GOOD: Sentence(N_("Done"), "", ""),
        Tone.TOLD: Sentence(N_("One moment, please"), TELL, N_("Answer of the machine: %(code)s")),
        Tone.STOP: Sentence(N_("That did not work"), TELL, N_("Answer of the machine: %(code)s")),
    },
    variants=cards.VARIANTS,
    troubles=TROUBLES,
    terms=TERMS,
    clips=aloud.CLIPS,
    spoken=aloud.SPOKEN,
)
