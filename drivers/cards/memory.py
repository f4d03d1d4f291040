"""The memory of an NTAG21x, read in long pieces.

nfcpy reads four pages at a time, and each question costs more on the line than the pages do. FAST_READ gives
as many as one frame of the reader's chip holds. NXP's NTAG213/215/216 data sheet, section 10.3.
"""

from __future__ import annotations

import nfc.tag
from nfc.tag.tt2 import INVALID_PAGE_ERROR, INVALID_RESPONSE_ERROR, Type2TagCommandError, Type2TagMemoryReader

from drivers.cards.type2 import ANSWER_S

FAST_READ = 0x3A
PAGE_BYTES, MOST_PAGES = 4, 60
FIRST_PAGES = 12  # the capabilities, and where the message begins


class Memory(Type2TagMemoryReader):  # type: ignore[misc,unused-ignore]  # nfcpy has no types
    """nfcpy's linear memory. Raises Type2TagCommandError for what could not be read."""

    def _read_from_tag(self, stop: int) -> None:
        first, end = len(self) // PAGE_BYTES, max(-(-stop // PAGE_BYTES), FIRST_PAGES)
        for at in range(first, end, MOST_PAGES):
            data = self._pages(at, min(at + MOST_PAGES, end) - 1)
            self._data_from_tag += data
            self._data_in_cache += data

    def _pages(self, first: int, last: int) -> bytearray:
        data: bytearray = self._tag.transceive(bytes([FAST_READ, first, last]), timeout=ANSWER_S)
        if len(data) == 1:  # NAK: after it the chip waits to be found anew
            self._tag._target = self._tag.clf.sense(self._tag.target)
            raise Type2TagCommandError(INVALID_PAGE_ERROR if self._tag.target else nfc.tag.RECEIVE_ERROR)
        if len(data) != (last - first + 1) * PAGE_BYTES:
            raise Type2TagCommandError(INVALID_RESPONSE_ERROR)
        return data
