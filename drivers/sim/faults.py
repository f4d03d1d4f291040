"""How a device misbehaves when told to. Each lasts until it is cleared, unless it says otherwise."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    SILENT = "silent"  # hears everything, answers nothing
    DROPPED = "dropped"  # now and then a frame is lost on the way
    GARBLED = "garbled"  # now and then a frame arrives damaged
    STUCK = "stuck"  # the line takes nothing more, so that a write hangs
    UNPLUGGED = "unplugged"  # the device file is gone; cleared by plugging it in again
    LIFTED_MID_READ = "lifted_mid_read"  # the next card leaves after `LIFTED_AFTER` exchanges; happens once
    LOSSY = "lossy"  # one exchange in ten with the card gets lost on the air
    OUT_OF_PAPER = "out_of_paper"  # prints no more; cleared by a new roll
    PAPER_LOW = "paper_low"  # prints, and says that the roll ends soon
    COVER_OPEN = "cover_open"  # prints no more


READERS_OWN = (Fault.LIFTED_MID_READ, Fault.LOSSY)
PRINTERS_OWN = (Fault.OUT_OF_PAPER, Fault.PAPER_LOW, Fault.COVER_OPEN)
NOW_AND_THEN = 23  # one frame in so many is lost or damaged: enough are left for the device to be opened
LIFTED_AFTER = 2


class NowAndThen:
    """Say yes once in `NOW_AND_THEN` times: regular, so that a failing test fails again."""

    def __init__(self) -> None:
        self._count = 0

    def __bool__(self) -> bool:
        self._count += 1
        return self._count % NOW_AND_THEN == 0
