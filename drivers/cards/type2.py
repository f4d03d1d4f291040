"""Which memory card it is: ask its chip for the version.

nfcpy asks too, and takes a chip whose answer was lost on the air for one that has no version: an honest card
would look like a copy. Here only a chip that says so itself has none; one that stays mute is asked again, and
then nothing is said about it. GET_VERSION: NXP's NTAG213/215/216 data sheet, section 10.1.
"""

from __future__ import annotations

import nfc.clf
from nfc.clf import ContactlessFrontend, RemoteTarget
from nfc.tag.tt2 import Type2Tag
from nfc.tag.tt2_nxp import VERSION_MAP

from drivers.cards.faults import CardLifted

GET_VERSION, VERSION_BYTES = b"\x60", 8
NOT_KNOWN = b"\x00"  # NAK: invalid command; other NAKs tell of a frame that arrived damaged
ANSWER_S = 0.01
ATTEMPTS = 3


def activate(reader: ContactlessFrontend, target: RemoteTarget) -> Type2Tag:
    """Return the tag that `reader` has just selected, of nfcpy's class for its chip.

    Raises CardLifted if the chip does not say which it is.
    """
    target.sel_req = target.sdd_res[:]  # whoever is found again below is this same card
    version = _version(reader, target)
    return VERSION_MAP.get(version, Type2Tag)(reader, target)


def _version(reader: ContactlessFrontend, target: RemoteTarget) -> bytes:
    """Return the answer to GET_VERSION, empty if the chip has none. Raises CardLifted."""
    for _ in range(ATTEMPTS):
        try:
            answer = bytes(reader.exchange(GET_VERSION, timeout=ANSWER_S))
        except nfc.clf.CommunicationError:
            answer = b""
        if len(answer) == VERSION_BYTES:
            return answer
        if reader.sense(target) is None:  # after a command that it does not know it waits to be found anew
            break
        if answer == NOT_KNOWN:
            return b""
    raise CardLifted("does not say which chip it is")
