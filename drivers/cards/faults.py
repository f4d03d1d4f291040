"""What goes wrong between reader and card, as opposed to between computer and reader.

`CARD_FAULTS` are the exceptions nfcpy lets out when a card leaves in mid-read or answers nonsense. OSError
and termios.error are not among them: they mean the reader itself, and are left for the supervisor.
"""

from __future__ import annotations

import struct

import nfc.clf
import nfc.tag
from nfc.clf.pn53x import Chipset

from drivers.cards.crypto.secure_messaging import BadAnswer


class CardLifted(Exception):
    """The card no longer answers."""


CARD_FAULTS: tuple[type[Exception], ...] = (
    CardLifted,
    BadAnswer,
    nfc.clf.Error,  # no answer, or a damaged one, outside of a tag command
    nfc.tag.TagCommandError,  # the same within one
    Chipset.Error,  # the reader chip reports that the card misbehaves
    IndexError,  # an answer shorter than nfcpy expects
    struct.error,  # likewise
    ValueError,  # a length or a padding that cannot be
    TypeError,  # nfcpy reads the answer of an exchange that had none
    AttributeError,  # likewise
    RuntimeError,  # a tag command raises this for a broken link
)
