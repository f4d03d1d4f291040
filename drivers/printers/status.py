"""What a printer says of itself, in single bytes that a driver tells apart by their fixed bits.

`DLE EOT n` is answered at once, even in the middle of a job or without paper. `GS r 1` stands in line with
what is to be printed: its answer means that all before it is on paper (Epson, ESC/POS command reference).
"""

from __future__ import annotations

from drivers.supervision import Reason

ASK_OFFLINE_CAUSE = b"\x10\x04\x02"
ASK_PAPER = b"\x10\x04\x04"
ASK_WHEN_PRINTED = b"\x1dr\x01"

COVER_OPEN = 0x04  # of the offline cause
PAPER_STOP = 0x20
ERROR = 0x40
NEAR_END = 0x0C  # of the paper sensor
AT_END = 0x60


def is_answer(octet: int) -> bool:
    """Whether it answers `DLE EOT`; flow control (XON, XOFF) and other reports look different."""
    return octet & 0x93 == 0x12


def is_printed(octet: int) -> bool:
    """Whether it answers `GS r 1`."""
    return octet & 0x90 == 0


def condition_of(cause: int, paper: int) -> Reason:
    """The one thing to say about a printer, by its answers to the two questions."""
    if cause & COVER_OPEN:  # without which it cannot see any paper
        return Reason.COVER_OPEN
    if cause & PAPER_STOP or paper & AT_END == AT_END:
        return Reason.OUT_OF_PAPER
    if cause & ERROR:
        return Reason.FAULTY
    return Reason.PAPER_LOW if paper & NEAR_END == NEAR_END else Reason.READY
