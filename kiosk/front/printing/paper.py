"""The way to the printer. Reachable as `desk.printing`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from drivers.contracts import Device, SlipPrinter
from drivers.errors import QueueFull
from drivers.slip import Slip
from kiosk.front.printing.errors import NoPrinter, TooMuchToPrint


class Printing:
    """One per kiosk, with a printer or without. `is_ready` tells whether the printer would print now."""

    def __init__(self, printer: SlipPrinter | None, is_ready: Callable[[], bool]) -> None:
        self._printer, self._is_ready = printer, is_ready

    @property
    def ready(self) -> bool:
        """Whether there is a printer, and it would print now."""
        return self._printer is not None and self._is_ready()

    @property
    def configured(self) -> bool:
        """Whether this kiosk is meant to have a printer."""
        return self._printer is not None

    def print(self, slip: Slip) -> None:
        """Hand a slip to the printer and return at once; while it cannot print, the slip waits there.

        Raises `NoPrinter` or `TooMuchToPrint`.
        """
        if self._printer is None:
            raise NoPrinter
        try:
            self._printer.print(slip)
        except QueueFull as full:
            raise TooMuchToPrint(waiting=full.waiting) from full


NO_PRINTER = Printing(None, lambda: False)


def printer_among(devices: Iterable[Device]) -> SlipPrinter | None:
    """The device that prints, if there is one."""
    return next((each for each in devices if isinstance(each, SlipPrinter)), None)
