"""What the screens say: tables from codes to kind, short words. A new area is one file and one line here.

`headline` and `advice` face the elder: what is the matter and what to do next, never whose fault it is.
`staff` tells the people behind the counter what they can do about it. Figures of the outcome fill the
placeholders: `price_fen` becomes `%(price)s` in yuan, `meal` and `next_meal` become names.
"""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.outcomes import Tone
from kiosk.web.wordings import (
    beside,
    cards,
    corrections,
    extras,
    issuing,
    machine,
    meals,
    money,
    orders,
    printing,
    staff,
    till,
)
from kiosk.web.wordings.sentence import N_, TELL, Sentence

SENTENCES: Mapping[str, Sentence] = {
    **meals.SENTENCES,
    **beside.SENTENCES,
    **money.SENTENCES,
    **cards.SENTENCES,
    **machine.SENTENCES,
    **till.SENTENCES,
    **extras.SENTENCES,
    **staff.SENTENCES,
    **issuing.SENTENCES,
    **printing.SENTENCES,
    **corrections.SENTENCES,
    **orders.SENTENCES,
    Tone.GOOD: Sentence(N_("Done"), "", ""),
    Tone.TOLD: Sentence(N_("One moment, please"), TELL, N_("Answer of the machine: %(code)s")),
    Tone.STOP: Sentence(N_("That did not work"), TELL, N_("Answer of the machine: %(code)s")),
}
