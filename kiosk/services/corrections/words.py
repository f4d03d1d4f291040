"""What is said when the register has something wrong about somebody."""

from __future__ import annotations

from pathlib import Path

from kiosk.web.words import Words
from kiosk.web.words.sentence import N_, Sentence

SENTENCES = {
    "correction_sent": Sentence(
        N_("We have passed it on"), N_("The office looks at it."), N_("Sent on to the office.")
    ),
    "correction_kept": Sentence(
        N_("We have passed it on"),
        N_("The office looks at it."),
        N_("Written down; it goes to the office when the network is back."),
    ),
}

WORDS = Words(translations={"corrections": Path(__file__).parent / "translations"}, sentences=SENTENCES)
