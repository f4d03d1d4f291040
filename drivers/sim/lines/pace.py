"""How long things take on a real reader: bytes on the line, and cards in the field.

A pseudo terminal carries everything at once, which hides what a driver costs. With a `Pace` the line keeps
the speed that the driver has set, ten bits for each byte, and exchanges with a card last as long as ISO/IEC
14443 makes them: 106 kbit/s, nine bits for each byte, and what the chip needs besides. Times are in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

BITS_ON_THE_LINE, BITS_IN_THE_AIR = 10, 9
AIR_BITS_PER_S = 106_000
CRC_BYTES = 2
TURNAROUND_S = 0.0005  # between the reader's frame and the card's, and the chip's own work
FIELD_ON_S = 0.005  # ISO/IEC 14443-3: a card is ready 5 ms after the field comes on
SELECTION_S = 0.005  # REQA, anticollision and selection of a UID of seven bytes
ONE_TRY_S = 0.001  # a request that nobody answers


@dataclass(frozen=True, slots=True)
class Pace:
    """`latency_timer_ms`: a USB adapter hands over what it has received when this runs out; FTDI's is 16
    unless it is told otherwise. Above `fastest_baud` the adapter makes nonsense of every byte.
    """

    latency_timer_ms: int = 0
    fastest_baud: int = 921_600


def on_the_line_s(size: int, baud: int) -> float:
    """So many bytes, one way."""
    return size * BITS_ON_THE_LINE / baud if baud else 0.0


def exchange_s(sent: int, received: int) -> float:
    """A card's command and its answer, so many bytes each without CRC."""
    bits = (sent + received + 2 * CRC_BYTES) * BITS_IN_THE_AIR
    return bits / AIR_BITS_PER_S + TURNAROUND_S


def silence_s(timeout_index: int) -> float:
    """How long the chip waits for a card that says nothing; UM0701-02, RFConfiguration item 2."""
    return 0.0001 * 2 ** (timeout_index - 1) if timeout_index else 0.0


def search_s(is_found: bool, was_off: bool) -> float:
    """One look for a card."""
    return (FIELD_ON_S if was_off else 0.0) + (SELECTION_S if is_found else ONE_TRY_S)
