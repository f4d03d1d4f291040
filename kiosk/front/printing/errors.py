"""Why nothing comes out on paper."""

from __future__ import annotations

from kiosk.plain.refusals import Refusal


class NoPrinter(Refusal):
    """This kiosk has no printer: `[printer] port` is empty."""

    code = "no_printer"


class TooMuchToPrint(Refusal):
    """`waiting` slips wait for a printer that does not print; no more are kept."""

    code = "too_much_to_print"
    waiting: int
    again_helps = True
